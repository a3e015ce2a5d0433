// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// scene is a world with a phone, and a session to which nothing is connected.
type scene struct {
	world   *world.World
	config  harness.Config
	session *harness.Session
	phone   *harness.Device
}

func newScene(t *testing.T, alter func(*harness.Config)) *scene {
	t.Helper()
	return newSceneIn(t, world.Options{Types: []string{"phone"}}, alter)
}

// newSceneIn is newScene in a world of one's own making, whose first device is
// the phone.
func newSceneIn(t *testing.T, o world.Options, alter func(*harness.Config)) *scene {
	t.Helper()
	ctx := t.Context()
	w, err := world.New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, "world", w.Close)
	config := w.Config()
	config.ReportDir, config.Target = t.TempDir(), w.Keys()[0]
	if alter != nil {
		alter(&config)
	}
	s, err := harness.Open(ctx, config, harness.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, "session", s.Close)
	phone, err := s.Device(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	return &scene{w, config, s, phone}
}

// closing closes a part of the scene at the test's end.
func closing(t *testing.T, what string, end func(context.Context) error) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := end(ctx); err != nil {
			t.Errorf("close the %s: %v", what, err)
		}
	})
}

// another is a second run in the same world, without a device of its own.
func (s *scene) another(t *testing.T, o harness.Options) *scene {
	t.Helper()
	config := s.config
	config.ReportDir = t.TempDir()
	session, err := harness.Open(t.Context(), config, o)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, "session", session.Close)
	return &scene{world: s.world, config: config, session: session}
}

// noAgent wants Connect to fail with an *harness.AgentError that says all of it.
func (s *scene) noAgent(t *testing.T, says ...string) {
	t.Helper()
	err := s.phone.Connect(t.Context())
	var none *harness.AgentError
	if !errors.As(err, &none) || !errors.Is(err, harness.ErrNoAgent) {
		t.Fatalf("Connect = %v, want an *harness.AgentError", err)
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
}

func shortConnect(c *harness.Config) { c.Connect = harness.Duration(2 * time.Second) }

// offer speaks to the session's hub as an agent of that protocol version does.
func offer(t *testing.T, s *harness.Session, version int) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), s.Hub().URL(), nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	frame, err := wire.Encode(&wire.Open{Versions: []int{version}, Run: s.Run(), Nonce: wire.NewNonce()})
	if err == nil {
		err = conn.WriteMessage(websocket.TextMessage, frame)
	}
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
		t.Errorf("the hub ended with %v, want a refusal", err)
	}
}

// handMade is a session that the harness would not make.
func handMade(t *testing.T, hub string, s *scene) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"hub": hub, "run": s.session.Run(), "label": s.config.Target, "token": strings.Repeat("ab", 32),
		"expires": time.Now().Add(time.Hour).UTC(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func tokens(t push.Token, n int) []push.Token {
	all := make([]push.Token, n)
	for i := range all {
		all[i] = t
	}
	return all
}

// cell is a cell of the standard matrix.
func cell(t *testing.T, id string) acceptance.Cell {
	t.Helper()
	for _, c := range acceptance.Cells() {
		if c.ID("phone") == id {
			return c
		}
	}
	t.Fatalf("no cell is called %s", id)
	return acceptance.Cell{}
}
