// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

func seqs(from, to uint64) (all []uint64) {
	for seq := from; seq <= to; seq++ {
		all = append(all, seq)
	}
	return all
}

// TestAckAfterJournal wants each acknowledged record in the journal.
func TestAckAfterJournal(t *testing.T) {
	h := open(t, hub.Options{})
	s, w := speak(t, h, hello("phone", wire.RoleMain))
	if len(w.Cursors) != 0 || w.Version != wire.Version || w.HeartbeatMillis != 2000 {
		t.Errorf("welcome %+v", w)
	}
	for seq := uint64(1); seq <= 20; seq++ {
		s.send(s.arrival(seq))
		s.acked(seq)
		if got := journaled(t, h); !slices.Equal(got, seqs(1, seq)) {
			t.Fatalf("acknowledged %d, journaled %v", seq, got)
		}
	}
}

// TestRepetitions are acknowledged and not journaled, over the same link and
// another one.
func TestRepetitions(t *testing.T) {
	h := open(t, hub.Options{})
	for range 2 {
		s, _ := speak(t, h, hello("phone", wire.RoleMain))
		for range 2 {
			for seq := uint64(1); seq <= 3; seq++ {
				s.send(s.arrival(seq))
			}
			s.acked(3)
		}
	}
	if got := journaled(t, h); !slices.Equal(got, seqs(1, 3)) {
		t.Errorf("journaled %v", got)
	}
}

// TestSameNonceTwoOrigins keeps both: that is a real second delivery.
func TestSameNonceTwoOrigins(t *testing.T) {
	h := open(t, hub.Options{})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	s.send(s.arrival(1))
	s.id.Role, s.id.Epoch = wire.RoleExtension, "epoch-2"
	s.send(s.arrival(1))
	s.acked(1)
	s.acked(1)
	if got := journaled(t, h); !slices.Equal(got, []uint64{1, 1}) {
		t.Errorf("journaled %v", got)
	}
}

// TestGap asks once more for what is missing before it takes it for lost.
func TestGap(t *testing.T) {
	gap := func(t *testing.T) (*hub.Hub, *speaker) {
		h := open(t, hub.Options{})
		s, _ := speak(t, h, hello("phone", wire.RoleMain))
		s.send(s.arrival(1))
		s.acked(1)
		s.send(s.arrival(4))
		s.send(s.arrival(5)) // in flight behind the gap
		for {
			f, err := s.read()
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := f.(*wire.Error); ok {
				if e.Code != wire.CodeOrder || e.Frame != wire.TypeArrival || e.Fatal || !strings.Contains(e.Message, "got 4 behind 1") {
					t.Errorf("answer %+v", e)
				}
				break
			}
			if a := f.(*wire.Ack); a.Cursors[0].Seq != 1 {
				t.Errorf("acknowledged %d behind a gap", a.Cursors[0].Seq)
			}
		}
		return h, s
	}
	t.Run("filled", func(t *testing.T) {
		h, s := gap(t)
		for seq := uint64(2); seq <= 5; seq++ {
			s.send(s.arrival(seq))
		}
		s.acked(5)
		if got := journaled(t, h); !slices.Equal(got, seqs(1, 5)) {
			t.Errorf("journaled %v", got)
		}
	})
	t.Run("for good", func(t *testing.T) {
		h, s := gap(t)
		s.send(s.arrival(4))
		s.send(s.arrival(5))
		s.acked(5)
		var skipped []uint64
		_ = h.Journaled(func(r *hub.Record) error { skipped = append(skipped, r.Skipped); return nil })
		if got := journaled(t, h); !slices.Equal(got, []uint64{1, 4, 5}) || !slices.Equal(skipped, []uint64{0, 2, 0}) {
			t.Errorf("journaled %v, skipped %v", got, skipped)
		}
		s.send(s.arrival(3)) // late, and still news
		s.send(s.arrival(6))
		s.acked(6)
		if got := journaled(t, h); !slices.Equal(got, []uint64{1, 4, 5, 3, 6}) {
			t.Errorf("journaled %v", got)
		}
	})
	t.Run("first of an epoch", func(t *testing.T) {
		h := open(t, hub.Options{})
		s, _ := speak(t, h, hello("phone", wire.RoleMain))
		s.send(s.arrival(100))
		s.acked(100)
		s.send(s.arrival(7)) // an agent out of order loses nothing
		s.send(s.arrival(101))
		s.acked(101)
		if got := journaled(t, h); !slices.Equal(got, []uint64{100, 7, 101}) {
			t.Errorf("journaled %v", got)
		}
	})
}

