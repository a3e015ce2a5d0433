// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/app"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func TestMain(m *testing.M) {
	switch os.Getenv(process.EnvRole) {
	case app.Role:
		os.Exit(app.Main())
	case "frozen":
		select {}
	case "crash":
		os.Exit(3)
	}
	goleak.VerifyTestMain(m)
}

const bundle = "com.example.shop"

// limit bounds what a test waits for; it is never waited out.
const limit = 60 * time.Second

// cloud hands out tokens and remembers which it was told to drop.
type cloud struct {
	mu      sync.Mutex
	refuse  *sim.TokenError
	issued  int
	dropped map[string]sim.Receipt
	back    int
}

func (c *cloud) IssueToken(_ context.Context, a sim.App, d sim.Device) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		return "", c.refuse
	}
	c.issued++
	return fmt.Sprintf("token-%s-%s-%d", a.Bundle, d.ID(), c.issued), nil
}

func (c *cloud) DropToken(token string, reason sim.Receipt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped[token] = reason
}

func (c *cloud) Connect(sim.Device) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.back++
}

func (c *cloud) reason(token string) (sim.Receipt, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.dropped[token]
	return r, ok
}

// bench is a device with one plain app on it.
type bench struct {
	*device.Device
	t     *testing.T
	clock *clock.Clock
	cloud *cloud
	dir   string
	opts  device.Options
}

// plain is the demo app without an agent.
func plain(alter ...func(*device.InstalledApp)) device.InstalledApp {
	a := device.DemoApp(bundle)
	a.Behavior = seam.Behavior{}
	for _, f := range alter {
		f(&a)
	}
	return a
}

func newBench(t *testing.T, alter ...func(*device.Options)) *bench {
	t.Helper()
	profile, ok := fixtures.ProfileOf("phone")
	if !ok {
		t.Fatal("there is no profile of a phone")
	}
	b := &bench{t: t, clock: clock.New(), cloud: &cloud{dropped: map[string]sim.Receipt{}}, dir: t.TempDir()}
	b.opts = device.Options{Profile: profile, Key: "SIM0001", Clock: b.clock, Cloud: b.cloud, Dir: b.dir, Apps: []device.InstalledApp{plain()}}
	b.opts.Launch = func(device.InstalledApp, wire.Role) (process.Options, error) {
		// The race detector's runtime would sleep for a second at each end.
		return process.Self(app.Role)
	}
	for _, f := range alter {
		f(&b.opts)
	}
	b.boot()
	t.Cleanup(b.clock.Close)
	return b
}

// boot makes the device from its storage.
func (b *bench) boot() {
	b.t.Helper()
	d, err := device.New(b.opts)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Device = d
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := d.Close(ctx); err != nil {
			b.t.Error(err)
		}
	})
}

func apps(a ...device.InstalledApp) func(*device.Options) {
	return func(o *device.Options) { o.Apps = a }
}

func onProfile(name string) func(*device.Options) {
	return func(o *device.Options) { o.Profile, _ = fixtures.ProfileOf(name) }
}

// sh runs a command and returns what it printed.
func (b *bench) sh(format string, args ...any) string {
	b.t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	b.Shell(ctx, fmt.Sprintf(format, args...), strings.NewReader(""), &out)
	if ctx.Err() != nil {
		b.t.Fatalf("%s did not end; it printed %q", fmt.Sprintf(format, args...), out.String())
	}
	return out.String()
}

// until waits for a state.
func (b *bench) until(what string, ok func(device.State) bool) device.State {
	b.t.Helper()
	end := time.After(limit)
	for {
		changed := b.Changed()
		s := b.State()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-end:
			b.t.Fatalf("the device never came to %q; it is at %+v\n%s", what, s, b.sh("hilog -x"))
		}
	}
}

func (b *bench) app() device.AppState {
	b.t.Helper()
	a, ok := b.State().App(bundle)
	if !ok {
		b.t.Fatalf("%s is not installed", bundle)
	}
	return a
}

// start starts the app and waits for its token.
func (b *bench) start() {
	b.t.Helper()
	if out := b.sh("aa start -a EntryAbility -b %s", bundle); out != "start ability successfully.\n" {
		b.t.Fatalf("aa start said %q", out)
	}
	b.until("a token", func(s device.State) bool {
		a, _ := s.App(bundle)
		return a.Foreground && !a.Token.IsZero()
	})
}

