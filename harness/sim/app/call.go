// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// announced is what an app reads of the payload of a call.
type announced struct {
	CallID string `json:"callId"`
	// Data is the message's extraData, by convention {"scene":"voice"}.
	Data string `json:"data"`
}

// incoming deals with a call as the guide says: report it with the id that
// came.
func (p *proc) incoming(ctx context.Context, payload push.Payload) error {
	var behavior seam.CallBehavior
	if b := p.spec.Behavior.Call; b != nil {
		behavior = *b
	}
	var call announced
	if err := json.Unmarshal([]byte(payload.Data), &call); err != nil {
		return fmt.Errorf("read the payload of a call: %w", err)
	}
	if behavior.Unreported {
		return nil
	}
	if err := p.wait(ctx, time.Duration(behavior.DelayMillis)*time.Millisecond); err != nil {
		return err
	}
	if behavior.Busy {
		return p.kit.ask(ctx, seam.ReportCallError, seam.CallFailure{CallID: call.CallID, Cause: seam.CauseBusy}, nil)
	}
	var scene struct{ Scene string }
	// Whatever else it may be is a call by voice.
	_ = json.Unmarshal([]byte(call.Data), &scene)
	in := seam.IncomingCall{CallID: call.CallID, UserName: "Pushproof", AbilityName: p.home(), State: seam.StateRinging, ShowBanner: !behavior.NoBanner}
	if scene.Scene == "video" {
		in.Type = 1
	}
	if behavior.WrongID {
		in.CallID += "-other"
	}
	var reason int
	if err := p.kit.ask(ctx, seam.ReportIncomingCall, in, &reason); err != nil {
		return err
	}
	if reason != seam.ReasonNone {
		return fmt.Errorf("the call was not taken: ErrorReason %d", reason)
	}
	return nil
}

// onCallEvent does what the user wants, and hands it to the agent.
func (p *proc) onCallEvent(ctx context.Context, e seam.CallEvent) error {
	if a := p.theAgent(); a != nil {
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write a call's event: %w", err)
		}
		if err := await(ctx, a.Deliver(push.Call, push.KindVoIP, push.Payload{Type: "VoIP", Data: string(data)}, time.Now())); err != nil {
			return err
		}
	}
	states := []int{seam.StateDisconnected}
	if e.Event == seam.EventVoiceAnswer || e.Event == seam.EventVideoAnswer {
		states = []int{seam.StateAnswered, seam.StateActive}
	}
	for _, state := range states {
		if err := p.kit.ask(ctx, seam.ReportCallState, seam.CallChange{CallID: e.CallID, State: state}, nil); err != nil {
			return err
		}
	}
	return nil
}

// home is the ability that answers calls: the one that was created first.
func (p *proc) home() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ability
}
