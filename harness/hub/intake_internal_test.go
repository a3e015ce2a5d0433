// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// TestSeen compares the spans with a plain set, in random order.
func TestSeen(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s seen
		set := make(map[uint64]bool)
		for range 80 {
			seq := random.Uint64N(60) + 1
			if s.has(seq) != set[seq] {
				t.Fatalf("%v has %d: %v, want %v", s, seq, s.has(seq), set[seq])
			}
			s = s.add(seq)
			set[seq] = true
			for i := range s {
				if s[i].from > s[i].to || i > 0 && s[i-1].to+1 >= s[i].from {
					t.Fatalf("spans %v are not sorted, disjoint and apart", s)
				}
			}
		}
		total := uint64(0)
		for _, sp := range s {
			total += sp.to - sp.from + 1
		}
		if total != uint64(len(set)) {
			t.Fatalf("%v holds %d numbers, want %d", s, total, len(set))
		}
	}
}

func TestSeenIsBounded(t *testing.T) {
	var s seen
	for i := range uint64(3 * maxSpans) {
		s = s.add(2*i + 1)
	}
	if len(s) != maxSpans || s.last() != 6*maxSpans-1 || !s.has(1) || s.has(s.last()-1) {
		t.Errorf("%d spans, last %d", len(s), s.last())
	}
	s = seen{}.add(math.MaxUint64)
	if !s.has(math.MaxUint64) || s.has(1) || !s.add(1).has(1) {
		t.Errorf("the largest number: %v", s)
	}
}

