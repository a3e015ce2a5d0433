// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// TestToken keeps the token out of journal and log, also where an agent forgot
// to redact a payload.
func TestToken(t *testing.T) {
	const secret = "MAMzLpushToken0123456789_secret"
	dir := t.TempDir()
	var log logged
	h := open(t, hub.Options{Dir: dir, Logger: logger(&log)})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	s.send(&wire.Token{Value: secret})
	a, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return !a.Token.IsZero() })
	if err != nil || a.Token.Reveal() != secret {
		t.Fatalf("token %v, %v", a.Token, err)
	}
	id := s.id
	id.Seq = 1
	s.send(arrival(id, `{"type":"IM","data":"{\"header\":{\"token\":\"`+secret+`\"}}"}`))
	s.acked(1)
	ext, _ := speak(t, h, hello("phone", wire.RoleExtension))
	id = ext.id
	id.Seq = 1
	ext.send(arrival(id, `"`+secret+`"`))
	ext.acked(1)
	for r, err := range h.Records(within(t)) {
		if err != nil {
			t.Fatal(err)
		}
		payload := string(r.Frame.(*wire.Arrival).Payload)
		if strings.Contains(payload, secret) || !strings.Contains(payload, push.NewToken(secret).Fingerprint()) {
			t.Errorf("payload %s", payload)
		}
		if r.Origin().Role == wire.RoleExtension {
			break
		}
	}
	s.send(&wire.Token{Error: &wire.Failure{Code: "1000900011", Message: "no network"}})
	if a, err = h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return a.TokenError != nil }); err != nil || !a.Token.IsZero() {
		t.Errorf("after a failure: %v, %v", a.Token, err)
	}
	report, err := json.Marshal(h.Agents())
	if err != nil {
		t.Fatal(err)
	}
	shut(t, h)
	for where, text := range map[string][]byte{"journal": files(t, dir), "log": []byte(log.String()), "report": report} {
		if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, token) {
			t.Errorf("a token is in the %s", where)
		}
	}
}

// TestClockOffset measures an agent whose clock is an hour ahead.
func TestClockOffset(t *testing.T) {
	h := open(t, hub.Options{Heartbeat: 5 * time.Millisecond})
	const ahead = time.Hour
	agent(t, h.URL(), "phone", func(c *link.Config) {
		c.Now = func() time.Time { return time.Now().Add(ahead) }
		c.Session.Expires = time.Now().Add(24 * time.Hour)
	})
	a, err := h.WaitAgent(within(t), "phone", wire.RoleMain, func(a hub.Agent) bool { return a.Heartbeats >= 10 })
	if err != nil {
		t.Fatal(err)
	}
	if !a.ClockKnown || a.ClockError <= 0 || a.ClockError > patience || (a.ClockOffset-ahead).Abs() > a.ClockError {
		t.Errorf("offset %v ± %v (known: %v), want %v", a.ClockOffset, a.ClockError, a.ClockKnown, ahead)
	}
}

// TestOneHeartbeatAtATime has an agent answer none: while another one answers
// many, it gets no second.
func TestOneHeartbeatAtATime(t *testing.T) {
	h := open(t, hub.Options{Heartbeat: time.Millisecond})
	s := dial(t, h)
	s.open(wire.Version)
	s.greet(hello("asleep", wire.RoleMain))
	agent(t, h.URL(), "awake", nil)
	if _, err := h.WaitAgent(within(t), "awake", wire.RoleMain, func(a hub.Agent) bool { return a.Heartbeats >= 50 }); err != nil {
		t.Fatal(err)
	}
	a, ok := h.Agent("asleep", wire.RoleMain)
	if !ok || !a.Connected || a.Asked.IsZero() || a.Heartbeats != 0 {
		t.Errorf("the silent agent: %+v", a)
	}
	// The command comes behind all heartbeats that were sent.
	go func() { _, _ = h.Command(within(t), "asleep", wire.RoleMain, wire.CmdEcho, nil) }()
	beats := 0
	for {
		_, b, err := s.conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		f, err := wire.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := f.(*wire.Command); ok {
			s.send(&wire.Result{ID: c.ID})
			break
		}
		beats++
	}
	if beats != 1 {
		t.Errorf("%d heartbeats, none answered; want one", beats)
	}
}

// TestEnd tells the agents of that run alone, and takes no more of them.
func TestEnd(t *testing.T) {
	h := open(t, hub.Options{Runs: map[string][]byte{run: token, "other": token}})
	s, _ := speak(t, h, hello("phone", wire.RoleMain))
	other := dial(t, h)
	other.send(&wire.Open{Versions: []int{wire.Version}, Run: "other", Nonce: nonce})
	c := expect[*wire.Challenge](other)
	hi := hello("tablet", wire.RoleMain)
	hi.Proof = wire.Proof(token, wire.SideAgent, "other", nonce, c.Nonce)
	other.send(&hi)
	expect[*wire.Welcome](other)

	if _, err := h.WaitAgent(within(t), "phone", wire.RoleMain, connected); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- h.End(within(t), run) }()
	if g := expect[*wire.Goodbye](s); !g.EndSession {
		t.Errorf("goodbye %+v", g)
	}
	s.closed()
	if err := wait(t, "End", ended); err != nil {
		t.Error(err)
	}
	again := dial(t, h)
	again.open(wire.Version)
	if e := expect[*wire.Error](again); e.Code != wire.CodeUnknownRun {
		t.Errorf("answer %+v", e)
	}
	other.id = wire.Origin{Install: hi.Install, Role: wire.RoleMain, Epoch: "e"}
	other.send(other.arrival(1))
	other.acked(1)
}

// TestLateRegistration lets an agent in that was refused before.
func TestLateRegistration(t *testing.T) {
	h := open(t, hub.Options{Runs: map[string][]byte{"other": token}})
	b := agent(t, h.URL(), "phone", nil)
	b.add(t, 3)
	for {
		changed := b.link.Changed()
		if _, last := b.link.State(); strings.Contains(last, "unknown-run") {
			break
		}
		wait(t, "the refusal", changed)
	}
	if err := h.Register(run, token); err != nil {
		t.Fatal(err)
	}
	if err := b.link.Flush(within(t)); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	// httptest has a certificate for 127.0.0.1.
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	defer certified.Close()
	h := open(t, hub.Options{TLS: &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}})
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	b := agent(t, h.URL(), "phone", func(c *link.Config) { c.TLS = &tls.Config{RootCAs: roots} })
	b.add(t, 3)
	if err := b.link.Flush(within(t)); err != nil {
		t.Error(err)
	}
	// One that does not trust the certificate stays out.
	wary := agent(t, h.URL(), "wary", nil)
	for {
		changed := wary.link.Changed()
		if up, last := wary.link.State(); up || last != "" {
			if up {
				t.Error("linked to a hub with a certificate of nobody")
			}
			break
		}
		wait(t, "the refusal", changed)
	}
}

func TestWaitAgentGivesUp(t *testing.T) {
	h := open(t, hub.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.WaitAgent(ctx, "phone", wire.RoleMain, connected); !errors.Is(err, hub.ErrNoAgent) || !errors.Is(err, context.Canceled) {
		t.Errorf("with ctx's end: %v", err)
	}
	shut(t, h)
	if _, err := h.WaitAgent(within(t), "phone", wire.RoleMain, connected); !errors.Is(err, hub.ErrClosed) {
		t.Errorf("with the hub's end: %v", err)
	}
}
