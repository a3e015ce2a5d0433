// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

// DefaultWatchEvery is how often Watch asks the server. hdc has no command
// that tells of devices by itself.
const DefaultWatchEvery = time.Second

// EventKind says what an Event is.
type EventKind int

// The kinds.
const (
	// Listed: the target is new in the server's list, whatever its state.
	Listed EventKind = iota + 1
	// Changed: the target's state, transport or name is another one.
	Changed
	// Unlisted: the target left the list; mostly because the server restarted,
	// since an offline target stays in it.
	Unlisted
	// ServerLost: the server does not answer. What has become of the targets is
	// unknown until ServerFound.
	ServerLost
	// ServerFound: the server answers again. What differs from the time before
	// follows as events.
	ServerFound
)

// Event is a difference between two looks at the server's list.
type Event struct {
	Kind EventKind
	// Target is the row as it is now; for Unlisted, as it was. It is zero for
	// ServerLost and ServerFound.
	Target Target
	// Was is the row before, zero for Listed.
	Was Target
	// Err is why the server counts as lost.
	Err error
}

// Arrived reports whether the target can be used now and could not before.
func (e Event) Arrived() bool {
	return (e.Kind == Listed || e.Kind == Changed) && e.Target.State == StateConnected && e.Was.State != StateConnected
}

// Departed reports whether the target could be used before and cannot now.
func (e Event) Departed() bool {
	return e.Kind == Unlisted && e.Was.State == StateConnected ||
		e.Kind == Changed && e.Was.State == StateConnected && e.Target.State != StateConnected
}

// Watch yields what changes in the server's list, beginning with a Listed event
// for each target that is there, until ctx ends or the loop is left. It asks
// every so often (0 means DefaultWatchEvery), on one channel that stays open.
// While the loop's body runs nothing is asked, so that nothing piles up.
//
// A server that ends or hangs is an event, not the end: Watch tries again until
// it is back. A target that left and returned between two looks is not seen.
func (c *Client) Watch(ctx context.Context, every time.Duration) iter.Seq[Event] {
	if every <= 0 {
		every = DefaultWatchEvery
	}
	return func(yield func(Event) bool) {
		w := &watch{client: c}
		defer w.close()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			for _, event := range w.look(ctx) {
				if ctx.Err() != nil || !yield(event) {
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}
}

// watch is the state of one Watch.
type watch struct {
	client *Client
	// held is the channel that stays open, nil before it is opened.
	held  *channel
	known []Target
	lost  bool
}

// look asks once and returns what is new.
func (w *watch) look(ctx context.Context) []Event {
	now, err := w.ask(ctx)
	if err != nil {
		w.close()
		if w.lost || ctx.Err() != nil {
			return nil
		}
		w.lost = true
		return []Event{{Kind: ServerLost, Err: err}}
	}
	var events []Event
	if w.lost {
		w.lost = false
		events = append(events, Event{Kind: ServerFound})
	}
	events = append(events, differences(w.known, now)...)
	w.known = now
	return events
}

// ask gets the list. The first one, and the first after a loss, comes by a
// channel of its own, and the held channel gets its first question only when
// that is answered: commands that arrive together replace each other on a
// server (recording frame-two-alive).
func (w *watch) ask(ctx context.Context) ([]Target, error) {
	if w.held == nil {
		held, err := w.client.connect(ctx, "", "alive")
		if err != nil {
			return nil, err
		}
		w.held = held
		return w.client.look(ctx)
	}
	answer, err := w.held.question(listTargets, w.client.o.DialTimeout)
	if err != nil {
		return nil, &LostError{Command: listTargets, Err: err}
	}
	if err := failure("", listTargets, answer); err != nil {
		return nil, err
	}
	return parseTargets(string(answer))
}

func (w *watch) close() {
	if w.held != nil {
		w.held.close()
		w.held = nil
	}
}

// question sends a command on a channel that is kept alive, and returns the one
// frame that answers it.
func (ch *channel) question(command string, within time.Duration) ([]byte, error) {
	if err := ch.conn.SetDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	if _, err := ch.conn.Write(appendFrame(nil, []byte(command+"\x00"))); err != nil {
		return nil, err
	}
	return ch.next()
}

// differences compares two lists by key; rows that share a key, as a server
// 2.0.0a may list them, count as one.
func differences(was, now []Target) []Event {
	if slices.Equal(was, now) {
		return nil
	}
	var events []Event
	find := func(list []Target, key string) int {
		return slices.IndexFunc(list, func(t Target) bool { return t.Key == key })
	}
	for i, t := range was {
		if find(was, t.Key) == i && find(now, t.Key) < 0 {
			events = append(events, Event{Kind: Unlisted, Target: t, Was: t})
		}
	}
	for i, t := range now {
		if find(now, t.Key) != i {
			continue
		}
		switch before := find(was, t.Key); {
		case before < 0:
			events = append(events, Event{Kind: Listed, Target: t})
		case was[before] != t:
			events = append(events, Event{Kind: Changed, Target: t, Was: was[before]})
		}
	}
	return events
}

// waitEvery is how often the waits of this package look.
const waitEvery = 200 * time.Millisecond

// WaitReady waits until the target is connected and returns its row. Key Any
// waits until exactly one target is.
//
// When ctx ends first (without a deadline, the client's Timeout) the error is a
// *TargetError that says what state the target was in and what to do on the
// device, or a *ServerError; errors.Is finds ctx's error in it.
func (c *Client) WaitReady(ctx context.Context, key string) (Target, error) {
	if err := CheckKey(key); err != nil {
		return Target{}, err
	}
	ready, err := c.await(ctx, key, func(t Target, known bool) bool { return known && t.State == StateConnected })
	if err != nil {
		return ready, fmt.Errorf("wait until target %q is ready: %w", key, err)
	}
	return ready, nil
}

// await looks at the list until done says so of the target's row. A server that
// is away is waited for, too.
func (c *Client) await(ctx context.Context, key string, done func(t Target, known bool) bool) (Target, error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	ticker := time.NewTicker(waitEvery)
	defer ticker.Stop()
	var last error
	for {
		targets, err := c.Targets(ctx)
		switch row, known, kind := choose(targets, key); {
		case err != nil && ctx.Err() == nil:
			last = err
		case err != nil:
		case done(row, known):
			return row, nil
		default:
			last = &TargetError{Key: key, Kind: kind}
		}
		select {
		case <-ctx.Done():
			return Target{}, until(ctx, last)
		case <-ticker.C:
		}
	}
}

// until says why a wait had no success, and what ended it.
func until(ctx context.Context, last error) error {
	if last == nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w, until %w", last, ctx.Err())
}

// choose finds a key's row; known is false where there is none, or no only one.
// kind says why the target could not be used.
func choose(targets []Target, key string) (row Target, known bool, kind TargetKind) {
	kind = Unknown
	if key == Any {
		kind = Ambiguous
	}
	for _, t := range targets {
		switch {
		case key == Any && t.State == StateConnected && known:
			return Target{}, false, Ambiguous
		case key == Any && t.State == StateConnected:
			row, known = t, true
		case key == Any && !known && len(targets) == 1:
			kind = t.State.kind()
		case t.Key == key:
			return t, true, t.State.kind()
		}
	}
	return row, known, kind
}

// kind returns why a target in this state cannot be used, 0 if it can.
func (s State) kind() TargetKind {
	switch s {
	case StateConnected:
		return 0
	case StateUnauthorized:
		return Unauthorized
	case StateReady:
		return Handshaking
	}
	return Offline
}

// Advice says what to do about a target in this state, "" where it can be used.
func (s State) Advice() string { return targetKinds[s.kind()].do }
