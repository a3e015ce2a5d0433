// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

func TestAppWithoutAgent(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *harness.Config) { shortConnect(c); c.Bundle = world.PlainBundle })
	s.noAgent(t, "no agent in the app: com.example.plain was started and is foreground, but no agent connected within 2s",
		"`hdc-runner push send --target` proves without one that an alert is shown")
	got := acceptance.Run(t.Context(), s.phone, cell(t, "background/phone/foreground/delivered"))
	if got.Verdict != verdict.Inconclusive || !strings.Contains(got.Reason, "no agent in the app") {
		t.Errorf("the cell is %s", got.Explain())
	}
}

// The agent's side of the handshake is played here, since an agent of another
// version is a program of another release.
func TestAgentOfAnotherProtocolVersion(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *harness.Config) { shortConnect(c); c.Bundle = world.PlainBundle })
	sim := s.world.Device(s.config.Target)
	connected := make(chan error, 1)
	go func() { connected <- s.phone.Connect(t.Context()) }()
	for started := false; !started; {
		changed := sim.Changed()
		for _, app := range sim.State().Apps {
			started = started || app.Bundle == world.PlainBundle && app.PID != 0
		}
		if !started {
			<-changed
		}
	}
	offer(t, s.session, 7)
	err := <-connected
	for _, part := range []string{"the app's agent was refused: com.example.plain", "this hub speaks protocol version 1, the agent 7",
		"install the app and hdc-runner from the same release"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Connect = %v, which does not say %q", err, part)
		}
	}
	// It is the reason of every cell that needs the agent.
	got := acceptance.Run(t.Context(), s.phone, cell(t, "background/phone/foreground/delivered"))
	if got.Verdict != verdict.Inconclusive || !strings.Contains(got.Reason, "this hub speaks protocol version 1, the agent 7") {
		t.Errorf("the cell is %s", got.Explain())
	}
}

// The session's time is over when the app gets it: the agent says so in the
// device's log, and there it is found.
func TestExpiredSession(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *harness.Config) { shortConnect(c); c.SessionLife = 1 })
	s.noAgent(t, "the app's agent does not connect: com.example.pushproof was started and is foreground", "its last words in the device's log: ",
		"the session expired at 20", "start the app by hdc-runner to hand it a new session")
}

// Sessions that name no hub of ours: one outside of the device, and a port that
// a stranger holds.
func TestHubThatIsNone(t *testing.T) {
	t.Parallel()
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	t.Cleanup(func() { _ = stranger.Close(); <-served })
	go func() {
		defer close(served)
		for {
			conn, err := stranger.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n"))
			_ = conn.Close()
		}
	}()
	for name, tt := range map[string]struct {
		hub  string
		says []string
	}{
		"on another machine": {"ws://192.0.2.7:4711/agent", []string{`hub "ws://192.0.2.7:4711/agent" is not on the loopback`, "write ws://127.0.0.1:PORT/agent"}},
		"a stranger's port": {"ws://" + stranger.Addr().String() + "/agent",
			[]string{"is held by a program that is not this run's hub", "end that program or start the run again"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, nil)
			param := handMade(t, tt.hub, s)
			if err := s.phone.Driver().Start(t.Context(), map[string]string{session.ParamKey: param}); err != nil {
				t.Fatal(err)
			}
			g := NewWithT(t)
			words := func(ctx context.Context) (string, error) {
				lines, err := s.phone.Driver().Log(ctx, "Pushproof", 5)
				return strings.Join(lines, "\n"), err
			}
			for _, part := range tt.says {
				g.Eventually(words).WithContext(t.Context()).WithTimeout(time.Minute).Should(ContainSubstring(part))
			}
			// The app itself works on.
			if state, err := s.phone.Driver().Await(t.Context(), device.Foreground); err != nil {
				t.Errorf("the app is %s: %v", state, err)
			}
		})
	}
}

// An agent that never comes leaves its reason open; the message then depends on
// what else is known.
func TestAgentErrorSaysWhatIsKnown(t *testing.T) {
	base := harness.AgentError{Key: "K", Bundle: "com.example.app", Waited: time.Second, State: "background"}
	for name, tt := range map[string]struct {
		alter func(*harness.AgentError)
		says  []string
	}{
		"nothing": {func(*harness.AgentError) {}, []string{"no agent in the app: ", "ohos.permission.INTERNET"}},
		"the process is gone": {func(e *harness.AgentError) { e.State = "stopped" },
			[]string{"its process is gone", "hdc -t K shell hilog -x -e com.example.app"}},
		"it said something": {func(e *harness.AgentError) { e.Said = []string{"older", "newest"} },
			[]string{"the app's agent does not connect: ", "last words in the device's log: newest"}},
		"it was refused": {func(e *harness.AgentError) { e.Said, e.Refused = []string{"lost"}, []string{"older", "wrong proof"} },
			[]string{"the app's agent was refused: ", "the hub refused one: wrong proof"}},
	} {
		e := base
		tt.alter(&e)
		for _, part := range tt.says {
			if !strings.Contains(e.Error(), part) {
				t.Errorf("%s: %q does not say %q", name, e.Error(), part)
			}
		}
	}
}

// What Push Cloud refuses for reasons that are not the app's.
func TestSendsThatCannotWork(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	if err := s.phone.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	token, err := s.phone.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	account, err := pushcloud.LoadServiceAccount(s.config.ServiceAccount)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("expired JWT", func(t *testing.T) {
		yesterday := func() time.Time { return time.Now().Add(-24 * time.Hour) }
		client, err := pushcloud.New(pushcloud.Options{Account: account, BaseURL: s.config.PushEndpoint, CAFile: s.config.PushCA, Now: yesterday})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		_, err = client.Send(t.Context(), pushcloud.Request{Message: pushcloud.Background{ExtraData: "{}"}, Tokens: tokens(token, 1)})
		var refused *pushcloud.Error
		if !errors.As(err, &refused) || refused.Code != "80200005" || harness.Refusal(err) != verdict.Broken {
			t.Fatalf("Send = %v, want 80200005, which is no failure of the app", err)
		}
		for _, part := range []string{"expired", "clock"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
	})
	for n, says := range map[int]string{
		0:    "target.token: there are 0 tokens, a call has 1 to 1000",
		1001: "target.token: there are 1001 tokens, a call has 1 to 1000",
	} {
		t.Run(fmt.Sprintf("%d tokens", n), func(t *testing.T) {
			client, err := harness.NewCloud(s.config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			_, err = client.Send(t.Context(), pushcloud.Request{
				Message: pushcloud.Background{ExtraData: "{}"}, Tokens: tokens(token, n),
				Options: pushcloud.PushOptions{TestMessage: new(false)},
			})
			var invalid *pushcloud.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), token.Reveal()) {
				t.Errorf("Send = %v, want a *pushcloud.InvalidError that says %q", err, says)
			}
		})
	}
	t.Run("no place for the nonce", func(t *testing.T) {
		msg := s.phone.Push(t.Context(), pushcloud.Background{ExtraData: "all mine"})
		var none *pushcloud.NoCarrierError
		if !errors.As(msg.Err(), &none) || !strings.Contains(msg.Err().Error(), "write {{nonce}} into payload.extraData") {
			t.Errorf("Push: %v, want a *pushcloud.NoCarrierError that names the field", msg.Err())
		}
	})
}
