// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
)

func TestArrivalInTheForeground(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.push(6, `{"extraData":"{\"order\":7,\"_pp\":\"n-1\"}"}`, sim.Delivered)
	a := s.arrivals(1)[0]
	if a.Via != push.Background || a.Kind != push.KindBackground || a.Stage != "focused" || a.Origin.Role != wire.RoleMain {
		t.Errorf("arrival %+v", a)
	}
	st, _ := s.device.State().App(bundle)
	if strings.Contains(string(a.Payload), st.Token.Reveal()) || !strings.Contains(string(a.Payload), st.Token.Fingerprint()) {
		t.Errorf("the payload holds the token: %s", a.Payload)
	}
}

func TestOwnEyesSeeWhatIsShown(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.allow()
	s.kill()
	s.push(0, `{"notification":{"category":"IM","title":"T n-1","body":"B","appMessageId":"n-1","badge":{"addNum":2},"clickAction":{"actionType":0}}}`, sim.Delivered)
	s.start(nil)
	for command, want := range map[string]string{
		wire.CmdNotificationsActive: `"appMessageId":"n-1"`, wire.CmdNotificationsEnabled: "true", wire.CmdBadgeGet: "2",
	} {
		got, err := s.hub.Command(s.ctx, label, wire.RoleMain, command, nil)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s gave %s, %v; want %s", command, got, err, want)
		}
	}
	_, err := s.hub.Command(s.ctx, label, wire.RoleMain, wire.CmdTokenDelete, nil)
	if st, _ := s.device.State().App(bundle); err != nil || !st.Token.IsZero() {
		t.Errorf("token.delete: %v, the app has %v", err, st.Token)
	}
}

func TestRefusedDialogTellsTheCode(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	asked := make(chan error, 1)
	go func() {
		_, err := s.hub.Command(s.ctx, label, wire.RoleMain, wire.CmdNotificationsRequest, nil)
		asked <- err
	}()
	s.until("the dialog", func(st device.State) bool { return st.DialogOpen })
	s.tap("不允许")
	var f *wire.Failure
	if err := <-asked; !errors.As(err, &f) || f.Code != "1600004" {
		t.Errorf("got %v, want 1600004", err)
	}
}

func TestExtensionAnswersFromTheSession(t *testing.T) {
	s := newStage(t)
	badge := 3
	s.start(&session.Answer{Title: "told {{nonce}}", Text: "aloud", Badge: &badge})
	s.allow()
	s.kill()
	s.push(2, `{"extraData":"{\"_pp\":\"n-2\"}","notification":{"category":"PLAY_VOICE","title":"T","body":"B","clickAction":{"actionType":0}}}`, sim.Delivered)
	shown := s.device.State().Notifications
	if len(shown) != 1 || shown[0].Title != "told n-2" || shown[0].Text != "aloud" {
		t.Fatalf("shown %+v", shown)
	}
	st, _ := s.device.State().App(bundle)
	if st.Badge != 3 || st.PID != 0 {
		t.Errorf("badge %d, main process %d", st.Badge, st.PID)
	}
	a := s.arrivals(1)[0]
	if a.Via != push.Extension || a.Kind != push.KindExtension || a.Origin.Role != wire.RoleExtension {
		t.Errorf("arrival %+v", a)
	}
	if line := s.logged("n-2"); !strings.Contains(line, bundle+":remoteNotification/Pushproof: ") {
		t.Errorf("the line in the log that names the nonce is %q", line)
	}
}

