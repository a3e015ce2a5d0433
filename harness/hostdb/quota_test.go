// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/quota"
)

// What is done to a database and to a store in memory leaves the same behind.
func TestStoresAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	base := time.UnixMilli(1_800_000_000_000)
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	at := func() time.Time { return base.Add(time.Duration(r.IntN(1000)) * time.Millisecond) }
	database, memory := open(t, t.TempDir()).Quota(), &quota.Memory{}
	for step := range 400 {
		var f func(quota.Tx) error
		token := pick("token:1", "token:2", "token:3")
		switch what := r.IntN(10); what {
		case 0:
			device, app := pick("A", "B"), pick("com.a", "com.b")
			f = func(tx quota.Tx) error { return tx.Learn(token, device, app) }
		case 1:
			id := fmt.Sprint(r.IntN(50))
			f = func(tx quota.Tx) error { return tx.Delete(id) }
		case 2:
			now, old := at(), base.Add(time.Duration(r.IntN(100))*time.Millisecond)
			f = func(tx quota.Tx) error { return tx.Purge(now, old) }
		default:
			e := quota.Entry{ID: fmt.Sprint(r.IntN(50)), At: at(), Forced: r.IntN(2) == 0, Send: quota.Send{
				Project: pick("1", "2"), App: pick("", "com.a"), Device: pick(token, "A"), Token: pick("", token),
				Kind: push.Kinds()[r.IntN(6)], Category: pick("", "MARKETING", "it's"), Item: pick("", "7"), Event: pick("", "TAXI"), Operation: r.IntN(3), Test: r.IntN(2) == 0, Further: r.IntN(2) == 0,
			}}
			if r.IntN(2) == 0 {
				e.Expires = at()
			}
			failed := errors.New("given up")
			f = func(tx quota.Tx) error {
				if err := tx.Put(e); err != nil {
					return err
				}
				if what == 3 {
					return failed
				}
				return nil
			}
		}
		derr, merr := database.Update(t.Context(), f), memory.Update(t.Context(), f)
		if (derr == nil) != (merr == nil) {
			t.Fatalf("step %d: %v, in memory %v", step, derr, merr)
		}
		since := at()
		if diff := cmp.Diff(state(t, memory, since), state(t, database, since)); diff != "" {
			t.Fatalf("after step %d (-memory +database):\n%s", step, diff)
		}
	}
}

// state is all that a store tells.
func state(t *testing.T, s quota.Store, since time.Time) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.Update(t.Context(), func(tx quota.Tx) error {
		entries, err := tx.Entries(since)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if i > 0 && e.At.Before(entries[i-1].At) {
				t.Errorf("%s stands before %s", entries[i-1].At, e.At)
			}
			all[e.ID] = fmt.Sprintf("%+v %d %d %v", e.Send, e.At.UnixMilli(), e.Expires.UnixMilli(), e.Forced)
		}
		for _, token := range []string{"token:1", "token:2", "token:3"} {
			device, app, err := tx.Owner(token)
			if err != nil {
				return err
			}
			all[token] = device + " " + app
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A message of no known kind is sent to find out what Push Cloud says to it; it
// must not spoil the ledger.
func TestMessagesOfNoKnownKind(t *testing.T) {
	l := quota.New(quota.Options{Store: open(t, t.TempDir()).Quota(), Rules: rules(), Wait: -1})
	odd := message
	odd.Kind = 0
	for range 2 {
		if _, err := l.Reserve(t.Context(), odd); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkReserve(b *testing.B) {
	rules, err := quota.Rules(quota.App{})
	if err != nil {
		b.Fatal(err)
	}
	db := openBench(b)
	l := quota.New(quota.Options{Store: db, Rules: rules, Wait: -1, Force: true})
	send := message
	send.Kind = push.KindAlert
	for range 1000 {
		if _, err := l.Reserve(b.Context(), send); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		tickets, err := l.Reserve(b.Context(), send)
		if err != nil {
			b.Fatal(err)
		}
		if err := tickets[0].Cancel(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
