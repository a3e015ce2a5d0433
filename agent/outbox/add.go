// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Add is AddBatch for one frame.
func (o *Outbox) Add(f wire.Frame) (wire.Origin, error) {
	origins, err := o.AddBatch(f)
	if len(origins) == 0 {
		return wire.Origin{}, err
	}
	return origins[0], err
}

// AddBatch gives each frame, which is a *wire.Arrival or *wire.Loss, its Origin
// and appends all with one write. When it returns without an error, the kernel
// has them.
//
// A frame above wire.MaxFrame is replaced by a Loss, whose origin stands in its
// place; the others are added, and the error is a *wire.SizeError. After any
// other error (errors.Is journal.ErrDiskFull, or the system's) none was added
// and the origins are nil; the loss is recorded by the next Add that succeeds,
// also after a death of the process.
func (o *Outbox) AddBatch(frames ...wire.Frame) ([]wire.Origin, error) {
	for _, f := range frames {
		if originOf(f) == nil {
			return nil, fmt.Errorf("add a frame of type %T to the outbox: it is neither an arrival nor a loss", f)
		}
	}
	o.adding.Lock()
	defer o.adding.Unlock()
	o.collect()

	lead := make([]wire.Frame, 0, len(o.pending)+len(frames))
	for i := range o.pending {
		lead = append(lead, &o.pending[i])
	}
	n := len(lead)
	origins, large, err := o.store(append(lead, frames...))
	if err != nil {
		o.failed(frames, err)
		return nil, fmt.Errorf("add to the outbox in %s: %w", o.f.dir, err)
	}
	// A bound that this write exceeded has dropped older records.
	if err := o.report(); err != nil {
		return origins[n:], errors.Join(large, fmt.Errorf("record a loss in the outbox in %s: %w", o.f.dir, err))
	}
	return origins[n:], large
}

// store appends the frames with the next sequence numbers; they begin with all
// pending losses. It returns the sizes that were refused apart from the errors
// after which nothing is stored.
func (o *Outbox) store(frames []wire.Frame) (origins []wire.Origin, large, err error) {
	seq := o.f.j.Last()
	recs := make([][]byte, len(frames))
	origins = make([]wire.Origin, len(frames))
	var losses []wire.Loss
	for i, f := range frames {
		seq++
		origins[i] = o.f.origin(seq)
		*originOf(f) = origins[i]
		recs[i], err = wire.Encode(f)
		if size := (*wire.SizeError)(nil); errors.As(err, &size) {
			large = errors.Join(large, fmt.Errorf("add to the outbox in %s: %w", o.f.dir, size))
			f = &wire.Loss{Origin: origins[i], Count: 1, Reason: reasonTooLarge, At: o.opts.Now()}
			recs[i], err = wire.Encode(f)
		}
		if err != nil {
			return nil, nil, err
		}
		if l, ok := f.(*wire.Loss); ok {
			losses = append(losses, *l)
		}
	}
	if _, err := o.f.j.Append(recs...); err != nil {
		return nil, nil, err
	}
	o.pending = nil
	o.kept = append(o.kept, losses...)
	for _, l := range losses {
		o.f.know(l)
	}
	select {
	case o.notify <- struct{}{}:
	default:
	}
	return origins, large, nil
}

// failed remembers frames that could not be stored.
func (o *Outbox) failed(frames []wire.Frame, err error) {
	if errors.Is(err, journal.ErrClosed) {
		return
	}
	reason := reasonWriteFailed
	if errors.Is(err, journal.ErrDiskFull) {
		reason = reasonDiskFull
	}
	for _, f := range frames {
		*originOf(f) = wire.Origin{}
		l := wire.Loss{Count: 1, Reason: reason, At: o.opts.Now()}
		if loss, ok := f.(*wire.Loss); ok {
			l = *loss
		}
		o.pending = merge(o.pending, l)
	}
	o.ledger.save(o.f.j.Last(), o.pending)
}

// originOf returns where a record's origin stands, nil for what is no record.
func originOf(f wire.Frame) *wire.Origin {
	switch f := f.(type) {
	case *wire.Arrival:
		return &f.Origin
	case *wire.Loss:
		return &f.Origin
	}
	return nil
}
