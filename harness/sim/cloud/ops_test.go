// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// answers makes a device give always the same receipt.
func answers(receipt sim.Receipt) func(context.Context, sim.Message) sim.Receipt {
	return func(context.Context, sim.Message) sim.Receipt { return receipt }
}

// A token is refused for each reason by name, alone and beside a good one, and
// is good again after.
func TestRefuseToken(t *testing.T) {
	w := newWorld(t, nil)
	good, bad := w.token(bundle, &device{id: "good"}), w.token(bundle, &device{id: "bad"})
	for _, reason := range fixtures.Reasons() {
		if err := w.RefuseToken(bad, reason.Code); err != nil {
			t.Fatal(err)
		}
		if r := w.send(6, background("x", "", bad)); r.Code != "80300007" || r.Msg != `{"failure":1,"illegalTokens":{"`+reason.Code+`":["`+bad+`"]}}` {
			t.Errorf("%s alone: %s", reason.Code, r.Body)
		}
		if r := w.send(6, background("x", "", good, bad)); r.Code != "80100000" || r.Msg != `{"illegalTokens":{"`+reason.Code+`":["`+bad+`"]},"success":1,"failure":1}` {
			t.Errorf("%s beside a good one: %s", reason.Code, r.Body)
		}
	}
	if err := w.RefuseToken(bad, ""); err != nil {
		t.Fatal(err)
	}
	w.accepted(6, background("x", "", bad))
	if err := w.RefuseToken(bad, "noSuchReason"); err == nil || !strings.Contains(err.Error(), "noRight") || strings.Contains(err.Error(), bad) {
		t.Errorf("unknown reason: %v", err)
	}
	if err := w.RefuseToken("MAnever", "noRight"); err == nil || strings.Contains(err.Error(), "MAnever") {
		t.Errorf("unknown token: %v", err)
	}
}

// Reset forgets the record, what waits, what was counted, faults and receipts
// that wait; tokens stay good.
func TestReset(t *testing.T) {
	to := newCollector(t)
	gate, dealing := make(chan struct{}), make(chan struct{}, 10)
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		dealing <- struct{}{}
		<-gate
		return sim.Delivered
	}}
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Callbacks = []cloud.Callback{{Config: to.to("/r")}}
		o.Projects[0].Apps[0].Rights = nil
	})
	token, offline := w.token(bundle, d), w.token(bundle, &device{id: "tablet", offline: true})
	w.accepted(6, background("dealt with", "", token))
	<-dealing
	w.accepted(6, background("waits", "", token))
	held := w.accepted(6, background("held", "", offline))
	w.state(held, cloud.Held)
	for range 2 {
		w.accepted(0, alert("MARKETING", "", offline))
	}
	third := w.accepted(0, alert("MARKETING", "", offline))
	if got := w.receipt(third); got != sim.FrequencyLimit {
		t.Fatalf("the third has receipt %d", got)
	}
	if got := to.next(t); got.RequestID != third {
		t.Fatalf("the receipt of %s came first", got.RequestID)
	}
	if _, err := w.Faults().Replace([]faults.Fault{{Kind: faults.Delay, Millis: int(time.Hour.Milliseconds()), Count: 1}, {Kind: faults.Reorder, Skip: 1, Count: 1}, {Kind: faults.Drop, Skip: 2}}); err != nil {
		t.Fatal(err)
	}
	w.accepted(6, background("delayed", "", token))
	w.accepted(6, background("kept back", "", token))

	w.Reset()
	if got := w.Activity(); len(got) != 0 {
		t.Errorf("the record has %d requests", len(got))
	}
	if got := w.Faults().List(); len(got) != 0 {
		t.Errorf("there are %d faults", len(got))
	}
	close(gate)
	w.clock.Advance(2 * time.Hour)
	after := w.accepted(0, alert("MARKETING", "", token))
	if got := w.receipt(after); got != sim.Delivered {
		t.Errorf("receipt %d: yesterday's messages still count", got)
	}
	if got := to.next(t); got.RequestID != after {
		t.Errorf("the receipt of %s was posted, which was forgotten", got.RequestID)
	}
	if got := w.Activity(); len(got) != 1 || got[0].RequestID != after {
		t.Errorf("the record: %v", got)
	}
	var texts []string
	for _, m := range d.messages() {
		texts = append(texts, string(m.Payload))
	}
	if len(texts) != 2 || !strings.Contains(texts[0], "dealt with") {
		t.Errorf("the device got %v", texts)
	}
}

// Whoever waits sees a reset as a change and goes on waiting.
func TestWaitThroughReset(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	w.settled(w.accepted(6, background("x", "", token)))
	got := make(chan cloud.Activity, 1)
	go func() {
		a, err := w.Wait(w.context(), func(a cloud.Activity) bool { return a.BiTag == "late" && a.Final() })
		if err != nil {
			t.Error(err)
		}
		got <- a
	}()
	w.Reset()
	id := w.accepted(6, background("x", `"biTag":"late"`, token))
	if a := <-got; a.RequestID != id {
		t.Errorf("it saw %v", a)
	}
}

// No record of a disturbed request or delivery holds a token.
func TestFaultsKeepNoToken(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	list, err := w.Faults().Replace([]faults.Fault{
		{Kind: faults.Status, HTTPStatus: 500, Token: token, Count: 1},
		{Kind: faults.Status, HTTPStatus: 502, Token: token, On: faults.Answer, Count: 1},
		{Kind: faults.Duplicate, Token: token},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.send(6, background("x", "", token))
	w.send(6, background("x", "", token))
	text, err := json.Marshal([]any{list, w.Faults().List(), w.Activity()})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), token) || !strings.Contains(string(text), push.NewToken(token).Fingerprint()) {
		t.Errorf("%s", text)
	}
}
