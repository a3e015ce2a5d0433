// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

const delivered = "background/phone/foreground/delivered"

// A device that is away when a cell begins is waited for, its way is made again,
// and the cell goes on.
func TestDeviceReturnsBetweenCells(t *testing.T) {
	t.Parallel()
	log := newWatchedLog()
	s := newScene(t, nil)
	run := s.another(t, harness.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
	phone := run.connected(t)
	judge(t, acceptance.Run(t.Context(), phone, cell(t, delivered)).Verdict, verdict.Pass)

	s.world.HDC.Detach(phone.Key())
	done := make(chan verdict.Verdict, 1)
	go func() { done <- acceptance.Run(t.Context(), phone, cell(t, delivered)).Verdict }()
	log.await("the device is away")
	s.world.HDC.Attach(s.world.Device(phone.Key()))
	judge(t, <-done, verdict.Pass)
	if phone.Broken() == 0 {
		t.Error("the way was not found broken")
	}
	run.oneRule(t)
}

// One that goes away in the middle of a cell costs that cell at most.
func TestDeviceReturnsWithinACell(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *harness.Config) { c.Arrive = harness.Duration(3e9) })
	phone := s.phone
	if err := phone.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := cell(t, delivered)
	messages, calls := c.Messages, 0
	c.Messages = func() []pushcloud.Message {
		// The first call is about what the cell costs, the second one before it
		// is sent.
		if calls++; calls == 2 {
			s.world.HDC.Detach(phone.Key())
			s.world.HDC.Attach(s.world.Device(phone.Key()))
		}
		return messages()
	}
	got := acceptance.Run(t.Context(), phone, c)
	if got.Verdict != verdict.Pass && (got.Verdict != verdict.Infra || !strings.Contains(got.Reason, "the device was away while the cell ran")) {
		t.Errorf("the cell is %s", got.Explain())
	}
	judge(t, acceptance.Run(t.Context(), phone, cell(t, "alert/phone/stopped/shown")).Verdict, verdict.Pass)
	judge(t, acceptance.Run(t.Context(), phone, cell(t, delivered)).Verdict, verdict.Pass)
	s.oneRule(t)
}

// One that stays away is waited for once.
func TestDeviceStaysAway(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	log := newWatchedLog()
	run := s.another(t, harness.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
	phone := run.connected(t)
	run.session.SetConnect(1)
	s.world.HDC.Detach(phone.Key())
	for range 3 {
		err := phone.Present(t.Context())
		var target *hdc.TargetError
		if !errors.As(err, &target) {
			t.Errorf("Present = %v, want an *hdc.TargetError", err)
		}
	}
	if n := strings.Count(log.String(), "the device is away"); n != 1 {
		t.Errorf("it was waited for %d times, want once", n)
	}
	s.world.HDC.Attach(s.world.Device(phone.Key()))
	run.session.SetConnect(20e9)
	if err := phone.Present(t.Context()); err != nil {
		t.Errorf("it is back, and Present = %v", err)
	}
}

func judge(t *testing.T, got, want verdict.Verdict) {
	t.Helper()
	if got != want {
		t.Errorf("the cell is %s, want %s", got, want)
	}
}

// connected opens the first device and connects it.
func (s *scene) connected(t *testing.T) *harness.Device {
	t.Helper()
	d, err := s.session.Device(t.Context(), "")
	if err == nil {
		err = d.Connect(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// oneRule wants one rule on the server.
func (s *scene) oneRule(t *testing.T) {
	t.Helper()
	rules, err := hdc.New(hdc.Options{Addr: s.config.HDCServer}).Forwards(t.Context())
	if err != nil || len(rules) != 1 {
		t.Errorf("the server has the rules %v, %v, want one", rules, err)
	}
}

// watchedLog is a log that can be waited for.
type watchedLog struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newWatchedLog() *watchedLog { return &watchedLog{changed: make(chan struct{})} }

func (l *watchedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(p)
}

func (l *watchedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns when the log says that.
func (l *watchedLog) await(text string) {
	for {
		l.mu.Lock()
		changed := l.changed
		said := strings.Contains(l.text.String(), text)
		l.mu.Unlock()
		if said {
			return
		}
		<-changed
	}
}
