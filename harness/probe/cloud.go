// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Defaults of a run against a Push Cloud.
const (
	// DefaultRequests is the most requests of a run.
	DefaultRequests = 150
	// DefaultPace is the time between two requests.
	DefaultPace = 250 * time.Millisecond
)

// CloudOptions say which Push Cloud to probe, and with what.
type CloudOptions struct {
	// ServiceAccount is the path of the service-account file.
	ServiceAccount string
	// BaseURL and CAFile are those of pushcloud.Options.
	BaseURL, CAFile string
	// Token is a Push Token of the user's own, zero for none. Nothing that could
	// be delivered is sent to it.
	Token push.Token
	// ClientID is the app's OAuth client id, which revocations need; "" for
	// none.
	ClientID string
	// SimulatorCA is the issuer by which a simulated cloud is known.
	SimulatorCA string
	// Claims are the rows to probe; nil means fixtures.Claims().
	Claims []fixtures.Claim
	// Requests is the most requests, 0 means DefaultRequests; Pace the least time
	// between two, 0 means DefaultPace.
	Requests int
	Pace     time.Duration
	// Timeout bounds one probe, 0 means DefaultTimeout.
	Timeout time.Duration
	// Begin is called, if not nil, before the claims are probed; the subject has
	// no results then.
	Begin func(Subject, []Step)
	// Done is called after each claim, if not nil. Both are called from the
	// goroutine of Cloud.
	Done func(Step, Result)
}

// Cloud probes a Push Cloud by requests that it must refuse: with a fault in
// the message, or, where a message should be accepted, with made-up Push Tokens
// only, so that nothing can be delivered. A refusal for its tokens alone says
// that everything else of a message was accepted; that a cloud looks at the
// message first is tried before, and what rests on it stays undecided where it
// does not.
//
// An error means that nothing could be learnt; everything else is a Result.
func Cloud(ctx context.Context, o CloudOptions) (Subject, error) {
	if o.Claims == nil {
		o.Claims = fixtures.Claims()
	}
	if o.Requests <= 0 {
		o.Requests = DefaultRequests
	}
	if o.Pace <= 0 {
		o.Pace = DefaultPace
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	s := Subject{Kind: KindCloud, Results: []Result{}}
	steps := CloudPlan(o.Claims)
	c, err := newCaller(o)
	if err != nil {
		return s, err
	}
	defer c.close()
	s.Endpoint = c.base.Host
	stopped, err := c.learn(ctx)
	if err != nil {
		return s, fmt.Errorf("reach the push endpoint %s: %w", c.base.Host, err)
	}
	s.Simulated = o.SimulatorCA != "" && c.issuer == o.SimulatorCA
	if o.Begin != nil {
		o.Begin(s, steps)
	}
	for _, step := range steps {
		f := stopped
		if f.outcome == "" {
			f = c.try(ctx, o.Timeout, step)
		}
		if ctx.Err() != nil {
			stopped = troubled("the run was interrupted")
		}
		r := f.result(step.Claim, c.scrub)
		s.Results = append(s.Results, r)
		if o.Done != nil {
			o.Done(step, r)
		}
	}
	s.Requests = c.sent
	return s, nil
}

// The cases by which learn finds out what a cloud looks at first.
const (
	caseFaulty = "alert/no title"
	caseSound  = "alert/minimal"
)

// learn tries whether the account is taken, and whether the cloud judges a
// message before its tokens. The finding is for all claims, where there is one.
func (c *caller) learn(ctx context.Context) (finding, error) {
	faulty, sound := caseOf(caseFaulty), caseOf(caseSound)
	a, err := c.sendCase(ctx, faulty)
	if err != nil {
		return finding{}, err
	}
	row, _ := fixtures.CodeOf(a.code)
	switch {
	case row.Class == fixtures.ClassCredentials:
		return lacking("the push endpoint refuses the service account with %s: %s", a.code, row.Do), nil
	case a.code == faulty.Code:
		c.messageFirst = true
	case a.code == tokensIllegal && !c.token.IsZero():
		c.faultyToken = c.token.Reveal()
	}
	if a, err = c.sendCase(ctx, sound); err != nil {
		return finding{}, err
	}
	c.soundSeen = a.code == tokensIllegal
	return finding{}, nil
}

// try runs one step.
func (c *caller) try(ctx context.Context, limit time.Duration, step Step) (f finding) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	p := step.Claim.Probe
	var err error
	if p.Name != "" {
		f, err = cloudChecks[p.Name].run(ctx, c)
	} else {
		f, err = c.judgeCases(ctx, p.Cases)
	}
	var open *openError
	switch {
	case errors.As(err, &open):
		return open.finding
	case err != nil:
		return because(ctx, err, limit)
	}
	return f
}

// openError carries a finding of a request that decides nothing through a check
// to its end.
type openError struct{ finding finding }

func (e *openError) Error() string { return e.finding.reason }
