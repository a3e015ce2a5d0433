// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// quick is how often the tests look.
const quick = 5 * time.Millisecond

// watching collects events; next fails the test if none comes.
func watching(t *testing.T, c *hdc.Client) (next func() hdc.Event) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	events, ended := make(chan hdc.Event), make(chan struct{})
	go func() {
		defer close(ended)
		for e := range c.Watch(ctx, quick) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	limit := time.After(patience)
	return func() hdc.Event {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-limit:
			t.Fatal("no event")
			return hdc.Event{}
		}
	}
}

func TestWatchTellsOfArrivalsAndDepartures(t *testing.T) {
	for _, version := range []string{"2.0.0a", "3.2.0f"} {
		t.Run(version, func(t *testing.T) {
			s, c := simulate(t, hdcd.Options{Version: version}, echoes)
			next := watching(t, c)
			if e := next(); e.Kind != hdc.Listed || !e.Arrived() || e.Target.Key != key {
				t.Fatalf("%+v, want the first target", e)
			}
			const other = "127.0.0.2:5555"
			s.Attach(&device{key: other, run: echoes})
			if e := next(); e.Kind != hdc.Listed || !e.Arrived() || e.Target.Key != other {
				t.Fatalf("%+v, want the second target", e)
			}
			s.Detach(other)
			e := next()
			if e.Kind != hdc.Changed || !e.Departed() || e.Arrived() || e.Target.State != hdc.StateOffline || e.Was.State != hdc.StateConnected {
				t.Fatalf("%+v, want the second target's departure", e)
			}
		})
	}
}

func TestWatchSurvivesTheServer(t *testing.T) {
	s, c := simulate(t, hdcd.Options{}, echoes)
	addr := s.Addr()
	next := watching(t, c)
	next()
	s.Close()
	var lost *hdc.ServerError
	e := next()
	// The held channel ends first, or the next dial fails first.
	if e.Kind != hdc.ServerLost || e.Err == nil {
		t.Fatalf("%+v (%v), want a lost server", e, errors.As(e.Err, &lost))
	}
	again := hdcd.New(hdcd.Options{})
	if err := again.Start(addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	if e := next(); e.Kind != hdc.ServerFound {
		t.Fatalf("%+v, want a found server", e)
	}
	if e := next(); e.Kind != hdc.Unlisted || !e.Departed() || e.Target.Key != key {
		t.Fatalf("%+v, want the target's departure", e)
	}
	again.Attach(&device{key: key, run: echoes})
	if e := next(); !e.Arrived() {
		t.Fatalf("%+v, want the target's return", e)
	}
}

func TestWatchReportsAServerThatHangs(t *testing.T) {
	s, _ := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Command == "list targets -v" {
			return hdcd.Hang
		}
		return hdcd.None
	}}, echoes)
	c := hdc.New(hdc.Options{Addr: s.Addr(), DialTimeout: 50 * time.Millisecond})
	if e := watching(t, c)(); e.Kind != hdc.ServerLost {
		t.Errorf("%+v, want a lost server", e)
	}
}

func TestWatchOfManyDevices(t *testing.T) {
	s, c := simulate(t, hdcd.Options{}, echoes)
	for n := range 99 {
		s.Attach(&device{key: fmt.Sprintf("serial%d", n), run: echoes})
	}
	next := watching(t, c)
	seen := map[string]bool{}
	for range 100 {
		if e := next(); e.Arrived() {
			seen[e.Target.Key] = true
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d targets, want 100", len(seen))
	}
}

func TestWaitReady(t *testing.T) {
	s, c := simulate(t, hdcd.Options{}, echoes)
	if got, err := c.WaitReady(t.Context(), hdc.Any); err != nil || got.Key != key {
		t.Errorf("%+v, %v", got, err)
	}
	s.Detach(key)
	done := make(chan error, 1)
	go func() {
		_, err := c.WaitReady(t.Context(), key)
		done <- err
	}()
	s.Attach(&device{key: key, run: echoes})
	if err := arrives(t, "the end of the wait", done); err != nil {
		t.Error(err)
	}
}

// TestWaitReadySaysWhatToDo lets the wait end in each state.
func TestWaitReadySaysWhatToDo(t *testing.T) {
	const row = "serial\t\tUSB\t%s\tlocalhost\n"
	tests := []struct {
		name, list string
		key        string
		kind       hdc.TargetKind
		says       string
	}{
		{"unauthorized", fmt.Sprintf(row, "Unauthorized"), "serial", hdc.Unauthorized, "accept the debugging dialog"},
		{"offline", fmt.Sprintf(row, "Offline"), "serial", hdc.Offline, "plug it in again"},
		{"ready", fmt.Sprintf(row, "Ready"), "serial", hdc.Handshaking, "wait some seconds"},
		{"of 2.0.0a", fmt.Sprintf(row, "UNKNOW"), "serial", hdc.Offline, "plug it in again"},
		{"absent", "[Empty]\r\n", "serial", hdc.Unknown, "choose one from"},
		{"the only one unauthorized", fmt.Sprintf(row, "Unauthorized"), hdc.Any, hdc.Unauthorized, "accept the debugging dialog"},
		{"two", fmt.Sprintf(row, "Connected") + strings.Replace(fmt.Sprintf(row, "Connected"), "serial", "other", 1), hdc.Any, hdc.Ambiguous, "name one of"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := client(answer(t, test.list, cancel)).WaitReady(ctx, test.key)
			var target *hdc.TargetError
			if !errors.As(err, &target) || target.Kind != test.kind || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want kind %d, the end of the context, and %q", err, test.kind, test.says)
			}
		})
	}
}
