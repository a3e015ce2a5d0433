// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package resume_test holds agent and hub against each other as they are: real
// processes, real websockets, real files. It shows what survives the death of
// either and a full disk, and what a delivery costs from the callback to the
// verdict.
package resume_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		os.Exit(child(spec))
	}
	goleak.VerifyTestMain(m)
}

const (
	run   = "run-1"
	label = "phone-1"
	// patience bounds a wait for something that is bound to happen.
	patience = 30 * time.Second
)

var token = []byte("0123456789abcdef0123456789abcdef")

// kit is a platform that has nothing to say.
type kit struct{}

func (kit) Device() wire.Device {
	return wire.Device{Type: "phone", Model: "test", API: 20, OSVersion: "6.0.0", BootID: "boot-1"}
}
func (kit) GetToken(context.Context) (push.Token, error) { return push.NewToken("token-1"), nil }
func (kit) DeleteToken(context.Context) error            { return nil }
func (kit) ActiveNotifications(context.Context) ([]agent.Notification, error) {
	return []agent.Notification{}, nil
}
func (kit) Badge(context.Context) (int, error) { return 0, nil }

// NotificationsEnabled is not answered.
func (kit) NotificationsEnabled(ctx context.Context) (bool, error) {
	<-ctx.Done()
	return false, ctx.Err()
}
func (kit) RequestNotifications(context.Context) error {
	return &wire.Failure{Code: "1600004", Message: "refused"}
}
func (kit) LiveView(context.Context, int64) (agent.LiveView, error) {
	return agent.LiveView{}, errors.New("there is none")
}
func (kit) Log(slog.Level, string) {}

func within(t testing.TB) context.Context { return limited(t, patience) }

func limited(t testing.TB, most time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	t.Cleanup(cancel)
	return ctx
}

// openHub opens a hub that the test closes; addr may be "".
func openHub(t testing.TB, addr, dir string) *hub.Hub {
	t.Helper()
	h, err := hub.Open(within(t), hub.Options{Addr: addr, Dir: dir, Runs: map[string][]byte{run: token}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeHub(t, h) })
	return h
}

func closeHub(t testing.TB, h *hub.Hub) {
	t.Helper()
	if err := h.Close(within(t)); err != nil {
		t.Error(err)
	}
}

func sessionFor(url string) *session.Session {
	return &session.Session{Hub: url, Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour)}
}

// openAgent starts an agent that the test closes.
func openAgent(t testing.TB, c agent.Config) *agent.Agent {
	t.Helper()
	c.Kit = kit{}
	if c.Role == "" {
		c.Role = wire.RoleMain
	}
	a, err := agent.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAgent(t, a) })
	a.Start(context.Background())
	return a
}

func closeAgent(t testing.TB, a *agent.Agent) {
	t.Helper()
	if err := a.Close(within(t)); err != nil {
		t.Error(err)
	}
}

// numbered is message n, of about the size of a real one.
func numbered(n int) push.Payload {
	return push.Payload{Type: "BACKGROUND", Data: fmt.Sprintf(`{"data":"{\"_pp\":\"%d\",\"order\":7,\"text\":\"Your order is ready at the counter.\"}"}`, n)}
}

func deliver(a *agent.Agent, p push.Payload) *agent.Delivery {
	return a.Deliver(push.Background, push.KindBackground, p, time.Now())
}

// number is the inverse of numbered, for a record's payload.
func number(raw json.RawMessage) (int, error) {
	var p push.Payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return 0, fmt.Errorf("payload %s: %w", raw, err)
	}
	n, err := strconv.Atoi(agent.Nonce(p))
	if err != nil {
		return 0, fmt.Errorf("payload %s: %w", raw, err)
	}
	return n, nil
}

// journaled is what a hub's journal holds.
type journaled struct {
	origins map[wire.Origin]int
	numbers map[int]int
	losses  map[string]uint64
	roles   map[wire.Role]int
}

func newJournaled() *journaled {
	return &journaled{map[wire.Origin]int{}, map[int]int{}, map[string]uint64{}, map[wire.Role]int{}}
}

func (j *journaled) take(r *hub.Record) error {
	j.origins[r.Origin()]++
	j.roles[r.Origin().Role]++
	switch f := r.Frame.(type) {
	case *wire.Loss:
		j.losses[f.Reason] += f.Count
	case *wire.Arrival:
		n, err := number(f.Payload)
		if err != nil {
			return err
		}
		j.numbers[n]++
	}
	return nil
}

// replay reads the journal of a hub that is closed.
func replay(t testing.TB, dir string) *journaled {
	t.Helper()
	j := newJournaled()
	if err := hub.Replay(dir, j.take); err != nil {
		t.Fatal(err)
	}
	return j
}

// once fails for each origin that was journaled twice, and each message.
func (j *journaled) once(t testing.TB) {
	t.Helper()
	for o, n := range j.origins {
		if n != 1 {
			t.Errorf("record %+v is in the hub's journal %d times", o, n)
		}
	}
	for m, n := range j.numbers {
		if n != 1 {
			t.Errorf("message %d is in the hub's journal %d times", m, n)
		}
	}
}

// follow reads the hub's records until enough says that it has enough.
func follow(t testing.TB, h *hub.Hub, enough func(*journaled) bool) *journaled {
	t.Helper()
	j := newJournaled()
	for r, err := range h.Records(within(t)) {
		if err == nil {
			err = j.take(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		if enough(j) {
			return j
		}
	}
	t.Fatalf("the hub has %d messages, losses %v, and that is not enough", len(j.numbers), j.losses)
	return nil
}

func connected(a hub.Agent) bool { return a.Connected }
