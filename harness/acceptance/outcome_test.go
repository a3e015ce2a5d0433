// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// disturb sets the faults of the stage's cloud.
func (s *stage) disturb(rules ...faults.Fault) {
	s.t.Helper()
	if _, err := s.world.Cloud.Faults().Replace(rules); err != nil {
		s.t.Fatal(err)
	}
}

func pushType(k push.Kind) *int { return new(k.PushType()) }

// lost are the ways in which an answer can be lost after the message was taken.
func lost(kind push.Kind) map[string]faults.Fault {
	return map[string]faults.Fault{
		"the connection is reset": {Kind: faults.Reset, On: faults.Answer, PushType: pushType(kind)},
		"a gateway answers":       {Kind: faults.Status, On: faults.Answer, PushType: pushType(kind), HTTPStatus: 502, Body: new("bad gateway")},
		"the service failed":      {Kind: faults.Status, On: faults.Answer, PushType: pushType(kind), HTTPStatus: 200, Code: "81000001", Msg: "Inner Error."},
	}
}

// The answer is lost after Push Cloud took the message: whoever sees the nonce
// proves that it did, and the cell is judged as if the answer had come.
func TestALostAnswerIsFoundOut(t *testing.T) {
	for _, c := range []struct {
		cell string
		kind push.Kind
		by   string
	}{
		{"background/phone/foreground/delivered", push.KindBackground, "arrival:BACKGROUND saw it"},
		{"background/phone/stopped/delivered[kept]", push.KindBackground, "arrival:BACKGROUND saw it"},
		{"alert/phone/background/shown", push.KindAlert, "ui-tree saw it"},
		{"alert/phone/stopped/clicked", push.KindAlert, "it arrived, so it was taken: "},
		{"extension/phone/foreground/delivered", push.KindExtension, "arrival:IM saw it"},
	} {
		t.Run(c.cell, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{}, nil)
			// The switch is turned on first: authorising sends nothing.
			want(t, s.run("alert/phone/foreground/shown"), verdict.Pass, "")
			for name, fault := range lost(c.kind) {
				if c.kind != push.KindExtension && name != "the connection is reset" {
					continue // one cell is enough
				}
				s.disturb(fault)
				got := s.run(c.cell)
				t.Log(name)
				want(t, got, verdict.Pass, "but it arrived, so it was taken: ")
				want(t, got, verdict.Pass, c.by)
				want(t, got, verdict.Pass, "(no answer): ")
				if n := s.requests(got); n != len(got.Messages) {
					t.Errorf("%s: %d messages were sent in %d requests", name, len(got.Messages), n)
				}
			}
		})
	}
}

// requests counts what the cloud was asked while the cell ran.
func (s *stage) requests(got report.Cell) (n int) {
	for _, a := range s.world.Cloud.Activity() {
		if !a.At.Before(got.Started) && !a.At.After(got.Ended) {
			n++
		}
	}
	return n
}

// Nobody answers and nobody sees the message: whether it was taken is not
// known, and that is no failure of the app, also where it should not be seen.
func TestALostMessageIsNotTheAppsFailure(t *testing.T) {
	for _, id := range []string{
		"background/phone/foreground/delivered", "background/phone/stopped/delivered[kept]", "alert/phone/stopped/shown",
		"alert/phone/foreground/silent[notifications off]",
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{}, nil)
			kind, _, _ := strings.Cut(id, "/")
			parsed, err := push.ParseKind(kind)
			if err != nil {
				t.Fatal(err)
			}
			s.disturb(
				faults.Fault{Kind: faults.Reset, On: faults.Answer, PushType: pushType(parsed)},
				faults.Fault{Kind: faults.Drop, PushType: pushType(parsed)},
			)
			got := s.run(id)
			want(t, got, verdict.Infra, "accepted is broken: push cloud gave no answer")
			want(t, got, verdict.Infra, "next: nobody said whether the message was taken, and nobody has seen it: look for it on the device before it is sent again")
		})
	}
}

// The cloud delivers twice: two records of different origin. The cell passes,
// and says so; a record that is sent again is none of that.
func TestASecondDeliveryIsReported(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	s.disturb(faults.Fault{Kind: faults.Duplicate, Count: 1})
	msg := s.phone.Push(t.Context(), pushcloud.Background{ExtraData: `{"order":7}`})
	for {
		changed := s.phone.Changed()
		if len(msg.Arrivals()) == 2 {
			break
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the second delivery never came")
		}
	}
	if first, second := msg.Arrivals()[0].Origin, msg.Arrivals()[1].Origin; first == second {
		t.Errorf("two deliveries have one origin, %+v", first)
	}
	what := msg.Repeated()
	if !strings.Contains(what, "arrival:BACKGROUND 2 times within ") || strings.Count(what, "main/") != 2 {
		t.Errorf("Repeated = %q", what)
	}
	if got := msg.Ask(t.Context(), verdict.Arrival(push.Background)); got.Answer != verdict.Saw || !strings.Contains(got.Detail, "2 times") {
		t.Errorf("the witness says %v", got)
	}
	if got := s.phone.Repeats(); len(got) != 1 || got[0] != (harness.Repeat{Nonce: msg.Nonce(), What: what}) {
		t.Errorf("Repeats = %v", got)
	}
	// Rows come together, long after the sending.
	s.disturb(faults.Fault{Kind: faults.Duplicate, Count: 1})
	got := s.run("background/phone/stopped/delivered[proxyData]")
	want(t, got, verdict.Pass, "")
	if last := got.Waterfall[len(got.Waterfall)-1].What; !strings.Contains(last, " was delivered more than once: arrival:row 2 times within ") {
		t.Errorf("the waterfall ends with %q", last)
	}
}

// What a whole suite on a device without faults brings is delivered once.
func TestNothingIsRepeatedWithoutFaults(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	for _, id := range []string{
		"alert/phone/foreground/shown", "alert/phone/stopped/clicked", "alert/phone/foreground/delivered[foregroundShow=false]",
		"extension/phone/stopped/shown", "background/phone/stopped/delivered[kept]", "background/phone/stopped/delivered[proxyData]",
	} {
		want(t, s.run(id), verdict.Pass, "")
	}
	if got := s.phone.Repeats(); len(got) > 0 {
		t.Errorf("delivered more than once: %v", got)
	}
}

// Where nobody should see the message, only its receipt can tell that it was
// taken.
func TestAReceiptFindsOutALostAnswer(t *testing.T) {
	t.Parallel()
	s, _ := newStageReceiving(t, world.Options{}, nil, patientWindow)
	s.disturb(lost(push.KindAlert)["the connection is reset"])
	got := s.run("alert/phone/foreground/silent[notifications off]")
	want(t, got, verdict.Pass, "but it arrived, so it was taken: receipt saw it")
	want(t, got, verdict.Pass, "closed by receipt 6")
}
