// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/lines"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// closeLimit bounds the agent's end: who stops an app gives it seconds.
const closeLimit = 2 * time.Second

// start learns what the process is and makes the agent. An extension has no
// want, so its session is the stored one.
func (p *proc) start(spec seam.Process) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spec.Bundle != "" {
		return errors.New("the process was told twice what it is")
	}
	p.spec = spec
	p.kit = &kit{p: p}
	if spec.Behavior.Agent && spec.Role == wire.RoleExtension {
		return p.makeAgent(nil)
	}
	return nil
}

// makeAgent makes and starts the agent; p.mu is held.
func (p *proc) makeAgent(s *session.Session) error {
	a, err := agent.New(agent.Config{Dir: p.spec.Files, Role: p.spec.Role, Kit: p.kit, Session: s, Logger: slog.New(lines.NewHandler(p.kit.Log))})
	if err != nil {
		return fmt.Errorf("make the agent: %w", err)
	}
	p.agent = a
	a.Start(p.ctx)
	return nil
}

// theAgent returns the agent, or nil.
func (p *proc) theAgent() *agent.Agent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.agent
}

// useWant takes the session from a want and hands everything else that a click
// may have brought to the agent.
func (p *proc) useWant(ctx context.Context, via push.Via, want *seam.Want) error {
	if !p.spec.Behavior.Agent || want == nil {
		return nil
	}
	s, rest, err := session.FromWant(want.Parameters)
	if errors.Is(err, session.ErrWant) {
		return err
	}
	if err := p.useSession(s, err); err != nil {
		return err
	}
	if rest == nil {
		return nil
	}
	return await(ctx, p.theAgent().Click(via, rest, time.Now()))
}

// useSession starts the agent with the want's session, or hands it to the agent
// that runs. One that cannot be used is logged: the app works on.
func (p *proc) useSession(s *session.Session, trouble error) error {
	if trouble != nil && !errors.Is(trouble, session.ErrEnd) {
		p.kit.Log(slog.LevelWarn, trouble.Error())
	}
	p.mu.Lock()
	fresh := p.agent == nil
	if fresh {
		if err := p.makeAgent(s); err != nil {
			p.mu.Unlock()
			return err
		}
	}
	a := p.agent
	p.mu.Unlock()
	switch {
	case errors.Is(trouble, session.ErrEnd):
		a.EndSession()
	case s != nil && !fresh:
		a.UseSession(s)
	}
	return nil
}

func (p *proc) setStage(s lifecycle.Stage) {
	if a := p.theAgent(); a != nil {
		a.SetStage(s)
	}
}

// onMessage hands a message to the agent and returns when it is kept.
func (p *proc) onMessage(ctx context.Context, m seam.Message) error {
	via, err := push.ParseVia(m.PushType)
	if err != nil {
		return err
	}
	a := p.theAgent()
	if a == nil {
		p.log("I", "message via "+m.PushType)
		return nil
	}
	return await(ctx, a.Deliver(via, kindOf(via), m.Payload, time.Now()))
}

// kindOf is the kind that comes by a way.
func kindOf(via push.Via) push.Kind {
	switch via {
	case push.IM, push.Extension:
		return push.KindExtension
	case push.Background, push.Row:
		return push.KindBackground
	case push.VoIP, push.Call:
		return push.KindVoIP
	}
	return push.KindAlert
}

// askToken is getToken, by the agent if there is one.
func (p *proc) askToken(ctx context.Context) error {
	if a := p.theAgent(); a != nil {
		_, err := a.GetToken(ctx)
		return err
	}
	_, err := p.kit.GetToken(ctx)
	return err
}

// takeRows hands the rows that were written while the app was away to the
// agent and deletes those that it has.
func (p *proc) takeRows(ctx context.Context) error {
	a := p.theAgent()
	if a == nil || p.spec.ProxyTable == "" {
		return nil
	}
	var rows []seam.Row
	if err := p.conn.Call(ctx, seam.QueryRows, seam.Table{Name: p.spec.ProxyTable}, &rows); err != nil {
		return seam.Failure(err)
	}
	var taken []int64
	for _, r := range rows {
		payload := push.Payload{Type: r.PushType, Data: r.Message}
		if err := await(ctx, a.Deliver(push.Row, push.KindBackground, payload, time.Now())); err != nil {
			return err
		}
		taken = append(taken, r.ID)
	}
	if len(taken) == 0 {
		return nil
	}
	return seam.Failure(p.conn.Call(ctx, seam.DeleteRows, seam.Deletion{Table: p.spec.ProxyTable, IDs: taken}, nil))
}

// await returns when the delivery is with the kernel.
func await(ctx context.Context, d *agent.Delivery) error {
	select {
	case <-d.Done():
		return d.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// log writes a line to hilog.
func (p *proc) log(level, message string) {
	_ = p.conn.Notify(p.ctx, seam.WriteLog, seam.Line{Level: level, Tag: "App", Message: message})
}
