// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Reasons of a wire.Loss that this package gives besides those of the journal.
const (
	reasonDiskFull    = "disk-full"
	reasonTooLarge    = "too-large"
	reasonWriteFailed = "write-failed"
)

// loss turns what the journal dropped into a Loss, less what was acknowledged
// or reported before.
func (f *folder) loss(d journal.Drop) (wire.Loss, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := wire.Loss{Count: d.Count, Reason: string(d.Reason), At: d.At, From: d.From, To: d.To}
	if d.Count == 0 {
		return l, false
	}
	if d.From == 0 {
		return l, true
	}
	if l.From = max(d.From, f.st.Acked+1); l.From > l.To {
		return l, false
	}
	for _, k := range f.st.Known {
		if k.From <= l.From && l.To <= k.To {
			return l, false
		}
	}
	l.Count = min(l.Count, l.To-l.From+1)
	return l, true
}

// know remembers damage that a Loss reports: the damaged bytes stay in the
// segment and would be found again by the next Open.
func (f *folder) know(l wire.Loss) {
	if l.Reason != string(journal.Torn) || l.From == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := (span{l.From, l.To}); !slices.Contains(f.st.Known, s) {
		f.st.Known = append(f.st.Known, s)
	}
}

// collect turns what the journal dropped into pending losses. A Loss that was
// itself dropped becomes pending again.
func (o *Outbox) collect() {
	acked := o.f.acked()
	o.kept = slices.DeleteFunc(o.kept, func(l wire.Loss) bool { return l.Origin.Seq <= acked })
	for _, d := range o.f.j.Dropped() {
		l, ok := o.f.loss(d)
		if !ok {
			continue
		}
		o.kept = slices.DeleteFunc(o.kept, func(k wire.Loss) bool {
			if k.Origin.Seq < l.From || k.Origin.Seq > l.To {
				return false
			}
			l.Count--
			o.pending = merge(o.pending, k)
			return true
		})
		if l.Count > 0 {
			o.pending = merge(o.pending, l)
		}
	}
}

// report stores the pending losses, if there are any. A Loss can itself push
// older records over a bound: what that drops stays pending until the next Add,
// Sync or Open, since reporting it at once could go on for ever.
func (o *Outbox) report() error {
	if o.collect(); len(o.pending) == 0 {
		return nil
	}
	frames := make([]wire.Frame, len(o.pending))
	for i := range o.pending {
		frames[i] = &o.pending[i]
	}
	_, _, err := o.store(frames)
	if o.collect(); len(o.pending) > 0 {
		o.ledger.save(o.f.j.Last(), o.pending)
	}
	return err
}

// merge adds a loss to those of the same reason, so that pending losses stay
// few. What a bound drops is always the oldest, so its ranges are joined even
// if something lies between them: that was dropped too, or is recorded again.
// Damage can lie anywhere: its ranges are joined only where they touch.
func merge(losses []wire.Loss, l wire.Loss) []wire.Loss {
	l.Origin = wire.Origin{}
	for i := range losses {
		m := &losses[i]
		if m.Reason != l.Reason || (m.From == 0) != (l.From == 0) {
			continue
		}
		if m.Reason == string(journal.Torn) && m.From > 0 && m.To+1 != l.From && l.To+1 != m.From {
			continue
		}
		m.From, m.To = min(m.From, l.From), max(m.To, l.To)
		m.Count += l.Count
		if l.At.Before(m.At) {
			m.At = l.At
		}
		return losses
	}
	return append(losses, l)
}

// lossPrefix is how wire.Encode begins a Loss.
var lossPrefix = []byte(`{"type":"loss",`)

func decodeLoss(frame []byte) (wire.Loss, bool) {
	var l wire.Loss
	if !bytes.HasPrefix(frame, lossPrefix) || json.Unmarshal(frame, &l) != nil {
		return wire.Loss{}, false
	}
	return l, true
}

func decodeOrigin(frame []byte) (wire.Origin, bool) {
	var record struct {
		Origin wire.Origin `json:"origin"`
	}
	if json.Unmarshal(frame, &record) != nil || record.Origin.Epoch == "" {
		return wire.Origin{}, false
	}
	return record.Origin, true
}
