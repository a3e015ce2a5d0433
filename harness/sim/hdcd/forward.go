// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// rule is a port forward. Its nodes are kept as the client wrote them: hdc
// compares the text.
type rule struct {
	nodes    string
	reverse  bool
	listener net.Listener
}

// schemes are the nodes that a rule may start with. Those other than tcp are
// not simulated, and are refused like a bad port.
var schemes = []string{"tcp:", "localabstract:", "localreserved:", "localfilesystem:", "dev:", "jdwp:", "ark:"}

// lowestDevicePort is the lowest port on which a device's hdcd may listen.
// Source: OpenHarmony, hdc manual, rport.
const lowestDevicePort = 1024

const dialTimeout = 3 * time.Second

// ownLoopback is where devices listen and are dialled.
const ownLoopback = "127.0.0.1"

// forward answers `fport A B` and `rport A B`. The first node listens: on the
// host for fport, on the device for rport. Nothing is checked of the second.
func (c *channel) forward(reverse bool, nodes string) string {
	known := false
	for _, scheme := range schemes {
		known = known || strings.HasPrefix(nodes, scheme)
	}
	if !known {
		return textBadForward
	}
	first, second, _ := strings.Cut(nodes, " ")
	from, ok1 := tcpPort(first)
	to, ok2 := tcpPort(second)
	if !ok1 || !ok2 {
		return textBadNodes
	}
	s, t := c.s, c.bound
	near, far := s.o.Loopback, ownLoopback
	if reverse {
		near, far = far, near
	}
	if reverse && from < lowestDevicePort {
		return fmt.Sprintf(textPortBusy, from)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(near, strconv.Itoa(from)))
	if err != nil {
		return fmt.Sprintf(textPortBusy, from)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.state != Connected || s.closed {
		_ = listener.Close()
		return s.dialect.noDaemon
	}
	t.rules = append(t.rules, &rule{nodes: nodes, reverse: reverse, listener: listener})
	gone := t.gone
	s.group.Go(func() { s.relayAll(gone, listener, net.JoinHostPort(far, strconv.Itoa(to))) })
	return textForwarded
}

// tcpPort reads a node; port 0 is refused by the real server as well.
func tcpPort(node string) (int, bool) {
	digits, ok := strings.CutPrefix(node, "tcp:")
	port, err := strconv.Atoi(digits)
	return port, ok && err == nil && port >= 1 && port <= 65535
}

// unforward answers `fport rm NODES`. The target is ignored: the rule goes
// wherever its text is the same. Open connections are left to their ends
// (claim hdc.rule-removal).
func (s *Server) unforward(nodes string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	removed := false
	for _, t := range s.targets {
		var kept []*rule
		for _, r := range t.rules {
			if r.nodes != nodes {
				kept = append(kept, r)
				continue
			}
			_ = r.listener.Close()
			removed = true
		}
		t.rules = kept
	}
	if !removed {
		return fmt.Sprintf(textNotRemoved, nodes)
	}
	return fmt.Sprintf(textRemoved, nodes)
}

// rulesText answers `fport ls`.
func (s *Server) rulesText() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, key := range s.keys() {
		for _, r := range s.targets[key].rules {
			direction := "Forward"
			if r.reverse {
				direction = "Reverse"
			}
			fmt.Fprintf(&b, "%s    %s    [%s]\n", key, r.nodes, direction)
		}
	}
	if b.Len() == 0 {
		return textEmpty
	}
	return b.String()
}

// relayAll carries every connection of a rule until its listener is closed.
func (s *Server) relayAll(gone context.Context, listener net.Listener, to string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.group.Go(func() { relay(gone, conn, to) })
	}
}

// relay carries one connection. The end of either side ends both at once, as
// in hdc, which carries no half-close; a side where nobody listens shows as a
// reset.
func relay(gone context.Context, near net.Conn, to string) {
	defer func() { _ = near.Close() }()
	dialer := net.Dialer{Timeout: dialTimeout}
	far, err := dialer.DialContext(gone, "tcp", to)
	if err != nil {
		if tcp, ok := near.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return
	}
	defer func() { _ = far.Close() }()
	stop := context.AfterFunc(gone, func() { _ = near.Close(); _ = far.Close() })
	defer stop()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far)
		_ = near.Close()
		_ = far.Close()
	}()
	_, _ = io.Copy(far, near)
	_ = near.Close()
	_ = far.Close()
	<-back
}
