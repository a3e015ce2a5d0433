// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package loopback tells addresses of this machine from others.
//
// It guarantees that no name but localhost passes: whoever controls a name's
// DNS could otherwise have a web page reach what listens here. It resolves
// nothing and opens nothing.
package loopback

import (
	"net"
	"net/netip"
	"strings"
)

// Host reports whether a host, with or without a port, is localhost or a
// loopback IP address; an IPv6 address may stand in brackets.
func Host(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// Addr reports whether HOST:PORT has such a host. One without a port has not.
func Addr(addr string) bool {
	_, _, err := net.SplitHostPort(addr)
	return err == nil && Host(addr)
}
