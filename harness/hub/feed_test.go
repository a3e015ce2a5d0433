// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestRecords gives a slow reader, a late one and a quick one all records,
// while nobody waits for them.
func TestRecords(t *testing.T) {
	const n = 3000
	h := open(t, hub.Options{})
	b := agent(t, h.URL(), "phone", nil)
	collect := func(after func(uint64)) <-chan []uint64 {
		done := make(chan []uint64, 1)
		go func() {
			var got []uint64
			for r, err := range h.Records(within(t)) {
				if err != nil {
					break
				}
				got = append(got, r.Origin().Seq)
				after(r.Origin().Seq)
				if len(got) == n {
					break
				}
			}
			done <- got
		}()
		return done
	}
	quick := collect(func(uint64) {})
	release := make(chan struct{})
	slow := collect(func(seq uint64) {
		if seq == 1 {
			<-release
		}
	})
	b.add(t, n)
	if err := b.link.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	late := collect(func(uint64) {})
	close(release)
	for name, reader := range map[string]<-chan []uint64{"quick": quick, "slow": slow, "late": late} {
		if got := wait(t, name, reader); !slices.Equal(got, seqs(1, n)) {
			t.Errorf("%s reader: %d records", name, len(got))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range h.Records(ctx) {
		t.Error("a record after the context's end")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range h.RecordsFrom(context.Background(), 1<<40) {
			t.Error("a record from the future")
		}
	}()
	shut(t, h)
	wait(t, "the readers of a closed hub", ended)
}

// TestLargeRecordsComeFromTheJournal sends more than is kept in memory.
func TestLargeRecordsComeFromTheJournal(t *testing.T) {
	h := open(t, hub.Options{})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	payload := func(seq uint64) string {
		return `"` + strings.Repeat(string(rune('A'+seq%26)), 200<<10) + `"`
	}
	for seq := uint64(1); seq <= 45; seq++ {
		id := s.id
		id.Seq = seq
		s.send(arrival(id, payload(seq)))
	}
	s.acked(45)
	var got []*hub.Record
	for r, err := range h.Records(within(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, r); len(got) == 45 {
			break
		}
	}
	// A record stays what it was after the next one has been read.
	for i, r := range got {
		if seq := r.Origin().Seq; seq != uint64(i+1) || string(r.Frame.(*wire.Arrival).Payload) != payload(seq) {
			t.Errorf("record %d is %+v with a payload of %.9s", i, r.Origin(), r.Frame.(*wire.Arrival).Payload)
		}
	}
}
