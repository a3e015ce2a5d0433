// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/app"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/device"
)

func TestMain(m *testing.M) {
	if os.Getenv(process.EnvRole) == app.Role {
		os.Exit(app.Main())
	}
	goleak.VerifyTestMain(m)
}

const (
	bundle = "com.example.shop"
	run    = "run-1"
	label  = "phone"
	// limit bounds what a test waits for; it is never waited out.
	limit = 60 * time.Second
)

type cloud struct{ issued atomic.Int32 }

func (c *cloud) IssueToken(_ context.Context, a sim.App, d sim.Device) (string, error) {
	return fmt.Sprintf("token-%s-%s-%d", a.Bundle, d.ID(), c.issued.Add(1)), nil
}

func (c *cloud) DropToken(string, sim.Receipt) {}

// stage is a device with the demo app, and a hub.
type stage struct {
	t      *testing.T
	ctx    context.Context
	device *device.Device
	hub    *hub.Hub
	dir    string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	s := &stage{t: t, ctx: ctx, dir: t.TempDir()}
	s.openHub("")
	c := clock.New()
	profile, _ := fixtures.ProfileOf("phone")
	d, err := device.New(device.Options{
		Profile: profile, Key: "SIM0001", Clock: c, Cloud: &cloud{}, Dir: t.TempDir(), Apps: []device.InstalledApp{device.DemoApp(bundle)},
		Launch: func(device.InstalledApp, wire.Role) (process.Options, error) {
			// The race detector's runtime would sleep for a second at each end.
			return process.Self(app.Role, "GORACE=atexit_sleep_ms=0")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.device = d
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		_ = d.Close(ctx)
		_ = s.hub.Close(ctx)
		c.Close()
	})
	return s
}

var token = bytes.Repeat([]byte{7}, 32)

func (s *stage) openHub(addr string) {
	s.t.Helper()
	h, err := hub.Open(s.ctx, hub.Options{Addr: addr, Dir: s.dir, Runs: map[string][]byte{run: token}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.hub = h
}

func (s *stage) sh(format string, args ...any) string {
	s.t.Helper()
	var out bytes.Buffer
	s.device.Shell(s.ctx, fmt.Sprintf(format, args...), strings.NewReader(""), &out)
	return out.String()
}

// start starts the app with a session and waits for its agent's token.
func (s *stage) start(extension *session.Answer) {
	s.t.Helper()
	param, err := (&session.Session{Hub: s.hub.URL(), Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour), Extension: extension}).Param()
	if err != nil {
		s.t.Fatal(err)
	}
	if out := s.sh("aa start -a EntryAbility -b %s --ps %s %s", bundle, session.ParamKey, param); out != "start ability successfully.\n" {
		s.t.Fatalf("aa start said %q", out)
	}
	agent, err := s.hub.WaitAgent(s.ctx, label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected && !a.Token.IsZero() })
	if err != nil {
		s.t.Fatal(err)
	}
	if a, _ := s.device.State().App(bundle); a.Token != agent.Token {
		s.t.Errorf("the agent reports %v, the app has %v", agent.Token, a.Token)
	}
}

// allow has the agent ask for notifications, and taps on Allow.
func (s *stage) allow() {
	s.t.Helper()
	asked := make(chan error, 1)
	go func() {
		_, err := s.hub.Command(s.ctx, label, wire.RoleMain, wire.CmdNotificationsRequest, nil)
		asked <- err
	}()
	s.until("the dialog", func(st device.State) bool { return st.DialogOpen })
	s.tap("允许")
	if err := <-asked; err != nil {
		s.t.Fatal(err)
	}
}

// tap taps on the first node with the text.
func (s *stage) tap(text string) {
	s.t.Helper()
	s.sh("uitest dumpLayout -p /data/local/tmp/l.json")
	type node struct {
		Attributes map[string]string
		Children   []node
	}
	var root node
	if err := json.Unmarshal([]byte(s.sh("cat /data/local/tmp/l.json")), &root); err != nil {
		s.t.Fatal(err)
	}
	var bounds string
	var find func(n node)
	find = func(n node) {
		if bounds == "" && n.Attributes["text"] == text {
			bounds = n.Attributes["bounds"]
		}
		for _, c := range n.Children {
			find(c)
		}
	}
	find(root)
	var l, top, r, bottom int
	if _, err := fmt.Sscanf(bounds, "[%d,%d][%d,%d]", &l, &top, &r, &bottom); err != nil {
		s.t.Fatalf("%q is not on the screen", text)
	}
	s.sh("uitest uiInput click %d %d", (l+r)/2, (top+bottom)/2)
}

func (s *stage) until(what string, ok func(device.State) bool) {
	s.t.Helper()
	for {
		changed := s.device.Changed()
		if ok(s.device.State()) {
			return
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			s.t.Fatalf("the device never came to %q: %+v\n%s", what, s.device.State(), s.sh("hilog -x"))
		}
	}
}

func (s *stage) push(pushType int, payload string, want sim.Receipt) {
	s.t.Helper()
	a, _ := s.device.State().App(bundle)
	got := s.device.Deliver(s.ctx, sim.Message{RequestID: "17000000000000000000001", Token: a.Token.Reveal(), PushType: pushType,
		Payload: json.RawMessage(payload), Category: "IM", CollapseKey: -1, SentAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)})
	if got != want {
		s.t.Fatalf("receipt %d, want %d\n%s", got, want, s.sh("hilog -x"))
	}
}

// arrivals returns the first n arrivals that the hub has.
func (s *stage) arrivals(n int) []*wire.Arrival {
	s.t.Helper()
	var all []*wire.Arrival
	for r, err := range s.hub.Records(s.ctx) {
		if err != nil {
			s.t.Fatalf("after %d arrivals: %v\n%s", len(all), err, s.sh("hilog -x"))
		}
		arrival, ok := r.Frame.(*wire.Arrival)
		if !ok {
			s.t.Fatalf("the hub has %+v", r.Frame)
		}
		if all = append(all, arrival); len(all) == n {
			break
		}
	}
	return all
}

func (s *stage) kill() {
	s.t.Helper()
	s.sh("devicedebug kill -9 $(pidof %s)", bundle)
}

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
	if out := s.sh("hilog -x -e n-2"); !strings.Contains(out, bundle+":remoteNotification/Pushproof: ") {
		t.Errorf("no line in the log names the nonce: %q", out)
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
	if out := s.sh("hilog -x -T App"); !strings.Contains(out, "parse a session") || strings.Contains(out, "nonsense") {
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
