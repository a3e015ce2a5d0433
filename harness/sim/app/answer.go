// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"

	"github.com/sourcegraph/jsonrpc2"
	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// answer does what was asked and returns the result and what is to happen
// behind it.
func (p *proc) answer(ctx context.Context, req *jsonrpc2.Request) (result any, after func(), err error) {
	if req.Method == seam.Start {
		var spec seam.Process
		if err := params(req, &spec); err != nil {
			return nil, nil, err
		}
		return nil, nil, p.start(spec)
	}
	p.mu.Lock()
	started := p.spec.Bundle != ""
	p.mu.Unlock()
	if !started {
		return nil, nil, errNotStarted
	}
	switch req.Method {
	case seam.OnCreate, seam.OnNewWant, seam.OnForeground, seam.OnBackground:
		var ability seam.Ability
		if err := params(req, &ability); err != nil {
			return nil, nil, err
		}
		return p.lifecycle(ctx, req.Method, ability)
	case seam.OnMessage:
		var m seam.Message
		if err := params(req, &m); err != nil {
			return nil, nil, err
		}
		err = p.onMessage(ctx, m)
		if m.PushType != push.VoIP.String() {
			return nil, nil, err
		}
		// A callback cannot wait: the call is reported behind it.
		return nil, func() {
			if err := p.incoming(p.ctx, m.Payload); err != nil {
				p.log("W", "incoming call: "+err.Error())
			}
		}, err
	case seam.OnTokenUpdate:
		var t seam.Token
		if err := params(req, &t); err != nil {
			return nil, nil, err
		}
		if a := p.theAgent(); a != nil {
			a.TokenChanged(push.NewToken(t.Value), nil)
		}
		return nil, nil, nil
	case seam.OnCallEvent:
		var e seam.CallEvent
		if err := params(req, &e); err != nil {
			return nil, nil, err
		}
		return nil, func() {
			if err := p.onCallEvent(p.ctx, e); err != nil {
				p.log("W", "call: "+err.Error())
			}
		}, nil
	case seam.OnReceiveMessage:
		var info seam.Info
		if err := params(req, &info); err != nil {
			return nil, nil, err
		}
		result, err = p.onReceiveMessage(ctx, info)
		return result, nil, err
	case seam.OnAddForm:
		var want seam.Want
		if err := params(req, &want); err != nil {
			return nil, nil, err
		}
		result, err = p.onAddForm(want)
		return result, nil, err
	case seam.OnRemoveForm:
		return nil, nil, nil
	case seam.OnDestroy:
		return nil, p.cancel, p.onDestroy()
	}
	return nil, nil, seam.Fail(jsonrpc2.CodeMethodNotFound, "the simulated app has no "+req.Method)
}

// params reads a request's parameters.
func params(req *jsonrpc2.Request, into any) error {
	if req.Params == nil {
		return seam.Fail(jsonrpc2.CodeInvalidParams, req.Method+" needs parameters")
	}
	if err := json.Unmarshal(*req.Params, into); err != nil {
		return seam.Fail(jsonrpc2.CodeInvalidParams, req.Method+": "+err.Error())
	}
	return nil
}

// lifecycle is what a UIAbility does in its callbacks.
func (p *proc) lifecycle(ctx context.Context, method string, ability seam.Ability) (any, func(), error) {
	switch method {
	case seam.OnCreate:
		p.mu.Lock()
		if p.ability == "" {
			p.ability = ability.Name
		}
		p.mu.Unlock()
		if !p.spec.Behavior.RegisterLate {
			if err := p.register(ctx); err != nil {
				return nil, nil, err
			}
		}
		p.setStage(lifecycle.StageAlive)
		return nil, nil, p.useWant(ctx, push.OnCreate, ability.Want)
	case seam.OnNewWant:
		return nil, nil, p.useWant(ctx, push.OnNewWant, ability.Want)
	case seam.OnForeground:
		p.setStage(lifecycle.StageFocused)
		return nil, p.inFront, nil
	}
	p.setStage(lifecycle.StageAlive)
	return nil, nil, nil
}

// register registers for every type of message, in onCreate and before
// anything is awaited. A type that is taken stays with its first owner.
func (p *proc) register(ctx context.Context) error {
	p.mu.Lock()
	done := p.registered
	p.registered = true
	p.mu.Unlock()
	if done {
		return nil
	}
	for _, via := range []push.Via{push.Default, push.IM, push.Background, push.VoIP} {
		if contains(p.spec.Behavior.Unregistered, via.String()) {
			continue
		}
		if err := p.conn.Call(ctx, seam.ReceiveMessage, seam.Registration{PushType: via.String()}, nil); err != nil {
			return err
		}
	}
	if err := p.conn.Call(ctx, seam.On, seam.Event{Type: "tokenUpdate"}, nil); err != nil {
		return err
	}
	if twice := p.spec.Behavior.RegisterTwice; twice != "" {
		if err := p.conn.Call(ctx, seam.ReceiveMessage, seam.Registration{PushType: twice}, nil); err != nil {
			p.log("W", "receiveMessage("+twice+"): "+seam.Failure(err).Error())
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// inFront is what the app does each time it comes to the foreground: ask for
// its token, as Push Kit advises, and fetch the rows that were written for it
// meanwhile. It runs behind onForeground, which must not wait for the network.
func (p *proc) inFront() {
	if p.spec.Behavior.AskNotifications && p.begin() {
		go func() {
			defer p.work.Done()
			if err := p.kit.RequestNotifications(p.ctx); err != nil {
				p.log("W", "requestEnableNotification: "+err.Error())
			}
		}()
	}
	if p.spec.Behavior.ClearBadge {
		if err := p.conn.Call(p.ctx, seam.SetBadge, seam.Badge{}, nil); err != nil {
			p.log("W", "setBadgeNumber: "+err.Error())
		}
	}
	if p.spec.Behavior.NoToken {
		return
	}
	if err := p.askToken(p.ctx); err != nil {
		p.log("W", "getToken: "+err.Error())
	}
	if p.spec.Behavior.RegisterLate {
		if err := p.register(p.ctx); err != nil {
			p.log("E", "receiveMessage: "+err.Error())
		}
	}
	if err := p.takeRows(p.ctx); err != nil {
		p.log("W", "rows: "+err.Error())
	}
}
