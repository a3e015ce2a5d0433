// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/nativebridge/bridge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds a wait for something that is bound to happen.
const patience = 20 * time.Second

var token = []byte("0123456789abcdef0123456789abcdef")

const (
	run   = "run-1"
	label = "phone-1"
)

func timeout(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// openHub opens a real hub and returns it with the parameter of a session.
func openHub(t testing.TB) (*hub.Hub, string) {
	t.Helper()
	h, err := hub.Open(timeout(t), hub.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(timeout(t)); err != nil {
			t.Error(err)
		}
	})
	if err := h.Register(run, token); err != nil {
		t.Fatal(err)
	}
	answer := &session.Answer{Title: "title {{nonce}}", Text: "text", DelayMillis: 20}
	s := session.Session{Hub: h.URL(), Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour), Extension: answer}
	param, err := s.Param()
	if err != nil {
		t.Fatal(err)
	}
	return h, param
}

// want is the JSON of a want's parameters.
func want(t testing.TB, values map[string]any) string {
	t.Helper()
	b, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// log collects lines.
type log struct {
	mu    sync.Mutex
	lines []string
	times []time.Time
}

func (l *log) print(at time.Time, level slog.Level, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times = append(l.times, at)
	l.lines = append(l.lines, level.String()+" "+line)
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// first is the time of the first line, zero if there is none.
func (l *log) first() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.times) == 0 {
		return time.Time{}
	}
	return l.times[0]
}

func options(t testing.TB) bridge.Options {
	t.Helper()
	return bridge.Options{
		FilesDir: t.TempDir(), Role: wire.RoleMain,
		Device: wire.Device{Type: "phone", Model: "test", API: 20, OSVersion: "6.0.0", BootID: "b"},
	}
}

// start makes a Bridge that runs and is stopped with the test.
func start(t testing.TB, o bridge.Options) (*bridge.Bridge, *log) {
	t.Helper()
	l := &log{}
	b := bridge.New(l.print)
	if err := b.Start(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, b) })
	return b, l
}

func stop(t testing.TB, b *bridge.Bridge) {
	t.Helper()
	done := make(chan error, 1)
	b.Stop(func(err error) { done <- err })
	if err := receive(t, done); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func receive[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// settled makes a promise: the function to hand over, and where its error comes.
func settled() (func(error), <-chan error) {
	c := make(chan error, 1)
	return func(err error) { c <- err }, c
}

// platform answers commands as ArkTS would.
type platform struct {
	calls    chan call
	released chan struct{}
	refuse   error
}

type call struct {
	id         int64
	name, args string
}

func newPlatform() *platform {
	return &platform{calls: make(chan call, 100), released: make(chan struct{})}
}

// Command implements bridge.Caller.
func (p *platform) Command(id int64, name, args string) error {
	if p.refuse != nil {
		return p.refuse
	}
	p.calls <- call{id, name, args}
	return nil
}

// Release implements bridge.Caller.
func (p *platform) Release() { close(p.released) }
