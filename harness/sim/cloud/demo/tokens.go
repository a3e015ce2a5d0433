// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// Token is a Push Token and what always becomes of a push to it.
type Token struct {
	// Name says the fate in a word: it is fit for a file name.
	Name string
	// Bundle is the app's.
	Bundle string
	// Fate says it in a sentence.
	Fate  string
	Token push.Token
}

// everyRight lists all rights that the cloud knows of.
func everyRight() []string {
	rights := []string{"kind:extension", "kind:voip"}
	for _, category := range fixtures.ValuesOf("category") {
		rights = append(rights, "category:"+category)
	}
	for _, event := range fixtures.ValuesOf("liveview.event") {
		rights = append(rights, "kind:liveview:"+event)
	}
	return rights
}

// issue makes the tokens, each on a device of its own.
func (d *Demo) issue(ctx context.Context) error {
	for _, row := range fixtures.Receipts() {
		result, err := strconv.Atoi(row.Code)
		if err != nil {
			return fmt.Errorf("the result %q of a receipt is no number", row.Code)
		}
		name := "receipt-" + row.Code
		if sim.Receipt(result) == sim.Delivered {
			name = "delivered"
		}
		device := &null{id: name, receipt: sim.Receipt(result)}
		if _, err := d.add(ctx, Bundle, device, fmt.Sprintf("accepted; receipt %d: %s", result, row.Meaning)); err != nil {
			return err
		}
	}
	if _, err := d.add(ctx, Bundle, &null{id: "offline", offline: true}, "accepted and kept until its ttl is over; the device never comes online"); err != nil {
		return err
	}
	if _, err := d.add(ctx, PlainBundle, &null{id: "plain"}, "accepted and delivered; the app has no right: its categories become MARKETING, and kinds that need a right are refused"); err != nil {
		return err
	}
	for _, row := range fixtures.Reasons() {
		token, err := d.add(ctx, Bundle, &null{id: "refused-" + row.Code}, fmt.Sprintf("refused for %s: %s", row.Code, row.Meaning))
		if err != nil {
			return err
		}
		if err := d.RefuseToken(token, row.Code); err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) add(ctx context.Context, bundle string, device *null, fate string) (string, error) {
	token, err := d.IssueToken(ctx, sim.App{Bundle: bundle}, device)
	if err != nil {
		return "", err
	}
	d.tokens = append(d.tokens, Token{Name: device.id, Bundle: bundle, Fate: fate, Token: push.NewToken(token)})
	return token, nil
}

// null is a device that does nothing with what it gets.
type null struct {
	id      string
	receipt sim.Receipt
	offline bool
}

func (n *null) ID() string                                       { return n.id }
func (n *null) Online() bool                                     { return !n.offline }
func (n *null) Deliver(context.Context, sim.Message) sim.Receipt { return n.receipt }
