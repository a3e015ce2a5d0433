// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestMain(m *testing.M) {
	if root := os.Getenv(childRoot); root != "" {
		child(root)
		return
	}
	goleak.VerifyTestMain(m)
}

var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func options() outbox.Options {
	return outbox.Options{Install: "install", Role: wire.RoleMain, Now: func() time.Time { return at }}
}

// source is what an Outbox and a Drained have in common.
type source interface {
	Unacked(fn func(wire.Origin, []byte) error) error
	Acked(wire.Origin) error
	Origin() wire.Origin
	Pending() int
	Close() error
}

func open(t testing.TB, dir string, o outbox.Options) *outbox.Outbox {
	t.Helper()
	out, err := outbox.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, out)
	return out
}

func drain(t testing.TB, dir string, into *outbox.Outbox) *outbox.Drained {
	t.Helper()
	d, err := outbox.Drain(dir, into)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, d)
	return d
}

func closeLater(t testing.TB, s source) {
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func closeNow(t testing.TB, s source) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func arrival(payload string) *wire.Arrival {
	b, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return &wire.Arrival{Via: push.Background, Kind: push.KindBackground, Stage: "alive", ReceivedAt: at, Payload: b}
}

func add(t testing.TB, o *outbox.Outbox, payloads ...string) []wire.Origin {
	t.Helper()
	frames := make([]wire.Frame, len(payloads))
	for i, p := range payloads {
		frames[i] = arrival(p)
	}
	origins, err := o.AddBatch(frames...)
	if err != nil {
		t.Fatal(err)
	}
	return origins
}

// unacked returns what is not acknowledged, as "1:payload" or
// "2:loss reason count from-to".
func unacked(t testing.TB, s source) (got []string) {
	t.Helper()
	err := s.Unacked(func(o wire.Origin, frame []byte) error {
		f, err := wire.Decode(frame)
		if err != nil {
			return err
		}
		var own wire.Origin
		switch f := f.(type) {
		case *wire.Arrival:
			own = f.Origin
			got = append(got, fmt.Sprintf("%d:%s", o.Seq, strings.Trim(string(f.Payload), `"`)))
		case *wire.Loss:
			own = f.Origin
			got = append(got, fmt.Sprintf("%d:loss %s %d %d-%d", o.Seq, f.Reason, f.Count, f.From, f.To))
		}
		if own != o {
			return fmt.Errorf("given out as %+v, but the frame says %+v", o, own)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func wantUnacked(t testing.TB, s source, want ...string) {
	t.Helper()
	if got := unacked(t, s); !slices.Equal(got, want) {
		t.Fatalf("unacknowledged %q, want %q", got, want)
	}
	if s.Pending() != len(want) {
		t.Fatalf("pending %d, want %d", s.Pending(), len(want))
	}
}

// crashed copies the folder of an open outbox: what a killed process leaves.
func crashed(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "main")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestRecordsStayUntilTheyAreAcknowledged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	if o.Origin().Seq != 0 || o.Pending() != 0 {
		t.Fatalf("a new outbox begins with %+v", o.Origin())
	}
	origins := add(t, o, "a")
	origins = append(origins, add(t, o, "b", "c")...)
	for i, got := range origins {
		want := wire.Origin{Install: "install", Role: wire.RoleMain, Epoch: o.Origin().Epoch, Seq: uint64(i + 1)}
		if got != want {
			t.Fatalf("origin %+v, want %+v", got, want)
		}
	}
	wantUnacked(t, o, "1:a", "2:b", "3:c")

	for name, foreign := range map[string]wire.Origin{
		"another epoch":   {Install: "install", Role: wire.RoleMain, Epoch: "x", Seq: 3},
		"another install": {Install: "x", Role: wire.RoleMain, Epoch: origins[0].Epoch, Seq: 3},
		"another role":    {Install: "install", Role: wire.RoleExtension, Epoch: origins[0].Epoch, Seq: 3},
	} {
		if err := o.Acked(foreign); err != nil || o.Pending() != 3 {
			t.Fatalf("ack of %s: %v, pending %d, want no error and 3", name, err, o.Pending())
		}
	}
	if err := o.Acked(origins[1]); err != nil {
		t.Fatal(err)
	}
	if err := o.Acked(origins[0]); err != nil {
		t.Fatal(err)
	}
	wantUnacked(t, o, "3:c")

	ahead := origins[2]
	ahead.Seq = 9
	var typed *outbox.AheadError
	if err := o.Acked(ahead); !errors.As(err, &typed) || typed.Last != 3 {
		t.Fatalf("ack of a record that is not there: %v, want an *AheadError", err)
	}

	closeNow(t, o)
	o = open(t, dir, options())
	wantUnacked(t, o, "3:c")
	if next := add(t, o, "d")[0]; next.Seq != 4 || next.Epoch != origins[0].Epoch {
		t.Fatalf("the next record after opening again is %+v", next)
	}
}

func TestUnackedAfterGivesPortions(t *testing.T) {
	o := open(t, t.TempDir(), options())
	add(t, o, strings.Split("abcdefghij", "")...)
	c := o.Origin()
	c.Seq = 2
	if err := o.Acked(c); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		after uint64
		limit int
		want  []uint64
	}{
		{0, 3, []uint64{3, 4, 5}},
		{5, 3, []uint64{6, 7, 8}},
		{8, 3, []uint64{9, 10}},
		{10, 3, nil},
		{0, 0, nil},
	} {
		var got []uint64
		err := o.UnackedAfter(tc.after, tc.limit, func(o wire.Origin, _ []byte) error {
			got = append(got, o.Seq)
			return nil
		})
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("after %d at most %d: %v (%v), want %v", tc.after, tc.limit, got, err, tc.want)
		}
	}
	mine := errors.New("mine")
	if err := o.Unacked(func(wire.Origin, []byte) error { return mine }); err != mine {
		t.Errorf("%v, want the function's own error", err)
	}
}

func TestNotify(t *testing.T) {
	o := open(t, t.TempDir(), options())
	select {
	case <-o.Notify():
		t.Fatal("signalled although nothing was added")
	default:
	}
	add(t, o, "a")
	add(t, o, "b")
	<-o.Notify()
	select {
	case <-o.Notify():
		t.Fatal("more than one signal was kept")
	default:
	}
}

// counting counts writes to segments.
type counting struct {
	journal.File
	writes *int
}

func (f counting) WriteAt(p []byte, off int64) (int, error) {
	*f.writes++
	return f.File.WriteAt(p, off)
}

func TestABatchIsOneWrite(t *testing.T) {
	writes := 0
	opts := options()
	opts.Journal.OpenFile = func(name string, flag int, perm os.FileMode) (journal.File, error) {
		f, err := os.OpenFile(name, flag, perm)
		return counting{f, &writes}, err
	}
	o := open(t, t.TempDir(), opts)
	add(t, o, strings.Split("abcdefghij", "")...)
	if writes != 1 {
		t.Fatalf("%d writes for one batch, want 1", writes)
	}
}

func TestWhatCannotBeAdded(t *testing.T) {
	o := open(t, t.TempDir(), options())
	if _, err := o.Add(&wire.Heartbeat{}); err == nil || o.Origin().Seq != 0 {
		t.Fatalf("a heartbeat was taken for a record: %v", err)
	}
	large := strings.Repeat("x", wire.MaxFrame)
	origins, err := o.AddBatch(arrival("a"), arrival(large), arrival("c"))
	var size *wire.SizeError
	if !errors.As(err, &size) || len(origins) != 3 {
		t.Fatalf("%d origins and error %v, want 3 and a *wire.SizeError", len(origins), err)
	}
	wantUnacked(t, o, "1:a", "2:loss too-large 1 0-0", "3:c")
	closeNow(t, o)
	if _, err := o.Add(arrival("late")); !errors.Is(err, journal.ErrClosed) {
		t.Fatalf("add after close: %v, want ErrClosed", err)
	}
	for _, bad := range []outbox.Options{{Role: wire.RoleMain}, {Install: "x"}} {
		if _, err := outbox.Open(t.TempDir(), bad); err == nil {
			t.Errorf("opened with %+v", bad)
		}
	}
}

func TestFramesKeepTheirBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	add(t, o, "<a> \u2028 \"b\"")
	frames := func(s source) (all []byte) {
		if err := s.Unacked(func(_ wire.Origin, b []byte) error { all = append(all, b...); return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := frames(o)
	closeNow(t, o)
	main := open(t, filepath.Join(t.TempDir(), "main"), options())
	if drained := frames(drain(t, dir, main)); !bytes.Equal(before, drained) {
		t.Fatalf("drained %q, added %q", drained, before)
	}
}
