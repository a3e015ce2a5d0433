// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"time"

	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
)

// settleLimit bounds the noting of what was sent, also after a run was ended.
const settleLimit = 30 * time.Second

// Reserve sets aside what the messages cost, for all of them or for none, and
// waits for room below Push Kit's limits as Options.Ledger does; hand each
// ticket to Push with Paid, and those that are left to Release. The error is a
// *quota.OverError where a limit is in the way. Without a ledger there are no
// limits, and the tickets are nil.
func (d *Device) Reserve(ctx context.Context, messages ...pushcloud.Message) ([]*quota.Ticket, error) {
	ledger := d.s.ledger
	if ledger == nil {
		return make([]*quota.Ticket, len(messages)), nil
	}
	sends, err := charge(d.Payer(), messages)
	if err != nil {
		return nil, err
	}
	return ledger.Reserve(ctx, sends...)
}

// Payer is to whom messages for this device's app are charged.
func (d *Device) Payer() quota.Payer {
	p := quota.Payer{Project: d.s.project, App: d.s.cfg.Bundle, Device: d.Key(), Test: !d.s.cfg.Production}
	if a, ok := d.Agent(); ok && !a.Token.IsZero() {
		p.Token = a.Token.Fingerprint()
	}
	return p
}

// Release gives back what was reserved and not sent.
func (d *Device) Release(ctx context.Context, tickets []*quota.Ticket) {
	d.settle(ctx, tickets, false)
}

// settle notes what became of a reservation, though ctx may have ended. What
// cannot be noted is logged: the reservation counts until its lease ends.
func (d *Device) settle(ctx context.Context, tickets []*quota.Ticket, sent bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	if err := quota.Settle(ctx, tickets, func(int) bool { return sent }); err != nil {
		d.s.log.Warn("the ledger of what was sent is wrong for a while", "device", d.Key(), "reason", err)
	}
}

// reserveOne charges a request that nobody has paid.
func (d *Device) reserveOne(ctx context.Context, r pushcloud.Request) (*quota.Ticket, error) {
	if d.s.ledger == nil || r.Message == nil {
		return nil, nil
	}
	payer := d.Payer()
	if token := r.Tokens[0].Fingerprint(); token != payer.Token {
		// Somebody else's, whoever that is.
		payer.App, payer.Device, payer.Token = "", "", token
	}
	payer.Test = r.Options.IsTest()
	send, err := payer.Send(r.Message)
	if err != nil {
		return nil, err
	}
	tickets, err := d.s.ledger.Reserve(ctx, send)
	if err != nil {
		return nil, err
	}
	return tickets[0], nil
}

// Sent reports whether a message may have been taken, by what Send returned: if
// so it counts towards the limits.
func Sent(response *pushcloud.Response, err error) bool {
	var answered *pushcloud.Error
	var unanswered *pushcloud.TransportError
	switch {
	case err == nil:
		return true
	case errors.As(err, &answered) && answered.OutcomeUnknown, errors.As(err, &unanswered) && unanswered.OutcomeUnknown:
		return true
	}
	return response != nil && len(response.Accepted)+len(response.Unresolved) > 0
}

// Purse is the budget of a plan for one device.
type Purse struct {
	Budget *quota.Budget
	Payer  quota.Payer
}

// Spend adds the messages to the plan, all of them or none. The error is a
// *quota.OverError where a limit is in the way.
func (p Purse) Spend(ctx context.Context, messages []pushcloud.Message) error {
	sends, err := charge(p.Payer, messages)
	if err != nil {
		return err
	}
	return p.Budget.Spend(ctx, sends...)
}

func charge(p quota.Payer, messages []pushcloud.Message) ([]quota.Send, error) {
	sends := make([]quota.Send, len(messages))
	for i, m := range messages {
		var err error
		if sends[i], err = p.Send(m); err != nil {
			return nil, err
		}
	}
	return sends, nil
}

// Project returns the project in AppGallery Connect to which the service
// account belongs. The error is a *pushcloud.AccountError.
func Project(cfg Config) (string, error) {
	account, err := pushcloud.LoadServiceAccount(cfg.ServiceAccount)
	if err != nil {
		return "", err
	}
	return account.ProjectID, nil
}
