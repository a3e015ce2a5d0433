// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/quota"
)

// Ledger says how a run stays below Push Kit's limits. It is shared by all
// processes that name the same folder.
type Ledger struct {
	// Dir is the folder of host.db; "" keeps no file and sets no limit, as is
	// right for a simulated cloud.
	Dir string `json:"dir,omitempty"`
	// Classes are those of the app (fixtures.AppClasses).
	Classes []string `json:"classes,omitempty"`
	// Rights are the categories to which the app has a right.
	Rights []string `json:"rights,omitempty"`
	// Wait is how long to wait for room below a limit.
	Wait harness.Duration `json:"wait,omitzero"`
	// Force crosses limits.
	Force bool `json:"force,omitempty"`
}

// Open opens the ledger; onWait is told of each wait. The error is a
// *harness.UsageError for a class or a right that is none, or one of package hostdb. Call
// the function that comes with it at the end.
func (l Ledger) Open(ctx context.Context, onWait func(*quota.OverError)) (*quota.Ledger, func() error, error) {
	rules, err := l.Rules()
	if err != nil {
		return nil, nil, err
	}
	o := quota.Options{Rules: rules, Wait: time.Duration(l.Wait), Force: l.Force, OnWait: onWait}
	if o.Wait <= 0 {
		o.Wait = -1
	}
	if l.Dir == "" {
		o.Force = true
		return quota.New(o), func() error { return nil }, nil
	}
	db, err := hostdb.Open(ctx, l.Dir)
	if err != nil {
		return nil, nil, err
	}
	o.Store = db.Quota()
	return quota.New(o), db.Close, nil
}

// Rules returns the limits. The error is a *harness.UsageError.
func (l Ledger) Rules() ([]quota.Rule, error) {
	rules, err := quota.Rules(quota.App{Classes: l.Classes, Rights: l.Rights})
	var right *quota.RightError
	switch {
	case errors.As(err, &right):
		return nil, &harness.UsageError{Problems: []string{"--rights: " + err.Error()}}
	case err != nil:
		return nil, &harness.UsageError{Problems: []string{"--app-class: " + err.Error()}}
	}
	return rules, nil
}

// WaitText says what is waited for, and until when.
func WaitText(e *quota.OverError) string {
	return fmt.Sprintf("waiting until %s for room: %s", quota.Clock(e.Room), e.Reason())
}
