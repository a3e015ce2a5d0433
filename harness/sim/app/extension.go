// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// onReceiveMessage is what the RemoteNotificationExtensionAbility does: keep
// the message, then answer.
func (p *proc) onReceiveMessage(ctx context.Context, info seam.Info) (*seam.Content, error) {
	for _, method := range p.spec.Behavior.Calls {
		if err := p.conn.Call(ctx, method, struct{}{}, nil); err != nil {
			p.log("W", method+": "+err.Error())
		}
	}
	a := p.theAgent()
	if a == nil {
		return p.plainAnswer(ctx)
	}
	if err := await(ctx, a.Deliver(push.Extension, push.KindExtension, info.Payload, time.Now())); err != nil {
		return nil, err
	}
	answer := a.ExtensionAnswer(info.Payload)
	if answer == nil {
		return nil, nil
	}
	if err := p.wait(ctx, answer.Delay); err != nil {
		return nil, err
	}
	content := &seam.Content{SetBadgeNumber: answer.Badge}
	if answer.Title != "" {
		content.Title = &answer.Title
	}
	if answer.Text != "" {
		content.Text = &answer.Text
	}
	return content, nil
}

// plainAnswer is that of an app without agent.
func (p *proc) plainAnswer(ctx context.Context) (*seam.Content, error) {
	answer := p.spec.Behavior.Answer
	if answer == nil {
		return nil, nil
	}
	if err := p.wait(ctx, time.Duration(answer.DelayMillis)*time.Millisecond); err != nil {
		return nil, err
	}
	if answer.Fail {
		return nil, errors.New("onReceiveMessage threw")
	}
	return &answer.Content, nil
}

// wait waits on the world's clock.
func (p *proc) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	return p.conn.Call(ctx, seam.WaitOnClock, seam.Wait{Millis: d.Milliseconds()}, nil)
}

// onDestroy reports what the agent still holds, as far as time allows. What is
// not reported now the main process drains.
func (p *proc) onDestroy() error {
	a := p.theAgent()
	if a == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(p.ctx, flushLimit)
	defer cancel()
	if err := a.Flush(ctx); err != nil {
		p.log("I", "the hub was not reached in time: "+err.Error())
	}
	return nil
}

// flushLimit leaves time for the agent's end within what the system grants.
const flushLimit = time.Second
