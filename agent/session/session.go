// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package session says who may be dialled: the hub, the run and its token,
// until when, and what an extension process shall answer.
//
// The first start of an app carries a session as a parameter (see ParamKey);
// the agent keeps it in the app's files, and every later process finds it
// there, whoever started it.
//
// It guarantees that a Session names a hub on this machine's loopback only
// (*HubError otherwise), that its token never prints itself, that it is stored
// whole or not at all and readable by the app alone, and that an expired one is
// not handed out (*ExpiredError). It does not dial and does not know whether
// the hub is there.
package session

import (
	"errors"
	"fmt"
	"time"
)

// ParamKey is the want parameter that carries a session:
// `aa start --ps pushproof.session PARAM`.
const ParamKey = "pushproof.session"

// ParamEnd is the parameter's value that removes the session.
const ParamEnd = "end"

// ErrNone is returned by Load if no session is stored.
var ErrNone = errors.New("no session is stored: start the app by hdc-runner, which hands it one")

// ErrEnd is returned by Parse for ParamEnd: the caller removes the session.
var ErrEnd = errors.New("the parameter ends the session")

// Session is what a process needs to find its hub.
type Session struct {
	// Hub is the websocket's address as the device sees it:
	// ws://127.0.0.1:PORT/agent.
	Hub string
	// Run is the run's id.
	Run string
	// Label is the device's name in the run.
	Label string
	// Token is what hub and agent prove to each other that they know, 16 to 64
	// bytes. It never travels on the websocket.
	Token Secret
	// Expires is when the session ends, by the device's clock.
	Expires time.Time
	// Extension is what an extension process answers; nil means that it leaves
	// the message as it is.
	Extension *Answer
}

// Answer is the notification content that an extension process returns. Title
// and Text may hold {{nonce}}.
type Answer struct {
	Title string `json:"title,omitempty"`
	Text  string `json:"text,omitempty"`
	// Badge is the number to show; nil leaves it alone, 0 clears it.
	Badge *int `json:"badge,omitempty"`
	// DelayMillis is how long the extension waits before it answers, 0 to
	// 60 000. The system grants it 10 s.
	DelayMillis int `json:"delayMillis,omitempty"`
}

// ExpiredError is returned for a session whose time is over.
type ExpiredError struct{ Expires time.Time }

// Error implements error.
func (e *ExpiredError) Error() string {
	return fmt.Sprintf("the session expired at %s: arrivals are stored and the hub is not dialled; start the app by hdc-runner to hand it a new session",
		e.Expires.UTC().Format(time.RFC3339))
}

// Expired returns an *ExpiredError if the session is over at now, else nil.
func (s *Session) Expired(now time.Time) error {
	if now.Before(s.Expires) {
		return nil
	}
	return &ExpiredError{Expires: s.Expires}
}

// Bounds of a session's fields, so that whatever a parameter holds stays small
// in memory, in logs and on the shell's command line.
const (
	maxName   = 64
	minToken  = 16
	maxToken  = 64
	maxText   = 4096
	maxDelay  = 60_000
	maxBadge  = 1 << 20
	maxParam  = 32 << 10
	maxHubLen = 256
)

// Check reports what is wrong with the session, nil if nothing is. It does not
// look at the clock.
func (s *Session) Check() error {
	if err := CheckHub(s.Hub); err != nil {
		return err
	}
	if err := checkName("run", s.Run); err != nil {
		return err
	}
	if err := checkName("label", s.Label); err != nil {
		return err
	}
	if n := len(s.Token); n < minToken || n > maxToken {
		return fmt.Errorf("check a session: the token has %d bytes, it must have %d to %d", n, minToken, maxToken)
	}
	if s.Expires.IsZero() {
		return errors.New("check a session: it has no expiry")
	}
	if y := s.Expires.UTC().Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("check a session: it expires in the year %d", y)
	}
	return s.Extension.check()
}

func (a *Answer) check() error {
	switch {
	case a == nil:
		return nil
	case len(a.Title) > maxText || len(a.Text) > maxText:
		return fmt.Errorf("check a session: the extension's title or text has more than %d bytes", maxText)
	case a.DelayMillis < 0 || a.DelayMillis > maxDelay:
		return fmt.Errorf("check a session: the extension's delay is %d ms, it must be 0 to %d", a.DelayMillis, maxDelay)
	case a.Badge != nil && (*a.Badge < 0 || *a.Badge > maxBadge):
		return fmt.Errorf("check a session: the extension's badge is %d, it must be 0 to %d", *a.Badge, maxBadge)
	}
	return nil
}

// checkName keeps names to characters that need no quoting anywhere: they
// stand in logs, in file names and in reports.
func checkName(field, name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("check a session: the %s has %d characters, it must have 1 to %d", field, len(name), maxName)
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r == ':', r == '/':
		default:
			return fmt.Errorf("check a session: the %s holds %q; letters, digits and - _ . : / are allowed", field, r)
		}
	}
	return nil
}
