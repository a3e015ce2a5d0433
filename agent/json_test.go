// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
)

// deliverJSON hands a text over and returns where its one answer comes.
func deliverJSON(a *agent.Agent, text string) <-chan error {
	answers := make(chan error, 2)
	a.DeliverJSON(push.IM, push.KindExtension, text, testTime, func(err error) { answers <- err })
	return answers
}

func TestTextsAreStoredAsPayloads(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	texts := []string{
		`{"type":"IM","data":"{\"a\":1}"}`, ``, `no JSON`, `[1]`,
		`{"type":"IM","data":{"header":{"token":"` + secret + `"}}}`,
		`{"type":"IM","data":"{\"header\":{\"token\":\"` + secret + `\"}}"}`,
	}
	var all []<-chan error
	for _, text := range texts {
		all = append(all, deliverJSON(a, text))
		// The stage is that of the call, although the text is read later.
		a.SetStage(lifecycle.StageFocused)
	}
	clicked := make(chan error, 2)
	a.ClickJSON(push.OnCreate, json.RawMessage(`{"b":2}`), testTime, func(err error) { clicked <- err })
	for _, answers := range append(all, clicked) {
		if err := wait(t, answers); err != nil {
			t.Fatal(err)
		}
	}
	shut(t, a)
	if n := a.Waiting(); n != 0 {
		t.Errorf("%d deliveries wait at the end", n)
	}
	var got []string
	for _, r := range arrivals(stored(t, dir)) {
		if strings.Contains(string(r.Payload), secret) {
			t.Errorf("the token was stored: %s", r.Payload)
		}
		got = append(got, r.Stage+" "+string(r.Payload))
	}
	fingerprint := push.NewToken(secret).Fingerprint()
	want := []string{
		`alive {"type":"IM","data":"{\"a\":1}"}`, `focused {"type":"","data":""}`,
		`focused {"type":"","data":"no JSON"}`, `focused {"type":"","data":"[1]"}`,
		`focused {"type":"","data":"{\"type\":\"IM\",\"data\":{\"header\":{\"token\":\"redacted\"}}}"}`,
		`focused {"type":"IM","data":"{\"header\":{\"token\":\"` + fingerprint + `\"}}"}`,
		`focused {"b":2}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each text has one answer, whatever becomes of it.
func TestTextsThatAreNotStored(t *testing.T) {
	d := newDisk()
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Journal: d.options()})
	resume := d.hold(t)
	first := deliverJSON(a, "{}")
	wait(t, d.writing)
	large := deliverJSON(a, strings.Repeat("x", 40<<10))
	if err := wait(t, large); !errors.Is(err, agent.ErrTooLarge) {
		t.Errorf("a large one: %v", err)
	}
	queued := []<-chan error{first}
	for range 1024 {
		queued = append(queued, deliverJSON(a, "{}"))
	}
	if n := a.Waiting(); n != 1025 {
		t.Errorf("%d wait, want 1025", n)
	}
	full := deliverJSON(a, "{}")
	if err := wait(t, full); !errors.Is(err, agent.ErrQueueFull) {
		t.Errorf("one too many: %v", err)
	}
	resume()
	for _, answers := range queued {
		if err := wait(t, answers); err != nil {
			t.Fatal(err)
		}
	}
	click := make(chan error, 2)
	a.ClickJSON(push.OnCreate, json.RawMessage(`[]`), time.Now(), func(err error) { click <- err })
	if err := wait(t, click); !errors.Is(err, agent.ErrMalformed) {
		t.Errorf("a click with a list: %v", err)
	}
	shut(t, a)
	stopped := deliverJSON(a, "{}")
	if err := wait(t, stopped); !errors.Is(err, agent.ErrStopped) {
		t.Errorf("after the end: %v", err)
	}
	for _, answers := range append(slices.Clone(queued), large, full, click, stopped) {
		select {
		case err := <-answers:
			t.Fatalf("a second answer: %v", err)
		default:
		}
	}
	if diff := cmp.Diff(map[string]uint64{"queue-full": 1, "too-large": 1, "malformed": 1}, losses(stored(t, dir))); diff != "" {
		t.Error(diff)
	}
}

// Who is told why a delivery was refused may come back at once: whoever refuses,
// the caller or the goroutine that writes, holds nothing then.
func TestARefusalMayComeBack(t *testing.T) {
	a := open(t, agent.Config{Dir: t.TempDir()})
	refusals := map[string]func(done func(error)){
		"by the caller": func(done func(error)) { deliverTo(a, strings.Repeat("x", 40<<10), done) },
		"by the writer": func(done func(error)) { a.ClickJSON(push.OnCreate, json.RawMessage(`[]`), time.Now(), done) },
	}
	refused := func(name string) {
		t.Helper()
		second := make(chan error, 1)
		refusals[name](func(err error) {
			if err == nil {
				t.Errorf("%s: nothing was refused", name)
			}
			_ = a.Waiting()
			deliverTo(a, "{}", func(err error) { second <- err })
		})
		err := wait(t, second)
		if name == "after the end" {
			if !errors.Is(err, agent.ErrStopped) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("by the caller")
	refused("by the writer")
	refusals["after the end"] = func(done func(error)) { deliverTo(a, "{}", done) }
	shut(t, a)
	refused("after the end")
}

func deliverTo(a *agent.Agent, text string, done func(error)) {
	a.DeliverJSON(push.IM, push.KindExtension, text, time.Now(), done)
}
