// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// No more commands than allowed are under way, and the others have their turn.
func TestChannelsAreBounded(t *testing.T) {
	const limit, commands = 3, 24
	var now, most atomic.Int32
	s, _ := simulate(t, hdcd.Options{CloseDelay: -1}, func(_ context.Context, command string, out io.Writer) int {
		n := now.Add(1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			continue
		}
		fmt.Fprintln(out, command)
		now.Add(-1)
		return 0
	})
	c := hdc.New(hdc.Options{Addr: s.Addr(), MaxChannels: limit})
	errs := make(chan error, commands)
	for i := range commands {
		go func() {
			got, err := c.Shell(t.Context(), key, hdc.Cmd("echo", i))
			if want := fmt.Sprintf("echo %d\n", i); err == nil && string(got.Output) != want {
				err = fmt.Errorf("%q, want %q", got.Output, want)
			}
			errs <- err
		}()
	}
	for range commands {
		if err := arrives(t, "a command's end", errs); err != nil {
			t.Error(err)
		}
	}
	if most.Load() > limit {
		t.Errorf("%d commands at once, want %d at most", most.Load(), limit)
	}
}

// Where all slots are taken, each kind of command says so, and has sent
// nothing.
func TestAFullClientIsTyped(t *testing.T) {
	began := make(chan struct{})
	s, _ := simulate(t, hdcd.Options{CloseDelay: -1}, func(ctx context.Context, _ string, _ io.Writer) int {
		close(began)
		<-ctx.Done()
		return -1
	})
	c := hdc.New(hdc.Options{Addr: s.Addr(), MaxChannels: 1, Timeout: quick})
	ctx, cancel := context.WithCancel(patient(t))
	held := make(chan error, 1)
	go func() {
		_, err := c.Stream(ctx, key, hdc.Cmd("x"), func([]byte) error { return nil })
		held <- err
	}()
	arrives(t, "the stream's command", began)
	for name, call := range map[string]func(context.Context) error{
		"shell":   func(ctx context.Context) error { _, err := c.Shell(ctx, key, hdc.Cmd("x")); return err },
		"stream":  func(ctx context.Context) error { _, err := c.Stream(ctx, key, hdc.Cmd("x"), nil); return err },
		"targets": func(ctx context.Context) error { _, err := c.Targets(ctx); return err },
		"reverse": func(ctx context.Context) error { _, err := c.Reverse(ctx, key, 20001, 20002); return err },
		"reboot":  func(ctx context.Context) error { return c.Reboot(ctx, key) },
	} {
		var full *hdc.BusyError
		err := call(t.Context())
		if !errors.As(err, &full) || full.Limit != 1 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "MaxChannels") {
			t.Errorf("%s: %v (%T)", name, err, err)
		}
		ended, end := context.WithCancel(patient(t))
		end()
		if err := call(ended); !errors.As(err, &full) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v (%T)", name, err, err)
		}
	}
	cancel()
	if err := arrives(t, "the stream's end", held); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := hdc.New(hdc.Options{Addr: s.Addr(), MaxChannels: 1, Timeout: 20 * time.Second}).Targets(t.Context()); err != nil {
		t.Error(err)
	}
}

// A Watch of a client that has no free slot tells of the server, also when that
// was lost.
func TestAFullClientWatches(t *testing.T) {
	began := make(chan struct{})
	var drop atomic.Bool
	s, _ := simulate(t, hdcd.Options{CloseDelay: -1, Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Command == "list targets -v" && drop.CompareAndSwap(true, false) {
			return hdcd.Drop
		}
		return hdcd.None
	}}, func(ctx context.Context, _ string, _ io.Writer) int {
		close(began)
		<-ctx.Done()
		return -1
	})
	c := hdc.New(hdc.Options{Addr: s.Addr(), MaxChannels: 1, Timeout: quick})
	ctx, cancel := context.WithCancel(patient(t))
	held := make(chan error, 1)
	go func() {
		_, err := c.Stream(ctx, key, hdc.Cmd("x"), func([]byte) error { return nil })
		held <- err
	}()
	arrives(t, "the stream's command", began)
	next := watching(t, c)
	if e := next(); e.Kind != hdc.Listed {
		t.Fatalf("%+v, want the target", e)
	}
	drop.Store(true)
	if e := next(); e.Kind != hdc.ServerLost || busy(e.Err) {
		t.Errorf("%+v, want a lost server", e)
	}
	if e := next(); e.Kind != hdc.ServerFound {
		t.Errorf("%+v, want the server again", e)
	}
	if _, err := c.Targets(t.Context()); !busy(err) {
		t.Errorf("%v, want all slots to be taken still", err)
	}
	cancel()
	if err := arrives(t, "the stream's end", held); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func busy(err error) bool {
	var full *hdc.BusyError
	return errors.As(err, &full)
}
