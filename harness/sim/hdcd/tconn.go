// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"net"
	"strconv"
	"strings"
)

// tconn answers `tconn IP:PORT [-remove]`. Only attached devices can be
// connected: the server dials nobody.
func (s *Server) tconn(args string) string {
	addr, remove := strings.CutSuffix(args, " -remove")
	host, port, found := strings.Cut(addr, ":")
	s.mu.Lock()
	defer s.mu.Unlock()
	if remove {
		t := s.targets[addr]
		if t == nil || t.state != Connected {
			return s.dialect.noTarget
		}
		t.disconnect()
		t.state = Offline
		return ""
	}
	if !found {
		if s.dialect.noPortRow {
			s.row(addr).state = unknown
		}
		return s.dialect.noPort
	}
	if ip := net.ParseIP(host); ip == nil || ip.To4() == nil {
		return s.dialect.badIP
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return textBadPort
	}
	t := s.row(addr)
	switch {
	case t.state == Connected:
		return textConnectedTwice
	case t.device == nil:
		return textConnectFailed
	}
	s.connect(t)
	return textConnected
}
