// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net"

	"github.com/rogpeppe/go-internal/testscript"
)

// occupied are the ports that a script has taken.
type occupied map[string]net.Listener

type occupiedKey struct{}

// cmdOccupy takes a port of the host, as another program does.
func cmdOccupy(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "occupy PORT")
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	ts.Value(occupiedKey{}).(occupied)[args[0]] = listener
}

// cmdRelease lets go of it.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "release PORT")
	listener := ts.Value(occupiedKey{}).(occupied)[args[0]]
	if listener == nil {
		ts.Fatalf("nobody has occupied port %s", args[0])
	}
	ts.Check(listener.Close())
}
