// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// findCard looks for a card of the app: no command puts one on a desktop.
func (r *run) findCard(ctx context.Context) error {
	if r.cell.Kind != push.KindForm {
		return nil
	}
	cards, err := r.dev.Driver().Forms(ctx, r.dev.Config().Bundle)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		return &trouble{verdict.Inconclusive, "the app has no card on the desktop", "put its card on the first page of the desktop by hand, then run again"}
	}
	r.card = cards[0]
	r.event("the card is %s %s", r.card.Name, r.card.ID)
	return nil
}

// filled fills the card in where a message leaves it open.
func (r *run) filled(messages []pushcloud.Message) ([]pushcloud.Message, error) {
	for i, m := range messages {
		form, ok := m.(pushcloud.FormUpdate)
		if !ok {
			continue
		}
		if form.FormID == 0 {
			id, err := strconv.ParseInt(r.card.ID, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("read the id of a card: %w", err)
			}
			form.FormID = id
		}
		form.FormName, form.ModuleName, form.AbilityName = r.card.Name, r.card.Module, r.card.Ability
		form.FormData = map[string]any{r.dev.Config().FormKey: "Pushproof {{nonce}}"}
		messages[i] = form
	}
	return messages, nil
}

// lookAtCard looks at the desktop, where the app or the lock screen has hidden
// it until now.
func (r *run) lookAtCard(ctx context.Context) error {
	if r.proved() || !wanted(r.cell.Proof, verdict.Tree) {
		return nil
	}
	if err := r.dev.SetState(ctx, harness.Background); err != nil {
		return err
	}
	r.event("the desktop is in front")
	err := r.await(ctx, func(ctx context.Context) bool { return r.ask(ctx, verdict.Tree).Answer != verdict.Waiting })
	if errors.Is(err, errTime) {
		r.msg.Close(verdict.Tree, r.arriveText())
		return nil
	}
	return err
}