// TestRestart opens a hub on the folder and the port of a closed one: cursors,
// records and agents are there.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	first := open(t, hub.Options{Dir: dir})
	s, _ := speak(t, first, hello("phone", wire.RoleMain))
	s.send(s.arrival(1))
	s.send(s.arrival(2))
	s.acked(2)
	addr := first.Addr()
	shut(t, first)
	if g := expect[*wire.Goodbye](s); g.EndSession {
		t.Errorf("goodbye %+v: a restart ends no session", g)
	}
	if c := s.closed(); c.Code != websocket.CloseGoingAway {
		t.Errorf("closed with %v", c)
	}

	second := open(t, hub.Options{Dir: dir, Addr: addr.String()})
	if second.Addr() != addr {
		t.Errorf("listens on %v, want %v", second.Addr(), addr)
	}
	known, ok := second.Agent("phone", wire.RoleMain)
	if !ok || known.Connected || known.Hello.Device.BootID != "boot-1" || known.Hello.Proof != "" {
		t.Errorf("agent after the restart: %v %+v", ok, known)
	}
	s, w := speak(t, second, hello("phone", wire.RoleMain))
	cursor := s.id
	cursor.Seq = 2
	if !slices.Equal(w.Cursors, wire.Cursors{cursor}) {
		t.Errorf("cursors %v, want %v", w.Cursors, cursor)
	}
	s.send(s.arrival(2))
	s.send(s.arrival(3))
	s.acked(3)
	var labels []string
	for r, err := range second.Records(within(t)) {
		if err != nil {
			t.Fatal(err)
		}
		labels = append(labels, fmt.Sprint(r.Run, r.Label(), r.Origin().Seq))
		if len(labels) == 3 {
			break
		}
	}
	if want := []string{"run-1phone1", "run-1phone2", "run-1phone3"}; !slices.Equal(labels, want) {
		t.Errorf("records %v, want %v", labels, want)
	}
	shut(t, second)
	var replayed []uint64
	if err := hub.Replay(dir, func(r *hub.Record) error {
		replayed = append(replayed, r.Origin().Seq)
		return nil
	}); err != nil || !slices.Equal(replayed, seqs(1, 3)) {
		t.Errorf("Replay: %v, %v", replayed, err)
	}
	if err := second.Journaled(func(*hub.Record) error { return nil }); !errors.Is(err, hub.ErrClosed) {
		t.Errorf("Journaled of a closed hub = %v", err)
	}
}

// TestRestartInMidRun restarts the hub while real links send: nothing is lost,
// nothing is doubled, and each agent's order holds.
func TestRestartInMidRun(t *testing.T) {
	const agents, each, restarts = 4, 500, 6
	dir := t.TempDir()
	h := open(t, hub.Options{Dir: dir})
	url, addr := h.URL(), h.Addr().String()
	var boxes []*box
	var adding sync.WaitGroup
	for i := range agents {
		b := agent(t, url, fmt.Sprintf("phone-%d", i), nil)
		boxes = append(boxes, b)
		adding.Go(func() {
			for range each / 10 {
				b.add(t, 10)
			}
		})
	}
	for n := range restarts {
		// A restart comes once more than the last one's share is journaled.
		want := uint64(agents * each * (n + 1) / (restarts + 2))
		for r, err := range h.Records(within(t)) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Index >= want {
				break
			}
		}
		shut(t, h)
		h = open(t, hub.Options{Dir: dir, Addr: addr})
	}
	adding.Wait()
	for _, b := range boxes {
		if err := b.link.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
	}
	got := make(map[string][]uint64)
	if err := h.Journaled(func(r *hub.Record) error {
		got[r.Label()] = append(got[r.Label()], r.Origin().Seq)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range agents {
		label := fmt.Sprintf("phone-%d", i)
		if !slices.Equal(got[label], seqs(1, each)) {
			t.Errorf("%s: %d records journaled, want 1 to %d in order", label, len(got[label]), each)
		}
	}
}

// fullFile is a segment on a disk that is full while full is set.
type fullFile struct {
	journal.File
	full *atomic.Bool
}

func (f fullFile) WriteAt(p []byte, off int64) (int, error) {
	if f.full.Load() {
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, syscall.ENOSPC
	}
	return f.File.WriteAt(p, off)
}

// TestDiskFull acknowledges nothing while the journal takes nothing, says so,
// and loses nothing.
func TestDiskFull(t *testing.T) {
	var full atomic.Bool
	var log logged
	h := open(t, hub.Options{Logger: logger(&log), Journal: journal.Options{
		OpenFile: func(name string, flag int, perm os.FileMode) (journal.File, error) {
			f, err := os.OpenFile(name, flag, perm)
			return fullFile{f, &full}, err
		},
	}})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	s.send(s.arrival(1))
	s.acked(1)
	full.Store(true)
	s.send(s.arrival(2))
	if e := expect[*wire.Error](s); e.Code != wire.CodeUnavailable || !e.Fatal {
		t.Errorf("answer %+v", e)
	}
	if c := s.closed(); c.Code != websocket.CloseTryAgainLater {
		t.Errorf("closed with %v", c)
	}
	if !strings.Contains(log.String(), "disk is full") {
		t.Errorf("the log does not name the cause:\n%s", log.String())
	}
	full.Store(false)
	s, w := speak(t, h, hello("phone", wire.RoleMain))
	if len(w.Cursors) != 1 || w.Cursors[0].Seq != 1 {
		t.Errorf("cursors %v, want 1: 2 was not journaled", w.Cursors)
	}
	s.send(s.arrival(2))
	s.acked(2)
	if got := journaled(t, h); !slices.Equal(got, seqs(1, 2)) {
		t.Errorf("journaled %v", got)
	}
}
