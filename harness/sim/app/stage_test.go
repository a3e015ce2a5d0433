// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

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
			return process.Self(app.Role)
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

// logged follows the log until a line holds the text, and returns that line.
func (s *stage) logged(text string) string {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.device.Shell(ctx, "hilog -e "+text, strings.NewReader(""), w)
		_ = w.Close()
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		s.t.Errorf("no line holds %q: %v", text, err)
	}
	_ = r.Close()
	cancel()
	<-done
	return line
}
