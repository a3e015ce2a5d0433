// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// The token is sent after each welcome and after each change, and only then.
func TestTokenFrames(t *testing.T) {
	hub := listen(t)
	a := open(t, agent.Config{Dir: t.TempDir(), Session: hub.session("run-1")})
	a.Start(t.Context())
	p := hub.next(t)
	p.command(t, wire.CmdEcho, "1", time.Minute) // an agent without a token has said nothing of it
	tokens := func(want ...wire.Token) {
		t.Helper()
		for _, w := range want {
			if diff := cmp.Diff(w.Value, due[*wire.Token](t, p).Value); diff != "" {
				t.Error("a token frame differs from the one that is due")
			}
		}
	}
	a.TokenChanged(push.NewToken("first"), nil)
	tokens(wire.Token{Value: "first"})
	a.TokenChanged(push.NewToken("first"), nil) // no change
	a.TokenChanged(push.NewToken("second"), nil)
	tokens(wire.Token{Value: "second"})

	refused := &wire.Failure{Code: "1000900010", Message: "Illegal application identity."}
	a.TokenChanged(push.Token{}, refused)
	if f := due[*wire.Token](t, p); f.Value != "" || f.Error == nil || *f.Error != *refused {
		t.Errorf("a refusal is sent as %v", f)
	}
	a.TokenChanged(push.Token{}, &wire.Failure{Code: refused.Code, Message: refused.Message}) // no change
	a.TokenChanged(push.NewToken("third"), nil)
	tokens(wire.Token{Value: "third"})

	_ = p.conn.Close()
	p = hub.next(t)
	tokens(wire.Token{Value: "third"})
}

// A getToken that was cut short says nothing of the token; one that the
// platform refused does.
func TestGetToken(t *testing.T) {
	answers := make(chan error, 1)
	a, p := connect(t, &kit{token: func(ctx context.Context) (push.Token, error) {
		select {
		case err := <-answers:
			if err != nil {
				return push.Token{}, err
			}
			return push.NewToken(secret), nil
		case <-ctx.Done():
			return push.Token{}, ctx.Err()
		}
	}})
	p.command(t, wire.CmdEcho, "1", time.Minute) // the welcome is behind us
	answers <- nil
	if token, err := a.GetToken(t.Context()); err != nil || token != push.NewToken(secret) {
		t.Fatalf("%v, %v", token, err)
	}
	if f := due[*wire.Token](t, p); f.Value != secret {
		t.Error("the token that was got is not the one that is sent")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.GetToken(ended); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	p.send(&wire.Command{ID: 1000, Name: wire.CmdTokenGet, TimeoutMillis: 1})
	for cut := false; !cut; {
		switch f := wait(t, p.frames).(type) {
		case *wire.Token:
			t.Errorf("%v is sent of a getToken that was cut short", f)
		case *wire.Result:
			cut = f.ID == 1000
		case nil:
			t.Fatal("the agent hung up")
		}
	}
	answers <- &wire.Failure{Code: "1000900008", Message: "Failed to connect to the network."}
	if _, err := a.GetToken(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if f := due[*wire.Token](t, p); f.Error == nil || f.Error.Code != "1000900008" {
		t.Errorf("%v, want the platform's refusal", f)
	}
}

func TestDeletedToken(t *testing.T) {
	a, p := connect(t, &kit{})
	p.command(t, wire.CmdEcho, "1", time.Minute) // the welcome is behind us
	a.TokenChanged(push.NewToken(secret), nil)
	if f := due[*wire.Token](t, p); f.Value != secret {
		t.Error("not the token")
	}
	p.send(&wire.Command{ID: 1, Name: wire.CmdTokenDelete})
	if f := due[*wire.Token](t, p); f.Value != "" || f.Error != nil {
		t.Errorf("%v after the token was deleted", f)
	}
}
