// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// Callback is a receipt configuration of a project. It holds a key: do not
// print it.
type Callback struct {
	// ID is what pushOptions.receiptId says to choose it.
	ID string
	// Bundle makes it that of one app; "" means the whole project.
	Bundle string
	callback.Config
}

// CallbackState says what became of the receipts of one configuration.
type CallbackState struct {
	ID     string `json:"id,omitempty"`
	Bundle string `json:"bundle,omitempty"`
	callback.State
}

type caller struct {
	Callback
	poster *callback.Poster
}

// enrolCallbacks makes a poster for each receipt configuration.
func (c *Cloud) enrolCallbacks() error {
	for _, p := range c.projects {
		ids := map[string]bool{}
		for _, b := range p.Callbacks {
			if _, ours := p.apps[b.Bundle]; b.Bundle != "" && !ours {
				return fmt.Errorf("project %s: the receipts of bundle %q, which it does not have", p.ID, b.Bundle)
			}
			if b.ID != "" && ids[b.ID] {
				return fmt.Errorf("project %s: receipt id %q is there twice", p.ID, b.ID)
			}
			ids[b.ID] = true
			poster, err := callback.New(b.Config, c.clock, c.log)
			if err != nil {
				return fmt.Errorf("project %s: %w", p.ID, err)
			}
			p.callers = append(p.callers, &caller{b, poster})
		}
	}
	return nil
}

// callerFor chooses where an app's receipt goes: to the configuration that
// receiptId names, else to the app's own, else to the project's (claim
// cloud.receipt-choice). Of several on one level the first counts.
func (p *project) callerFor(bundle, receiptID string) *caller {
	var ofApp, ofProject *caller
	for _, to := range p.callers {
		switch {
		case to.Bundle != "" && to.Bundle != bundle:
		case receiptID != "" && to.ID == receiptID:
			return to
		case to.Bundle == bundle && ofApp == nil:
			ofApp = to
		case to.Bundle == "" && ofProject == nil:
			ofProject = to
		}
	}
	if ofApp != nil {
		return ofApp
	}
	return ofProject
}

// report queues the receipt of a settled parcel for its poster. It does not
// wait: the cloud's lock is held.
func (c *Cloud) report(p *parcel, d Delivery) {
	if p.rec.generation != c.generation {
		return
	}
	to := p.reg.project.callerFor(p.reg.app.Bundle, p.rec.receiptID)
	if to == nil {
		return
	}
	to.poster.Add(callback.Status{
		Token: push.NewToken(p.message.Token), PushType: p.message.PushType, Bundle: p.reg.app.Bundle,
		BiTag: p.message.BiTag, RequestID: p.message.RequestID, Result: int(*d.Receipt), FormID: formID(p.message), At: d.At,
	})
}

// formID returns the card's id of a form message; other kinds have none.
func formID(m sim.Message) int64 {
	if m.PushType != push.KindForm.PushType() {
		return 0
	}
	var payload struct {
		FormID int64 `json:"formId"`
	}
	// What was accepted can be read.
	_ = json.Unmarshal(m.Payload, &payload)
	return payload.FormID
}

func (c *Cloud) callers() []*caller {
	var all []*caller
	for _, p := range c.options.Projects {
		all = append(all, c.projects[p.ID].callers...)
	}
	return all
}

// Callbacks says what became of the receipts, by configuration, in the order
// of Options.
func (c *Cloud) Callbacks() []CallbackState {
	all := []CallbackState{}
	for _, to := range c.callers() {
		all = append(all, CallbackState{to.ID, to.Bundle, to.poster.State()})
	}
	return all
}

// ReceiptsPosted waits until no receipt waits to be posted. Receipts that were
// lost count as done: Callbacks tells of them.
func (c *Cloud) ReceiptsPosted(ctx context.Context) error {
	for _, to := range c.callers() {
		if _, err := to.poster.Wait(ctx, func(s callback.State) bool { return s.Waiting == 0 }); err != nil {
			return err
		}
	}
	return nil
}
