// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
)

// settleLimit bounds the noting of what was sent, also after an interrupt.
const settleLimit = 30 * time.Second

// charge is what push send has reserved. Its zero value has nothing.
type charge struct {
	tickets []*quota.Ticket
	// batch is how many tokens share a request.
	batch int
	close func() error
}

// reserve sets aside what the request costs. The error says what was not sent,
// why, and what to type.
func (f *sendFlags) reserve(ctx context.Context, path string, r pushcloud.Request, stderr io.Writer) (*charge, error) {
	// What will not be sent for its faults is neither charged nor waited for.
	one := r
	one.Tokens = r.Tokens[:1]
	if faults := pushcloud.Validate(one); len(faults) > 0 && !r.Unchecked {
		return nil, notSent(path, &pushcloud.InvalidError{Faults: faults})
	}
	if f.simulated(ctx) {
		return &charge{}, nil
	}
	where, err := f.ledger.ledger(false)
	if err != nil {
		return nil, err
	}
	payer := quota.Payer{Test: r.Options.IsTest()}
	if payer.Project, err = harness.Project(f.config); err != nil {
		return nil, err
	}
	tokens := make([]string, len(r.Tokens))
	for i, t := range r.Tokens {
		tokens[i] = t.Fingerprint()
	}
	sends, err := payer.SendAll(r.Message, tokens)
	if err != nil {
		return nil, err
	}
	if err := noteRight(where, sends[0], stderr); err != nil {
		return nil, err
	}
	ledger, closeLedger, err := where.Open(ctx, func(e *quota.OverError) { fmt.Fprintf(stderr, "hdc-runner: %s\n", fleet.WaitText(e)) })
	if err != nil {
		return nil, err
	}
	tickets, err := ledger.Reserve(ctx, sends...)
	if err != nil {
		_ = closeLedger()
		var over *quota.OverError
		if errors.As(err, &over) {
			return nil, fmt.Errorf("%s was not sent: %w; --force sends it all the same, --pace-wait waits longer for room", path, over)
		}
		return nil, err
	}
	return &charge{tickets, payer.PerRequest(r.Message.Kind()), closeLedger}, nil
}

// simulated asks the push endpoint what it is; Push Kit's own need not be
// asked. One that cannot be asked counts as real: what is wrong with it is told
// by who sends.
func (f *sendFlags) simulated(ctx context.Context) bool {
	if f.config.PushEndpoint == "" {
		return false
	}
	issuer, err := harness.CloudIssuer(ctx, f.config)
	return err == nil && issuer == harness.SimulatorCA
}

// settle notes which tokens the message may have been sent to, by their index,
// though ctx may have ended. A request counts if it had one of them.
func (c *charge) settle(ctx context.Context, stderr io.Writer, sent func(i int) bool) {
	if c.close == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	requested := make([]bool, len(c.tickets)/c.batch+1)
	for i := range c.tickets {
		requested[i/c.batch] = requested[i/c.batch] || sent(i)
	}
	err := quota.Settle(ctx, c.tickets, func(i int) bool {
		return sent(i) || i%c.batch == 0 && requested[i/c.batch]
	})
	if err := errors.Join(err, c.close()); err != nil {
		fmt.Fprintf(stderr, "hdc-runner: the ledger of what was sent is wrong for a while: %v\n", err)
	}
}
