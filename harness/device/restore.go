// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// undoLimit bounds one change's undoing: a few commands.
	undoLimit = 20 * time.Second
	// maxUndos bounds how much may be changed at a time. A change that stands
	// already takes no second place, and there are fewer kinds than that.
	maxUndos = 32
)

// RestoreError says that a change to the device could not be taken back, and
// so holds until a person or a later RestoreAll takes it back.
type RestoreError struct {
	// Key is the device's connect key.
	Key string
	// What is what was changed: "the network scenario".
	What string
	// Err is why it stays. A *ManualError in it says what a person must do.
	Err error
}

// Error implements error.
func (e *RestoreError) Error() string {
	return fmt.Sprintf("%s of device %s was changed and is not put back: %v", e.What, e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *RestoreError) Unwrap() error { return e.Err }

// change is something to be taken back.
type change struct {
	name string
	undo func(context.Context) error
}

// changes is the stack of what to take back. Its zero value is empty.
type changes struct {
	turn  sync.Mutex // held while one is taken back
	mu    sync.Mutex
	stack []change
}

// onRestore remembers how to take a change back, before it is made: a change
// that failed half-way is taken back, too. undo must do no harm where nothing
// was changed. Where a change of that name stands, its undo stays: that one
// knows what was before both. The error says that there are too many, and
// nothing must be changed then.
//
// The name is what was changed, as RestoreError.What. An error of undo should
// be or wrap a *ManualError: nobody else may be left to say what to do.
func (d *Device) onRestore(name string, undo func(context.Context) error) error {
	c := &d.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.index(name) >= 0 {
		return nil
	}
	if len(c.stack) >= maxUndos {
		return fmt.Errorf("change %s of device %s: %d changes are to be taken back already: call RestoreAll", name, d.key, maxUndos)
	}
	c.stack = append(c.stack, change{name, undo})
	return nil
}

func (c *changes) index(name string) int {
	return slices.IndexFunc(c.stack, func(c change) bool { return c.name == name })
}

// names returns what is changed, the last change first.
func (c *changes) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, change := range slices.Backward(c.stack) {
		names = append(names, change.name)
	}
	return names
}

// Changed lists what was changed on the device and is not put back, the last
// change first.
func (d *Device) Changed() []string { return d.changes.names() }

// RestoreAll takes back what was changed on the device: the last change first,
// each within 20 s, and the next one also where one fails. What was taken back
// is forgotten, so a second call does nothing; what was not is tried again by
// it. After Ctrl-C the caller's context has ended: give one with a deadline of
// its own.
//
// The error joins a *RestoreError for each change that stays.
func (d *Device) RestoreAll(ctx context.Context) error {
	c := &d.changes
	c.turn.Lock()
	defer c.turn.Unlock()
	var failed []error
	for _, name := range c.names() {
		failed = append(failed, d.takeBack(ctx, name))
	}
	return errors.Join(failed...)
}

// restore takes one change back, if it stands.
func (d *Device) restore(ctx context.Context, name string) error {
	d.changes.turn.Lock()
	defer d.changes.turn.Unlock()
	return d.takeBack(ctx, name)
}

// takeBack needs the turn: the undo of a change runs once at a time.
func (d *Device) takeBack(ctx context.Context, name string) error {
	c := &d.changes
	c.mu.Lock()
	i := c.index(name)
	if i < 0 {
		c.mu.Unlock()
		return nil
	}
	undo := c.stack[i].undo
	c.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, undoLimit, fmt.Errorf("%w (%v)", errStillNot, undoLimit))
	defer cancel()
	if err := undo(ctx); err != nil {
		return &RestoreError{Key: d.key, What: name, Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stack = slices.DeleteFunc(c.stack, func(c change) bool { return c.name == name })
	return nil
}
