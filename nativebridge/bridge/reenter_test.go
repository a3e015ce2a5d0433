// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/nativebridge/bridge"
)

// eager is a platform that comes back into the bridge before its methods return:
// as where a call waits for the JavaScript thread, which is in there.
type eager struct {
	b        *bridge.Bridge
	command  func(id int64) error
	released atomic.Bool
}

// Command implements bridge.Caller.
func (e *eager) Command(id int64, _, _ string) error {
	e.b.Stats()
	return e.command(id)
}

// Release implements bridge.Caller.
func (e *eager) Release() {
	e.b.Stats()
	e.released.Store(true)
}

func TestACallerMayComeBackBeforeItReturns(t *testing.T) {
	b, h, _ := linked(t)
	badge := func(id int64) error { return b.Reply(id, `{"badge":`+strconv.FormatInt(id, 10)+`}`) }
	next := &eager{b: b, command: badge}
	first := &eager{b: b, command: func(id int64) error {
		if err := badge(id); err != nil {
			return err
		}
		return b.OnCommand(next)
	}}
	if err := b.OnCommand(first); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := receive(t, command(t, h, wire.CmdBadgeGet)); got.err != nil || len(got.raw) == 0 {
			t.Errorf("answer %s, %v", got.raw, got.err)
		}
	}
	if !first.released.Load() || next.released.Load() {
		t.Error("the first function is let go when the next is registered")
	}
	stop(t, b)
	if !next.released.Load() {
		t.Error("the next function is let go by stop")
	}
	if s := b.Stats(); s.Commands != 0 || s.Late != 0 {
		t.Errorf("stats %+v", s)
	}
}

// A function that was let go while it was being called refuses: the one that took
// its place is asked.
func TestACommandGoesToWhoTookTheCallersPlace(t *testing.T) {
	b, h, _ := linked(t)
	closed := errors.New("the callback was released")
	next := newPlatform()
	if err := b.OnCommand(&eager{b: b, command: func(int64) error { return errors.Join(b.OnCommand(next), closed) }}); err != nil {
		t.Fatal(err)
	}
	c := command(t, h, wire.CmdBadgeGet)
	asked := receive(t, next.calls)
	if err := b.Reply(asked.id, `{"badge":7}`); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, c); got.err != nil || string(got.raw) != "7" {
		t.Errorf("answer %s, %v", got.raw, got.err)
	}

	// With nobody in its place nobody is asked twice.
	calls := 0
	e := &eager{b: b, command: func(int64) error {
		calls++
		return closed
	}}
	if err := b.OnCommand(e); err != nil {
		t.Fatal(err)
	}
	got := receive(t, command(t, h, wire.CmdBadgeGet))
	if got.err == nil || !strings.Contains(got.err.Error(), "released") || calls != 1 {
		t.Errorf("answer %s, %v, after %d calls", got.raw, got.err, calls)
	}
	if s := b.Stats(); s.Commands != 0 {
		t.Errorf("stats %+v", s)
	}
}
