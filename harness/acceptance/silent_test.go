// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/world"
)

func TestStaySilent(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	s := newStage(t, world.Options{Cloud: func(o *cloud.Options) {
		o.Delivering = func(ctx context.Context, m sim.Message) {
			if strings.Contains(string(m.Payload), "held back") {
				select {
				case <-held:
				case <-ctx.Done():
				}
			}
		}
	}}, nil)
	ctx := t.Context()
	var failure string
	g := gomega.NewGomega(func(message string, _ ...int) { failure = message })
	off := s.phone.Push(ctx, pushcloud.Alert{Title: "off {{nonce}}", Body: "b"})
	g.Eventually(ctx, off).Should(harness.StaySilent(), "notifications are off after the installation")
	if failure != "" {
		t.Fatal(failure)
	}
	if err := s.phone.Authorise(ctx); err != nil {
		t.Fatal(err)
	}

	// One that is still on its way is not silent yet, and is seen when it comes.
	late := s.phone.Push(ctx, pushcloud.Alert{Title: "late {{nonce}}", Body: "held back"})
	if ok, err := harness.StaySilent().Match(late); ok || err != nil {
		t.Errorf("Match of a message on its way = %v, %v", ok, err)
	}
	close(held)
	g.Eventually(ctx, late).Should(harness.BeShown())
	if failure != "" {
		t.Fatal(failure)
	}
	g.Eventually(ctx, late).Should(harness.StaySilent())
	if !strings.Contains(failure, "but should not have") {
		t.Errorf("a message that is shown was silent: %q", failure)
	}

	// What a tap brings is an arrival.
	failure = ""
	clicked := s.phone.Push(ctx, pushcloud.Alert{
		Title: "tap {{nonce}}", Body: "b", ClickAction: pushcloud.ClickAction{Data: map[string]any{"_pp": "{{nonce}}"}},
	})
	g.Eventually(ctx, clicked).Should(harness.BeShown())
	if err := s.phone.Tap(ctx, clicked); err != nil {
		t.Fatal(err)
	}
	g.Eventually(ctx, clicked).Should(harness.ArriveVia(push.OnNewWant))
	if failure != "" {
		t.Error(failure)
	}
	if err := s.phone.Tap(ctx, s.phone.Push(ctx, pushcloud.Background{ExtraData: "{}"})); err == nil || !strings.Contains(err.Error(), "wait for BeShown first") {
		t.Errorf("Tap of what is not shown = %v", err)
	}
}
