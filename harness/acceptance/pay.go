// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/verdict"
)

// reserve pays for all messages of the cell: one that is begun is not stopped
// half-way by a limit.
func (r *run) reserve(ctx context.Context) error {
	begun := time.Now()
	sends, err := r.filled(r.cell.Sends())
	if err != nil {
		return err
	}
	tickets, err := r.dev.Reserve(ctx, sends...)
	var over *quota.OverError
	switch {
	case errors.As(err, &over):
		return &trouble{verdict.Quota, "not sent: " + over.Error(),
			"run it again when there is room; hdc-runner: --force sends it all the same, --pace-wait waits longer"}
	case err != nil:
		return err
	}
	if waited := time.Since(begun).Round(time.Second); waited > 0 {
		r.event("waited %s for room below a limit", waited)
	}
	r.tickets = tickets
	return nil
}

// push sends the next message, which is paid for.
func (r *run) push(ctx context.Context, m pushcloud.Message) *harness.Message {
	r.used++
	options := []harness.PushOption{harness.Paid(r.tickets[r.used-1])}
	if r.cell.Kind == push.KindVoIP {
		options = append(options, harness.WithOptions(pushcloud.PushOptions{TTL: voipTTL}))
	}
	return r.dev.Push(ctx, m, options...)
}
