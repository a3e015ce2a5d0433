// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// cmdListen starts a server that is not what hdc-runner looks for.
func cmdListen(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "listen foreign|silent|http")
	if args[0] == "foreign" {
		server := hdcd.New(hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
			if p.Greeting {
				return hdcd.ForeignBanner
			}
			return hdcd.None
		}})
		ts.Check(server.Start("127.0.0.1:0"))
		ts.Defer(server.Close)
		ts.Setenv("ADDR", server.Addr())
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("ADDR", listener.Addr().String())
	var group sync.WaitGroup
	switch args[0] {
	case "silent":
		group.Go(func() { holdAll(listener) })
		ts.Defer(func() { _ = listener.Close(); group.Wait() })
	case "http":
		server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: patience}
		group.Go(func() { _ = server.Serve(listener) })
		ts.Defer(func() { _ = server.Close(); group.Wait() })
	default:
		ts.Fatalf("unknown kind of server %q", args[0])
	}
}

// holdAll accepts connections, reads and says nothing, until the listener ends.
func holdAll(listener net.Listener) {
	var group sync.WaitGroup
	defer group.Wait()
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conns = append(conns, conn)
		_ = conn.SetDeadline(time.Now().Add(patience))
		group.Go(func() {
			buf := make([]byte, 512)
			for {
				if _, err := conn.Read(buf); err != nil {
					return
				}
			}
		})
	}
}
