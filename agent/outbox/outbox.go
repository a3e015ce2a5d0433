// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package outbox keeps what arrived and is not yet acknowledged by the hub, on
// a journal.
//
// It guarantees that a record whose Add has returned survives the death of the
// process, that each has an origin which no other record ever has, that it is
// given out again with the same bytes until it is acknowledged, also by another
// process that drains the folder, and that what could not be kept (bounds, a
// full disk, a damaged file) is itself recorded as a wire.Loss as soon as there
// is room for it.
//
// It does not send: that is the link's work. Nor does it guarantee what was not
// synced against a power failure; but since a lost sequence number could then
// be given twice, an outbox that was open at a reboot is set aside with its
// epoch, to be drained like an extension's, and a new epoch begins.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// The bounds of an outbox whose Options name none.
const (
	DefaultMaxBytes     = 32 << 20
	DefaultMaxAge       = 7 * 24 * time.Hour
	defaultSegmentBytes = 1 << 20
)

// Options say whose outbox it is and bound it.
type Options struct {
	// Install is the app's installation id. Required.
	Install string
	// Role is the process's role. Required.
	Role wire.Role
	// Journal bounds the journal below. Where it is zero, SegmentBytes is 1 MiB,
	// MaxBytes DefaultMaxBytes and MaxAge DefaultMaxAge.
	Journal journal.Options
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() (Options, error) {
	if o.Install == "" || o.Role == "" {
		return o, errors.New("an outbox needs an install id and a role")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Journal.Now == nil {
		o.Journal.Now = o.Now
	}
	if o.Journal.SegmentBytes == 0 {
		o.Journal.SegmentBytes = defaultSegmentBytes
	}
	if o.Journal.MaxBytes == 0 {
		o.Journal.MaxBytes = DefaultMaxBytes
	}
	if o.Journal.MaxAge == 0 {
		o.Journal.MaxAge = DefaultMaxAge
	}
	return o, nil
}

// Outbox is one process's outbox. Its methods may be called from any goroutine.
type Outbox struct {
	opts   Options
	f      *folder
	notify chan struct{}

	adding  sync.Mutex
	pending []wire.Loss // losses without a record yet
	kept    []wire.Loss // losses whose record is not acknowledged
	ledger  *ledger     // keeps pending while the disk is full
}

// Open opens the outbox in dir, which it creates if need be. The error is
// *journal.LockedError (errors.Is journal.ErrLocked) if it is open elsewhere.
//
// An outbox that was open when the system went down, that belongs to another
// installation or whose state cannot be read is moved to a folder beside dir,
// where Drainable finds it, and a new epoch begins.
func Open(dir string, o Options) (*Outbox, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("open the outbox in %s: %w", dir, err)
	}
	f, err := openFolder(dir, o.Journal)
	if err != nil {
		return nil, fmt.Errorf("open the outbox in %s: %w", dir, err)
	}
	var inherited []wire.Loss
	if f.doubtful(o) {
		if inherited, err = f.setAside(); err == nil {
			f, err = openFolder(dir, o.Journal)
		}
		if err != nil {
			return nil, fmt.Errorf("begin a new epoch of the outbox in %s: %w", dir, err)
		}
	}
	out := &Outbox{opts: o, f: f, notify: make(chan struct{}, 1)}
	if err := out.start(inherited); err != nil {
		return nil, errors.Join(fmt.Errorf("open the outbox in %s: %w", dir, err), f.close(false))
	}
	return out, nil
}

// start claims the folder for this process and records what was lost.
func (o *Outbox) start(inherited []wire.Loss) error {
	if err := o.f.claim(o.opts); err != nil {
		return err
	}
	o.ledger = openLedger(o.f.dir)
	for _, l := range append(inherited, o.ledger.load(o.f.j.Last())...) {
		o.pending = merge(o.pending, l)
	}
	err := o.f.read(0, -1, func(_ wire.Origin, frame []byte) error {
		if l, ok := decodeLoss(frame); ok {
			o.kept = append(o.kept, l)
			o.f.know(l)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// A full disk is no reason not to open: the losses stay pending.
	if err := o.report(); err != nil && !errors.Is(err, journal.ErrDiskFull) {
		return err
	}
	return nil
}

// Origin returns what the records of this outbox have in common, with the
// newest one's Seq, 0 before the first.
func (o *Outbox) Origin() wire.Origin { return o.f.origin(o.f.j.Last()) }

// Pending returns how many records are not acknowledged.
func (o *Outbox) Pending() int { return o.f.pending() }

// Notify is signalled after something was added. It holds one signal.
func (o *Outbox) Notify() <-chan struct{} { return o.notify }

// Unacked calls fn for each record that is not acknowledged, in order, with its
// encoded frame, which is valid until fn returns. An error of fn ends it and is
// returned; journal.ErrStop ends it without an error.
func (o *Outbox) Unacked(fn func(wire.Origin, []byte) error) error { return o.f.read(0, -1, fn) }

// UnackedAfter is Unacked for at most limit records whose Seq is above after.
func (o *Outbox) UnackedAfter(after uint64, limit int, fn func(wire.Origin, []byte) error) error {
	return o.f.read(after, limit, fn)
}

// Acked says that the hub has everything up to and including c.Seq; cursors of
// other origins are ignored. The cursor is written now and then and at Sync and
// Close: after a death some records may be given out once more, which the hub
// knows by their origin. The error is *AheadError for a record that was never
// added here.
func (o *Outbox) Acked(c wire.Origin) error {
	if err := o.f.acknowledge(c); err != nil {
		return fmt.Errorf("take an ack for the outbox in %s: %w", o.f.dir, err)
	}
	return nil
}

// Sync makes what was added, and the cursor, survive a power failure.
func (o *Outbox) Sync(ctx context.Context) error {
	o.adding.Lock()
	err := o.report()
	o.adding.Unlock()
	if err = errors.Join(err, o.f.j.Sync(ctx), o.f.persist(false)); err != nil {
		return fmt.Errorf("sync the outbox in %s: %w", o.f.dir, err)
	}
	return nil
}

// Close syncs and closes the outbox. Closing twice is harmless.
func (o *Outbox) Close() error {
	o.adding.Lock()
	defer o.adding.Unlock()
	if o.f.isClosed() {
		return nil
	}
	if err := errors.Join(o.report(), o.ledger.close(), o.f.close(true)); err != nil {
		return fmt.Errorf("close the outbox in %s: %w", o.f.dir, err)
	}
	return nil
}

// AheadError is an ack for a record that this outbox never had: its folder is
// older than the hub's journal, as after a restored backup.
type AheadError struct {
	Cursor wire.Origin
	Last   uint64
}

// Error implements error.
func (e *AheadError) Error() string {
	return fmt.Sprintf("the hub has records of epoch %s up to %d, the outbox only up to %d: the app's files are older than the run; remove the app's data or begin a new run",
		e.Cursor.Epoch, e.Cursor.Seq, e.Last)
}

// removeAll removes a folder that has been moved out of the way.
func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove a drained outbox: %w", err)
	}
	return nil
}
