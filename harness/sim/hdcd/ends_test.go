// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// TestRecordedEndsOfForwards lets the two ends of a rule do what they did, and
// wants that each sees what it saw.
func TestRecordedEndsOfForwards(t *testing.T) {
	played := 0
	for _, version := range transcripts.Versions() {
		all, err := transcripts.Load(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if len(r.Ends) == 0 {
				continue
			}
			played++
			t.Run(version+"/"+r.Name, func(t *testing.T) { playEnds(t, r) })
		}
	}
	if played < 30 {
		t.Errorf("%d recordings of ends, want at least 30", played)
	}
}

func playEnds(t *testing.T, r *transcripts.Recording) {
	server := start(t, hdcd.Options{Version: r.Version, CloseDelay: -1})
	listens := false
	for _, e := range r.Ends {
		listens = listens || !e.Dials
	}
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Close() }()
	if !listens {
		_ = far.Close()
	}
	near, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = near.Close()
	verb, _, _ := strings.Cut(r.Rule, " ")
	rule := fmt.Sprintf("%s tcp:%d tcp:%d", verb, near.Addr().(*net.TCPAddr).Port, far.Addr().(*net.TCPAddr).Port)
	if got := ask(t, server, first, rule); got != "Forwardport result:OK\r\n" {
		t.Fatalf("%s: %q", rule, got)
	}
	ended := make(chan error, 1)
	go func() {
		if !listens {
			ended <- nil
			return
		}
		conn, err := far.Accept()
		if err == nil {
			err = playEnd(conn, r, false)
		}
		ended <- err
	}()
	conn, err := net.DialTimeout("tcp", near.Addr().String(), 5*time.Second)
	if err == nil {
		err = playEnd(conn, r, true)
	} else if !listens {
		err = nil // the reset came before the dial had returned
	}
	if err := errors.Join(err, <-ended); err != nil {
		t.Error(err)
	}
}

// playEnd does what one end did, in its order.
func playEnd(conn net.Conn, r *transcripts.Recording, dials bool) error {
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	for i, e := range r.Ends {
		var err error
		switch {
		case e.Dials != dials:
			continue
		case e.Sent != nil:
			// Where nobody listens the reset may be there already.
			if _, err = conn.Write(e.Sent); err != nil && nobody(r) {
				return nil
			}
		case e.Received != nil:
			got := make([]byte, len(e.Received))
			if _, err = io.ReadFull(conn, got); err == nil && string(got) != string(e.Received) {
				err = fmt.Errorf("got %q, want %q", got, e.Received)
			}
		case e.Event == "eof":
			if n, readErr := conn.Read(make([]byte, 1)); n > 0 || !errors.Is(readErr, io.EOF) {
				err = fmt.Errorf("read %d bytes, %w, instead of the end", n, readErr)
			}
		case e.Event == "ConnectionResetError":
			if n, readErr := conn.Read(make([]byte, 1)); n > 0 || readErr == nil {
				err = fmt.Errorf("read %d bytes instead of a reset", n)
			}
		case e.Event == "shutdown write":
			err = conn.(*net.TCPConn).CloseWrite()
		case e.Event == "closes", e.Event == "closed":
			err = conn.Close()
		}
		if err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("step %d (dials %v): %w", i, dials, err)
		}
	}
	return nil
}

// nobody reports whether no end listened.
func nobody(r *transcripts.Recording) bool { return strings.Contains(r.Name, "nobody-listens") }
