// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package demo is a simulated Push Cloud with something to push to: a project,
// two apps and a set of Push Tokens, each of which always has the same fate.
//
// It guarantees that a token's name says its fate (delivered, receipt-6,
// refused-noRight, offline), that there is one for each documented result of a
// receipt and each reason of a refusal, and that Close ends everything. Its
// devices show nothing and run no app: package sim/world has devices that do.
package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// What every demo cloud has.
const (
	ProjectID = "388421841221199100"
	ClientID  = "108216485"
	// Bundle is an app with every right.
	Bundle = "com.example.demo"
	// PlainBundle is an app with none: its categories become MARKETING, and
	// kinds that need a right are refused.
	PlainBundle = "com.example.demo.plain"
)

// Demo is a running cloud. Its methods may be called from any goroutine.
type Demo struct {
	*cloud.Cloud
	account *cloud.ServiceAccount
	tokens  []Token
}

// Rules are what may be chosen of the demo's project: see cloud.Project. The
// zero value is a project without bounds and without receipts.
type Rules struct {
	QPS          int
	Penalised    bool
	VerifyImages bool
	Receipts     []cloud.Callback
}

// Start starts a cloud at a loopback address, "" for a free port. Its projects
// are the demo's, with the given rules; the other options are used as they are.
func Start(ctx context.Context, o cloud.Options, addr string, rules Rules) (*Demo, error) {
	account, err := cloud.NewServiceAccount(ProjectID)
	if err != nil {
		return nil, fmt.Errorf("start a demo cloud: %w", err)
	}
	o.Projects = []cloud.Project{{
		ID: ProjectID, ClientID: ClientID, Keys: []cloud.Key{account.Key}, Callbacks: rules.Receipts,
		QPS: rules.QPS, Penalised: rules.Penalised, VerifyImages: rules.VerifyImages,
		Apps: []sim.App{{Bundle: Bundle, Rights: everyRight()}, {Bundle: PlainBundle}},
	}}
	d := &Demo{account: account}
	if d.Cloud, err = cloud.New(o); err != nil {
		return nil, fmt.Errorf("start a demo cloud: %w", err)
	}
	if err := errors.Join(d.Cloud.Start(addr), d.issue(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("start a demo cloud: %w", err), d.Close())
	}
	return d, nil
}

// ServiceAccountJSON returns the file that a sender signs with. It holds the
// private key.
func (d *Demo) ServiceAccountJSON() []byte { return d.account.JSON() }

// Tokens returns the demo's tokens, in the order of the tables that they are
// made from.
func (d *Demo) Tokens() []Token { return append([]Token(nil), d.tokens...) }

// Token returns the token of that name.
func (d *Demo) Token(name string) (push.Token, bool) {
	for _, t := range d.tokens {
		if t.Name == name {
			return t.Token, true
		}
	}
	return push.Token{}, false
}
