// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds a wait for something that is bound to happen.
const patience = 20 * time.Second

// secret is a Push Token that must turn up nowhere but in a token frame.
const secret = "IQAAAACy0mE3AABRk0Wf-secret-push-token"

// kit is a platform whose answers a test sets; unset ones are empty.
type kit struct {
	token   func(context.Context) (push.Token, error)
	delete  func(context.Context) error
	active  func(context.Context) ([]agent.Notification, error)
	badge   func(context.Context) (int, error)
	enabled func(context.Context) (bool, error)
	request func(context.Context) error
	view    func(context.Context, int64) (agent.LiveView, error)

	mu    sync.Mutex
	lines []string
}

var device = wire.Device{Type: "phone", Model: "test", API: 20, OSVersion: "6.0.0", BootID: "boot-1"}

func (k *kit) Device() wire.Device { return device }

func (k *kit) GetToken(ctx context.Context) (push.Token, error) { return ask(ctx, k.token) }

func (k *kit) DeleteToken(ctx context.Context) error { return do(ctx, k.delete) }

func (k *kit) ActiveNotifications(ctx context.Context) ([]agent.Notification, error) {
	return ask(ctx, k.active)
}

func (k *kit) Badge(ctx context.Context) (int, error) { return ask(ctx, k.badge) }

func (k *kit) NotificationsEnabled(ctx context.Context) (bool, error) { return ask(ctx, k.enabled) }

func (k *kit) RequestNotifications(ctx context.Context) error { return do(ctx, k.request) }

func (k *kit) LiveView(ctx context.Context, id int64) (agent.LiveView, error) {
	return ask(ctx, func(ctx context.Context) (agent.LiveView, error) { return k.view(ctx, id) })
}

func (k *kit) Log(level slog.Level, line string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = append(k.lines, level.String()+" "+line)
}

func (k *kit) logged() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.lines...)
}

func ask[T any](ctx context.Context, f func(context.Context) (T, error)) (T, error) {
	if f == nil {
		var none T
		return none, nil
	}
	return f(ctx)
}

func do(ctx context.Context, f func(context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// hang never answers, as a promise that the system forgot.
func hang[T any](ctx context.Context) (none T, err error) {
	<-ctx.Done()
	return none, ctx.Err()
}

// open makes an agent that the test closes, or that is closed with it.
func open(t testing.TB, c agent.Config) *agent.Agent {
	t.Helper()
	if c.Role == "" {
		c.Role = wire.RoleMain
	}
	if c.Kit == nil {
		c.Kit = &kit{}
	}
	a, err := agent.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, a) })
	return a
}

func shut(t testing.TB, a *agent.Agent) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := a.Close(ctx); err != nil {
		t.Error(err)
	}
}

func message(data string) push.Payload { return push.Payload{Type: "BACKGROUND", Data: data} }

// deliver hands a background message over.
func deliver(a *agent.Agent, data string) *agent.Delivery {
	return a.Deliver(push.Background, push.KindBackground, message(data), time.Now())
}

// settle waits for the deliveries and returns their errors.
func settle(t testing.TB, all ...*agent.Delivery) (errs []error) {
	t.Helper()
	for _, d := range all {
		wait(t, d.Done())
		errs = append(errs, d.Err())
	}
	return errs
}

// keep waits for the deliveries, which must be kept.
func keep(t testing.TB, all ...*agent.Delivery) {
	t.Helper()
	for _, err := range settle(t, all...) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func wait[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("it did not happen in time")
	}
	panic("unreachable")
}

// within asks again, after each thing that may have changed the answer, and
// else now and then, until it is the one that is waited for.
func within(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !ok(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: not in time", what)
		}
	}
}

func root(dir string) string { return filepath.Join(dir, "pushproof") }

func installOf(t testing.TB, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(dir), "install"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// stored returns the records that a closed main agent left in its outbox.
func stored(t testing.TB, dir string) (frames []wire.Frame) {
	t.Helper()
	o, err := outbox.OpenMain(filepath.Join(root(dir), "outbox"), outbox.Options{Install: installOf(t, dir), Role: wire.RoleMain})
	if err != nil {
		t.Fatal(err)
	}
	err = o.Unacked(func(_ wire.Origin, b []byte) error {
		f, err := wire.Decode(b)
		frames = append(frames, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	return frames
}

// arrivals returns the arrivals among records, and losses the counts of losses
// by reason.
func arrivals(frames []wire.Frame) (all []*wire.Arrival) {
	for _, f := range frames {
		if a, ok := f.(*wire.Arrival); ok {
			all = append(all, a)
		}
	}
	return all
}

func losses(frames []wire.Frame) map[string]uint64 {
	all := map[string]uint64{}
	for _, f := range frames {
		if l, ok := f.(*wire.Loss); ok {
			all[l.Reason] += l.Count
		}
	}
	return all
}
