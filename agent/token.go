// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"sync"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// tokens holds the current Push Token, or why there is none. It is state: the
// link reports it after each welcome and after each change.
type tokens struct {
	mu      sync.Mutex
	value   push.Token
	failure *wire.Failure
	known   bool
	changed chan struct{}
}

func newTokens() *tokens { return &tokens{changed: make(chan struct{}, 1)} }

func (t *tokens) set(value push.Token, err error) {
	t.mu.Lock()
	failure := asFailure(err)
	same := t.known && t.value == value && equalFailure(t.failure, failure)
	t.value, t.failure, t.known = value, failure, true
	t.mu.Unlock()
	if same {
		return
	}
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// frame returns what the link sends, or nil while nothing is known.
func (t *tokens) frame() *wire.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known {
		return nil
	}
	return &wire.Token{Value: t.value.Reveal(), Error: t.failure}
}

// TokenChanged tells the agent the result of a getToken, or of a tokenUpdate
// event. The agent reports it to the hub; err is the platform's refusal.
func (a *Agent) TokenChanged(token push.Token, err error) { a.tokens.set(token, err) }

// GetToken asks the platform for the Push Token and reports what it said. An
// answer that did not come by the end of ctx says nothing of the token.
func (a *Agent) GetToken(ctx context.Context) (push.Token, error) {
	token, err := a.kit.GetToken(ctx)
	if err == nil || ctx.Err() == nil {
		a.tokens.set(token, err)
	}
	return token, err
}

// asFailure keeps the platform's code where there is one.
func asFailure(err error) *wire.Failure {
	if err == nil {
		return nil
	}
	var f *wire.Failure
	if errors.As(err, &f) {
		return f
	}
	code := wire.CodeUnavailable
	if errors.Is(err, context.DeadlineExceeded) {
		code = wire.CodeTimeout
	}
	return &wire.Failure{Code: code, Message: err.Error()}
}

func equalFailure(a, b *wire.Failure) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
