// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/pushproof/pushproof/harness/sim"
)

// Tokens start with MA and have 112 characters. Source: Push Kit guide, get a
// Push Token (the length must not be relied on).
const (
	tokenPrefix = "MA"
	tokenLength = 112
	// goneMax bounds how many ended tokens are remembered; one that is
	// forgotten is no token any more.
	goneMax = 10_000
)

// The refusals of getToken that the cloud decides on. Source: Push Kit, ArkTS
// API error codes.
const (
	errIllegalApp   = 1000900010
	errNotActivated = 1000900012
)

// registration is a token and what it stands for. gone is set when it ends.
type registration struct {
	token   string
	project *project
	app     app
	device  string
	gone    *sim.Receipt
	// refused is the reason that RefuseToken gave.
	refused string
}

type owner struct{ bundle, device string }

type tokens struct {
	known   map[string]*registration
	current map[owner]*registration
	gone    []string
}

func newTokens() tokens {
	return tokens{known: map[string]*registration{}, current: map[owner]*registration{}}
}

// end keeps a token as one that has ended.
func (t *tokens) end(reg *registration, reason sim.Receipt) {
	reg.gone = &reason
	if key := (owner{reg.app.Bundle, reg.device}); t.current[key] == reg {
		delete(t.current, key)
	}
	t.gone = append(t.gone, reg.token)
	if len(t.gone) > goneMax {
		delete(t.known, t.gone[0])
		t.gone = t.gone[1:]
	}
}

// IssueToken returns a new token for the app on that device; the former one
// has ended. The app's rights are those of the cloud's own project, whatever
// a.Rights says. A bundle of no project gets 1000900010, one of a project
// without Push Kit 1000900012.
func (c *Cloud) IssueToken(ctx context.Context, a sim.App, d sim.Device) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("issue a token: %w", err)
	}
	p := c.bundles[a.Bundle]
	if p == nil {
		return "", &sim.TokenError{Code: errIllegalApp, Msg: fmt.Sprintf("illegal application identity: no project has the bundle %s", a.Bundle)}
	}
	if p.Inactive {
		return "", &sim.TokenError{Code: errNotActivated, Msg: fmt.Sprintf("push rights not activated for project %s", p.ID)}
	}
	token, err := newToken()
	if err != nil {
		return "", fmt.Errorf("issue a token: %w", err)
	}
	id := d.ID()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.laneOf(id, d)
	key := owner{a.Bundle, id}
	if former := c.tokens.current[key]; former != nil {
		c.tokens.end(former, sim.TokenGone)
	}
	reg := &registration{token: token, project: p, app: p.apps[a.Bundle], device: id}
	c.tokens.known[token], c.tokens.current[key] = reg, reg
	return token, nil
}

// DropToken ends a token: from now on, and for what still waits, a push to it
// gets the reason as its receipt. A token that the cloud does not know, or that
// has ended before, stays what it is.
func (c *Cloud) DropToken(token string, reason sim.Receipt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reg := c.tokens.known[token]; reg != nil && reg.gone == nil {
		c.tokens.end(reg, reason)
	}
}

func newToken() (string, error) {
	raw := make([]byte, tokenLength)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)[:tokenLength-len(tokenPrefix)], nil
}
