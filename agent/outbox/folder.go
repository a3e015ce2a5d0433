// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// persistEvery is how far the cursor may run ahead of the one on the disk.
const persistEvery = 256

// folder is an outbox's folder, held by this process: a journal and a state.
type folder struct {
	dir string
	j   *journal.Journal

	mu      sync.Mutex
	st      state
	fresh   bool   // there was neither state nor record
	guessed bool   // the state could not be read
	saved   uint64 // the cursor on the disk
	closed  bool
}

func openFolder(dir string, o journal.Options) (*folder, error) {
	j, err := journal.Open(dir, o)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, j: j}
	st, err := readState(dir)
	switch {
	case err == nil:
		f.st, f.saved = st, st.Acked
	case errors.Is(err, errNoState) && j.Last() == 0:
		f.fresh = true
	case errors.Is(err, errNoState):
		f.guessed = true
		if err := f.guess(); err != nil {
			return nil, errors.Join(err, j.Close())
		}
	default:
		return nil, errors.Join(err, j.Close())
	}
	return f, nil
}

// guess takes the epoch from the first record that has one. If none has, the
// epoch stays empty and claim gives a new one.
func (f *folder) guess() error {
	return f.j.Read(0, func(_ uint64, rec []byte) error {
		if o, ok := decodeOrigin(rec); ok {
			f.st.Install, f.st.Role, f.st.Epoch = o.Install, o.Role, o.Epoch
			return journal.ErrStop
		}
		return nil
	})
}

// doubtful reports whether sequence numbers of this epoch may have been seen by
// a hub and are not in the journal any more, or whether it is another's epoch.
// Within one boot nothing that the kernel has gets lost. Claim outbox.boot.
func (f *folder) doubtful(o Options) bool {
	switch {
	case f.fresh:
		return false
	case f.guessed:
		return f.st.Epoch != ""
	case f.st.Install != o.Install, f.st.Role != o.Role, f.st.Acked > f.j.Last():
		return true
	}
	return !f.st.Clean && (f.st.Boot == "" || f.st.Boot != bootID())
}

// setAside moves the folder out of the way of a new epoch and returns the
// losses that were found in it.
func (f *folder) setAside() ([]wire.Loss, error) {
	losses := f.foreignLosses()
	if err := f.persist(true); err != nil {
		return nil, errors.Join(err, f.j.Close())
	}
	return losses, moveAway(f.j, f.dir, f.dir+"-"+wire.NewNonce())
}

// foreignLosses returns the losses found in this folder as another epoch
// reports them: without sequence numbers, which are this epoch's.
func (f *folder) foreignLosses() (losses []wire.Loss) {
	for _, d := range f.j.Dropped() {
		if l, ok := f.loss(d); ok {
			f.know(l)
			l.From, l.To = 0, 0
			losses = merge(losses, l)
		}
	}
	return losses
}

// claim makes the folder this process's own.
func (f *folder) claim(o Options) error {
	wasClean := f.st.Clean
	f.mu.Lock()
	f.st.Install, f.st.Role = o.Install, o.Role
	f.st.Boot, f.st.Clean = bootID(), false
	if f.st.Epoch == "" {
		f.st.Epoch = wire.NewNonce()
	}
	f.mu.Unlock()
	// "Clean" must not come back after a power failure.
	return f.persist(wasClean)
}

func (f *folder) origin(seq uint64) wire.Origin {
	return wire.Origin{Install: f.st.Install, Role: f.st.Role, Epoch: f.st.Epoch, Seq: seq}
}

func (f *folder) acked() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.st.Acked
}

func (f *folder) pending() int { return int(f.j.Count(f.acked() + 1)) }

// read calls fn for at most limit unacknowledged records behind after; a
// negative limit is none.
func (f *folder) read(after uint64, limit int, fn func(wire.Origin, []byte) error) error {
	if limit == 0 {
		return nil
	}
	return f.j.Read(max(after, f.acked())+1, func(seq uint64, rec []byte) error {
		if err := fn(f.origin(seq), rec); err != nil {
			return err
		}
		if limit--; limit == 0 {
			return journal.ErrStop
		}
		return nil
	})
}

func (f *folder) acknowledge(c wire.Origin) error {
	if c.Epoch != f.st.Epoch || c.Install != f.st.Install || c.Role != f.st.Role {
		return nil
	}
	if last := f.j.Last(); c.Seq > last {
		return &AheadError{Cursor: c, Last: last}
	}
	f.mu.Lock()
	if c.Seq <= f.st.Acked || f.closed {
		f.mu.Unlock()
		return nil
	}
	f.st.Acked = c.Seq
	f.st.Known = slices.DeleteFunc(f.st.Known, func(s span) bool { return s.To <= c.Seq })
	due := c.Seq-f.saved >= persistEvery
	f.mu.Unlock()
	if err := f.j.TruncateFront(c.Seq + 1); err != nil {
		return err
	}
	if due {
		return f.persist(false)
	}
	return nil
}

// persist writes the state; with sync it survives a power failure.
func (f *folder) persist(sync bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	if err := writeState(f.dir, f.st, sync); err != nil {
		return err
	}
	f.saved = f.st.Acked
	return nil
}

func (f *folder) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// close closes the journal; clean says that nothing was left behind.
func (f *folder) close(clean bool) error {
	var err error
	if clean {
		if err = f.j.Sync(context.Background()); err == nil {
			f.mu.Lock()
			f.st.Clean = true
			f.mu.Unlock()
			err = f.persist(true)
		}
	}
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	return errors.Join(err, f.j.Close())
}
