// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
)

// HubError is returned for a hub that may not be dialled.
type HubError struct {
	// Hub is the address without any password.
	Hub string
	// Problem says what is wrong with it.
	Problem string
}

// Error implements error.
func (e *HubError) Error() string {
	return fmt.Sprintf("the session's hub %q %s: an agent dials its own device's loopback only, where `hdc rport tcp:PORT tcp:PORT` leads to the host; "+
		"write ws://127.0.0.1:PORT/agent", e.Hub, e.Problem)
}

// CheckHub returns a *HubError unless hub is a ws:// or wss:// address with a
// loopback IP and a port. A host name is refused, localhost too: what it means
// is up to the device's resolver.
func CheckHub(hub string) error {
	if len(hub) > maxHubLen {
		return &HubError{Hub: hub[:maxHubLen] + "…", Problem: fmt.Sprintf("has more than %d characters", maxHubLen)}
	}
	u, err := url.Parse(hub)
	if err != nil {
		// The parser's error repeats the address, password and all.
		return &HubError{Hub: "(unreadable)", Problem: "is not a URL"}
	}
	refuse := func(problem string) error { return &HubError{Hub: u.Redacted(), Problem: problem} }
	if u.Scheme != "ws" && u.Scheme != "wss" {
		return refuse("is not a ws:// or wss:// address")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return refuse("holds a user, a query or a fragment")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || ip.Zone() != "" {
		return refuse("does not name an IP address")
	}
	if !ip.Unmap().IsLoopback() {
		return refuse("is not on the loopback")
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || port == 0 {
		return refuse("has no port from 1 to 65535")
	}
	return nil
}