// allow turns the notification switch on, as a user does.
func (b *bench) allow() {
	b.t.Helper()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	b.tap("允许")
	b.until("the switch on", func(s device.State) bool { a, _ := s.App(bundle); return a.Enabled })
}

// asking is the plain app that asks for notifications.
func asking(a *device.InstalledApp) { a.Behavior.AskNotifications = true }

// showing returns a bench whose app has a token and may show notifications; it
// is in the foreground.
func showing(t *testing.T, alter ...func(*device.InstalledApp)) *bench {
	t.Helper()
	b := newBench(t, apps(plain(append(alter, asking)...)))
	b.start()
	b.allow()
	return b
}

func (b *bench) home() {
	b.t.Helper()
	if out := b.sh("uitest uiInput keyEvent Home"); out != "No Error\n" {
		b.t.Fatalf("uitest said %q", out)
	}
}

func (b *bench) kill() {
	b.t.Helper()
	if out := b.sh("devicedebug kill -9 $(pidof %s); echo $?", bundle); out != "0\n" {
		b.t.Fatalf("devicedebug said %q", out)
	}
	if a := b.app(); a.PID != 0 {
		b.t.Fatalf("the killed app has the pid %d", a.PID)
	}
}

// into brings the app into a state.
func (b *bench) into(state string) {
	b.t.Helper()
	switch state {
	case "foreground":
	case "background":
		b.home()
	case "stopped":
		b.kill()
	default:
		b.t.Fatalf("no state %q", state)
	}
}

// push delivers a message to the app's current token.
func (b *bench) push(pushType int, payload string) sim.Receipt {
	b.t.Helper()
	return b.pushTo(b.app().Token.Reveal(), pushType, "SUBSCRIPTION", payload)
}

func (b *bench) pushTo(token string, pushType int, category, payload string) sim.Receipt {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	return b.Deliver(ctx, sim.Message{RequestID: "17000000000000000000001", Token: token, PushType: pushType,
		Payload: json.RawMessage(payload), Category: category, CollapseKey: -1, SentAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)})
}

// alert is a payload with that notification.
func alert(fields string) string {
	return `{"notification":{"category":"SUBSCRIPTION","title":"T","body":"B","clickAction":{"actionType":0}` + comma(fields) + `}}`
}

func comma(fields string) string {
	if fields == "" {
		return ""
	}
	return "," + fields
}

// want checks a receipt.
func (b *bench) want(got, want sim.Receipt) {
	b.t.Helper()
	if got != want {
		b.t.Fatalf("receipt %d, want %d\n%s", got, want, b.sh("hilog -x"))
	}
}

// shown returns the titles in the shade, newest first.
func (b *bench) shown() []string {
	titles := []string{}
	for _, n := range b.State().Notifications {
		titles = append(titles, n.Title)
	}
	return titles
}

// calls returns the calls of a method since the start.
func (b *bench) calls(method string) []device.Call {
	var found []device.Call
	for _, c := range b.Calls() {
		if c.Method == method {
			found = append(found, c)
		}
	}
	return found
}

// messages returns what the callbacks of receiveMessage were called with.
func (b *bench) messages() []seam.Message {
	b.t.Helper()
	var all []seam.Message
	for _, c := range b.calls(seam.OnMessage) {
		var m seam.Message
		if err := json.Unmarshal(c.Params, &m); err != nil {
			b.t.Fatal(err)
		}
		if c.Error != "" {
			b.t.Errorf("the callback failed: %s", c.Error)
		}
		all = append(all, m)
	}
	return all
}

// rows returns the rows of the app's table.
func (b *bench) rows() []seam.Row {
	b.t.Helper()
	rows, err := b.RowsForTest(bundle)
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// expect checks what was shown and which callbacks were called.
func (b *bench) expect(titles []string, vias ...string) {
	b.t.Helper()
	var called []string
	for _, m := range b.messages() {
		called = append(called, m.PushType)
	}
	if got := b.shown(); fmt.Sprint(got) != fmt.Sprint(titles) {
		b.t.Errorf("shown %q, want %q", got, titles)
	}
	if fmt.Sprint(called) != fmt.Sprint(vias) {
		b.t.Errorf("callbacks %q, want %q", called, vias)
	}
}
