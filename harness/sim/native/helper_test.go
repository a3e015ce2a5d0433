// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	driver "github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/native"
	"github.com/pushproof/pushproof/harness/sim/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds what a test waits for; it is never waited out.
const limit = time.Minute

// runtime returns what was found; without it the test ends.
func runtime(t *testing.T) *native.Runtime {
	t.Helper()
	r, err := native.Find(t.Context(), native.Host{})
	if err != nil {
		if os.Getenv("PUSHPROOF_NATIVE") == "required" {
			t.Fatalf("PUSHPROOF_NATIVE is required, and %v", err)
		}
		t.Skip(err)
	}
	return r
}

// stage is a phone with the app of testdata, which does what it is told.
type stage struct {
	*device.Device
	t     *testing.T
	world *world.World
	// planned has the timers of an hour that were set on the world's clock.
	planned chan struct{}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	project, err := filepath.Abs(filepath.Join("testdata", "app"))
	if err != nil {
		t.Fatal(err)
	}
	r := runtime(t)
	r.Project, r.Cache = project, t.TempDir()
	return newStageOf(t, r)
}

// newStageOf is a phone with the app of any project.
func newStageOf(t *testing.T, r *native.Runtime) *stage {
	t.Helper()
	if err := r.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	app := device.DemoApp(world.Bundle)
	app.Abilities[1].Exported = true
	s := &stage{t: t, planned: make(chan struct{}, 8)}
	var err error
	s.world, err = world.New(t.Context(), world.Options{Types: []string{"phone"}, Device: func(o *device.Options) {
		o.Apps, o.Launch = []device.InstalledApp{app}, r.Launch
		o.Clock = &watched{o.Clock, s.planned}
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Device = s.world.Device(s.world.Keys()[0])
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := s.world.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// watched tells of timers of an hour.
type watched struct {
	sim.Clock
	planned chan struct{}
}

func (w *watched) AfterFunc(d time.Duration, f func()) func() bool {
	stop := w.Clock.AfterFunc(d, f)
	if d > 59*time.Minute && d <= time.Hour {
		w.planned <- struct{}{}
	}
	return stop
}

func (s *stage) sh(format string, args ...any) string {
	s.t.Helper()
	var out strings.Builder
	s.Shell(s.t.Context(), fmt.Sprintf(format, args...), strings.NewReader(""), &out)
	return out.String()
}

// start starts the ability, which registers for messages.
func (s *stage) start() {
	s.t.Helper()
	s.sh("aa start -a EntryAbility -b %s", world.Bundle)
	s.sees("said onForeground")
}

// do has the app do a task, and waits for what it says of it.
func (s *stage) do(task, want string) {
	s.t.Helper()
	s.sh("aa start -a EntryAbility -b %s --ps do %s", world.Bundle, task)
	s.sees("said " + task + ": " + want)
}

// sees waits until the device's log has the text.
func (s *stage) sees(text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Shell(ctx, "hilog", strings.NewReader(""), w)
		_ = w.Close()
	}()
	defer func() {
		cancel()
		_ = r.Close()
		<-done
	}()
	var seen strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(seen.String(), text) {
		n, err := r.Read(buffer)
		seen.Write(buffer[:n])
		if err != nil {
			s.t.Fatalf("%q is not in the log:\n%s", text, s.sh("hilog -x"))
		}
	}
}

func (s *stage) until(what string, holds func(device.AppState) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	for {
		changed := s.Changed()
		if a, ok := s.State().App(world.Bundle); ok && holds(a) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			s.t.Fatalf("the app never came to %q:\n%s", what, s.sh("hilog -x"))
		}
	}
}

// push delivers a message as the cloud would.
func (s *stage) push(pushType int, payload string) sim.Receipt {
	s.t.Helper()
	a, _ := s.State().App(world.Bundle)
	return s.Deliver(s.t.Context(), sim.Message{
		RequestID: "17000000000000000000001", Token: a.Token.Reveal(), PushType: pushType, Payload: json.RawMessage(payload),
		Category: "IM", CollapseKey: -1, SentAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	})
}

// allow has the app ask for notifications, and a user agree.
func (s *stage) allow() {
	s.t.Helper()
	s.sh("aa start -a EntryAbility -b %s --ps do ask", world.Bundle)
	s.agree()
	s.sees("said ask: true")
}

// agree taps on the dialog that asks for notifications.
func (s *stage) agree() {
	s.t.Helper()
	client := hdc.New(hdc.Options{Addr: s.world.HDC.Addr()})
	d, err := driver.Open(s.t.Context(), client, s.world.Keys()[0], driver.App{Bundle: world.Bundle})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := d.AnswerDialog(s.t.Context(), true); err != nil {
		s.t.Fatal(err)
	}
}