func TestSample(t *testing.T) {
	sent := time.Now()
	at := sent.UnixNano()
	const ms = int64(time.Millisecond)
	for name, tc := range map[string]struct {
		trip         time.Duration
		t2, t3       int64
		ahead, bound time.Duration
		known        bool
	}{
		"same clock":         {10 * time.Millisecond, at + 5*ms, at + 5*ms, 0, 5 * time.Millisecond, true},
		"all on one way":     {10 * time.Millisecond, at + 10*ms, at + 10*ms, 5 * time.Millisecond, 5 * time.Millisecond, true},
		"an hour ahead":      {4 * time.Millisecond, at + int64(time.Hour) + 2*ms, at + int64(time.Hour) + 2*ms, time.Hour, 2 * time.Millisecond, true},
		"behind, slow agent": {14 * time.Millisecond, at - 1000*ms + 2*ms, at - 1000*ms + 12*ms, -time.Second, 2 * time.Millisecond, true},
		"clock set back":     {10 * time.Millisecond, at + 5*ms, at + 4*ms, 0, 0, false},
		"clock set forward":  {10 * time.Millisecond, at + 5*ms, at + 50*ms, 0, 0, false},
		"no stamps":          {10 * time.Millisecond, 0, 0, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := sample(sent, sent.Add(tc.trip), tc.t2, tc.t3)
			if got != (offset{tc.known, tc.ahead, tc.bound}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestBetterOffset(t *testing.T) {
	rough, fine := offset{true, 100, 50}, offset{true, 120, 10}
	for name, tc := range map[string]struct{ old, newer, want offset }{
		"first":              {offset{}, rough, rough},
		"none":               {fine, offset{}, fine},
		"smaller round trip": {rough, fine, fine},
		"larger round trip":  {fine, rough, fine},
		"clock was set":      {fine, offset{true, 5000, 50}, offset{true, 5000, 50}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.old.better(tc.newer); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// TestAckFrame compares the ack that is put together from parts with the
// encoded one.
func TestAckFrame(t *testing.T) {
	id := wire.Origin{Install: "i-1", Role: wire.RoleExtension, Epoch: "e:2"}
	s, err := newStream(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint64{1, 42, math.MaxUint64} {
		id.Seq = seq
		want, err := wire.Encode(&wire.Ack{Cursors: wire.Cursors{id}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.frame(nil, seq); !bytes.Equal(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCloseReasonFits(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("x", 123), strings.Repeat("x", 124), strings.Repeat("推", 60)} {
		got := reason(text)
		if len(got) > maxReason || len(text) <= maxReason && got != text || strings.ToValidUTF8(got, "?") != got {
			t.Errorf("reason of %d bytes became %q", len(text), got)
		}
	}
}

// seeds are frames of all types, and some damage.
func seeds(f *testing.F) {
	for _, kind := range wire.Types() {
		frame, err := wire.New(kind)
		if err != nil {
			f.Fatal(err)
		}
		if b, err := wire.Encode(frame); err == nil {
			f.Add(b)
		}
	}
	b, err := wire.Encode(&wire.Arrival{
		Origin: wire.Origin{Install: "i", Role: wire.RoleMain, Epoch: "e", Seq: 1},
		Via:    push.IM, Kind: push.KindExtension, Payload: []byte(`{"type":"IM","data":"{}"}`),
		ReceivedAt: time.Unix(1, 5).UTC(), Stage: "focused",
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte(`{"type":"loss","origin":{"install":"i","role":"extension","epoch":"e","seq":18446744073709551615},"count":1}`))
	f.Add([]byte(`{"type":"arrival","type":"loss"}`))
}

// FuzzIntake holds whatever comes in to what the rest of the hub relies on.
func FuzzIntake(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := intake(b, wire.Origin{})
		if err != nil {
			var unknown *wire.UnknownTypeError
			var r *refusal
			switch {
			case errors.As(err, &unknown):
			case errors.As(err, &r):
				if r.code == "" || r.message == "" || r.close == 0 {
					t.Fatalf("refused without a reason: %+v", r)
				}
				if _, err := wire.Encode(r.final().frame); err != nil {
					t.Fatalf("the refusal cannot be sent: %v", err)
				}
			default:
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		slow, err := wire.Decode(b)
		if err != nil {
			t.Fatalf("taken as %+v, but it is no frame: %v", frame, err)
		}
		if diff := cmp.Diff(slow, frame, cmp.Comparer(push.Token.Equal)); diff != "" {
			t.Fatalf("not what it says (-want +got):\n%s", diff)
		}
		o, ok := origin(frame)
		if !ok {
			return
		}
		s, err := newStream(wire.Origin{Install: o.Install, Role: o.Role, Epoch: o.Epoch})
		if err != nil {
			t.Fatal(err)
		}
		ack, err := wire.Decode(s.frame(nil, o.Seq))
		if err != nil {
			t.Fatalf("the ack of %+v: %v", o, err)
		}
		if got := ack.(*wire.Ack).Cursors; len(got) != 1 || got[0] != o {
			t.Fatalf("ack %+v of %+v", got, o)
		}
		entry := append(make([]byte, headSize), b...)
		head(entry, entryRecord, time.Unix(0, 7), 3, 5)
		e, err := parse(9, entry)
		if err != nil || e.record.Origin() != o || e.link != 3 || e.record.Skipped != 5 {
			t.Fatalf("what was taken cannot be read back: %+v, %v", e, err)
		}
	})
}

// FuzzEntry reads damaged journals.
func FuzzEntry(f *testing.F) {
	for _, kind := range []byte{entryHello, entryRecord, 'x'} {
		entry := append(make([]byte, headSize), `{"type":"loss","origin":{"install":"i","role":"main","epoch":"e","seq":1},"run":"r","hello":{}}`...)
		head(entry, kind, time.Unix(1, 0), 1, 0)
		f.Add(entry)
		f.Add(entry[:headSize-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := parse(1, b)
		if err == nil && (e.who == nil) == (e.record == nil) {
			t.Fatalf("entry %s is neither or both: %+v", strconv.Quote(string(b)), e)
		}
	})
}

// TestScan makes sure that what the agent's encoder writes takes the short way.
func TestScan(t *testing.T) {
	want := &wire.Arrival{
		Origin: wire.Origin{Install: "i", Role: wire.RoleMain, Epoch: "e", Seq: 12},
		Via:    push.VoIP, Kind: push.KindVoIP, Stage: "visible",
		ReceivedAt: time.Now().Round(0), Payload: []byte(`{"type":"VoIP","data":"推 \" <&>"}`),
	}
	b, err := wire.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got := scan(b, wire.Origin{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for _, damage := range []string{" ", "}", ",", `"`, "\\", "\x00"} {
		for i := range b {
			broken := string(b[:i]) + damage + string(b[i:])
			fast := scan([]byte(broken), wire.Origin{})
			slow, err := wire.Decode([]byte(broken))
			if fast != nil && (err != nil || cmp.Diff(slow, wire.Frame(fast)) != "") {
				t.Errorf("%s: %+v, but %+v, %v", broken, fast, slow, err)
			}
		}
	}
}