// Without a hub the extension's outbox waits for the main process.
func TestExtensionsOutboxIsDrained(t *testing.T) {
	s := newStage(t)
	s.start(&session.Answer{Title: "told"})
	s.allow()
	s.kill()
	addr := s.hub.Addr().String()
	if err := s.hub.Close(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.push(2, `{"extraData":"{\"_pp\":\"n-3\"}","notification":{"category":"PLAY_VOICE","title":"T","body":"B","clickAction":{"actionType":0}}}`, sim.Delivered)
	s.until("no extension", func(st device.State) bool { a, _ := st.App(bundle); return len(a.Extensions) == 0 })
	s.openHub(addr)
	s.start(nil)
	if a := s.arrivals(1)[0]; a.Via != push.Extension || a.Origin.Role != wire.RoleExtension {
		t.Errorf("arrival %+v", a)
	}
}

func TestColdClickFindsTheStoredSession(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.allow()
	s.kill()
	s.push(0, `{"notification":{"category":"IM","title":"T","body":"B","clickAction":{"actionType":0,"data":{"nonce":"n-4"}}}}`, sim.Delivered)
	profile, _ := fixtures.ProfileOf("phone")
	s.sh("uitest uiInput swipe %d 10 %d %d 8000", profile.Width/4, profile.Width/4, profile.Height/2)
	s.tap("T")
	a := s.arrivals(1)[0]
	if a.Via != push.OnCreate || !strings.Contains(string(a.Payload), `"nonce":"n-4"`) {
		t.Errorf("arrival %+v %s", a, a.Payload)
	}
	s.sh("uitest uiInput keyEvent Home")
	s.push(0, `{"notification":{"category":"IM","title":"T","body":"B","clickAction":{"actionType":0,"data":{"nonce":"n-5"}}}}`, sim.Delivered)
	s.sh("uitest uiInput swipe %d 10 %d %d 8000", profile.Width/4, profile.Width/4, profile.Height/2)
	s.tap("T")
	if a := s.arrivals(2)[1]; a.Via != push.OnNewWant || !strings.Contains(string(a.Payload), `"nonce":"n-5"`) {
		t.Errorf("arrival %+v %s", a, a.Payload)
	}
}

func TestRowsAreTakenInOrder(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.kill()
	for i := range 3 {
		s.push(6, fmt.Sprintf(`{"extraData":"m%d","proxyData":"ENABLE"}`, i), sim.Delivered)
	}
	s.start(nil)
	for i, a := range s.arrivals(3) {
		if a.Via != push.Row || !strings.Contains(string(a.Payload), fmt.Sprintf(`m%d`, i)) {
			t.Errorf("arrival %d: %+v %s", i, a, a.Payload)
		}
	}
	s.until("an empty table", func(st device.State) bool { a, _ := st.App(bundle); return a.Rows == 0 })
	// Taken rows do not come again.
	s.kill()
	s.start(nil)
	s.push(6, `{"extraData":"fence"}`, sim.Delivered)
	if a := s.arrivals(4)[3]; a.Via != push.Background {
		t.Errorf("a row came twice: %+v", a)
	}
}

// The session is stored, kept out of every record, replaced and ended.
func TestSessionsOfTwoRuns(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.sh("aa start -a EntryAbility -b %s --ps %s %s", bundle, session.ParamKey, session.ParamEnd)
	if _, err := s.hub.WaitAgent(s.ctx, label, wire.RoleMain, func(a hub.Agent) bool { return !a.Connected }); err != nil {
		t.Fatal(err)
	}
	s.sh("aa start -a EntryAbility -b %s --ps %s nonsense", bundle, session.ParamKey)
	if out := s.sh("hilog -x"); !strings.Contains(out, "parse a session") || strings.Contains(out, "nonsense") {
		t.Errorf("the log says %q", out)
	}
	s.start(nil)
	s.push(6, `{"extraData":"fence"}`, sim.Delivered)
	if a := s.arrivals(1)[0]; a.Via != push.Background {
		t.Errorf("the first arrival is %+v %s", a, a.Payload)
	}
}

// Every background process under SIGSTOP: what is sent then arrives after the
// start, once.
func TestSuspendedAgentIsAsleepNotLost(t *testing.T) {
	s := newStage(t)
	s.start(nil)
	s.sh("uitest uiInput keyEvent Home")
	s.until("suspended", func(st device.State) bool { a, _ := st.App(bundle); return a.Suspended })
	s.push(6, `{"extraData":"kept"}`, sim.ProcessAbsent)
	s.start(nil)
	vias := []push.Via{s.arrivals(1)[0].Via}
	if !slices.Equal(vias, []push.Via{push.Background}) {
		t.Errorf("arrivals via %v", vias)
	}
}
