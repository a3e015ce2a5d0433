// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// Agent is what the hub knows of a label's process of one role: its newest one,
// after restarts.
type Agent struct {
	Run   string
	Label string
	// Hello is of the newest link, without its proof. After a restart of the hub
	// it is that of the journal until the agent is back.
	Hello wire.Hello
	// Connected reports whether a link is open. A suspended agent is connected.
	Connected bool
	// Links is how many are open; for a moment after a restart of the app the
	// former one's may be among them.
	Links int
	// Since is when the newest link was opened.
	Since time.Time
	// LastHeard is when the agent last sent anything.
	LastHeard time.Time
	// Asked is when the heartbeat was sent that it has not answered yet, zero if
	// there is none. An old one means that the agent is suspended.
	Asked time.Time
	// Heartbeats is how many it has answered on the newest link.
	Heartbeats uint64
	// ClockKnown is set once a heartbeat was answered. The device's clock is
	// then ahead of the host's by ClockOffset, give or take ClockError.
	ClockKnown              bool
	ClockOffset, ClockError time.Duration
	// Token is the Push Token that it reported last, zero if none; TokenError is
	// set if the platform refused one. Both are in memory only.
	Token      push.Token
	TokenError *wire.Failure
	// Stage is the lifecycle stage that its last arrival named, "" before one.
	Stage string
	// Ended is why its last link ended, "" while one is open.
	Ended string
}

// slot names a process: a label's of one role in a run.
type slot struct {
	run, label string
	role       wire.Role
}

// agent is the roster's own record of a slot.
type agent struct {
	info  Agent
	links []*link // open, the newest last
	clock offset
}

// roster knows the agents. It is told by links and asked by the harness.
type roster struct {
	mu      sync.Mutex
	agents  map[slot]*agent
	changed chan struct{}
}

func (r *roster) init() {
	r.agents = make(map[slot]*agent)
	r.changed = make(chan struct{})
}

// notify tells who waits; r.mu is held.
func (r *roster) notify() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// at returns the slot's agent; r.mu is held.
func (r *roster) at(run string, hello *wire.Hello) *agent {
	key := slot{run, hello.Label, hello.Role}
	a := r.agents[key]
	if a == nil {
		a = &agent{info: Agent{Run: run, Label: hello.Label}}
		r.agents[key] = a
	}
	return a
}

// recall takes an agent from the journal of a former hub.
func (r *roster) recall(who *identity) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at(who.Run, &who.Hello).info.Hello = who.Hello
}

func (r *roster) join(l *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.at(l.run, &l.hello)
	if a.info.Hello.Device.BootID != l.hello.Device.BootID {
		a.clock = offset{} // another boot, another clock
	}
	a.info.Hello, a.info.Since, a.info.Ended = l.hello, time.Now(), ""
	a.links = append(a.links, l)
	l.agent = a
	r.notify()
}

func (r *roster) leave(l *link, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := l.agent
	a.links = slices.DeleteFunc(a.links, func(other *link) bool { return other == l })
	a.info.LastHeard = time.Unix(0, l.heard.Load())
	if len(a.links) == 0 && a.info.Ended == "" {
		a.info.Ended = why
	}
	r.notify()
}

func (r *roster) goodbye(l *link, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := l.agent; len(a.links) == 1 && a.links[0] == l {
		a.info.Ended = reason
	}
}

func (r *roster) token(l *link, t *wire.Token) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.agent.info.Token, l.agent.info.TokenError = push.NewToken(t.Value), t.Error
	r.notify()
}

// tokenOf returns the token that the link's process, or else its label's main
// process, reported.
func (r *roster) tokenOf(l *link) push.Token {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := l.agent.info.Token; !t.IsZero() || l.hello.Role == wire.RoleMain {
		return t
	}
	if a := r.agents[slot{l.run, l.hello.Label, wire.RoleMain}]; a != nil {
		return a.info.Token
	}
	return push.Token{}
}

func (r *roster) clock(l *link, s offset) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.agent.clock = l.agent.clock.better(s)
	r.notify()
}

// arrived notes what a record says of its agent's stage.
func (r *roster) arrived(l *link, rec *Record) {
	if a, ok := rec.Frame.(*wire.Arrival); ok && a.Origin.Role == l.hello.Role {
		r.mu.Lock()
		if l.agent.info.Stage != a.Stage {
			l.agent.info.Stage = a.Stage
			r.notify()
		}
		r.mu.Unlock()
	}
}

// snapshot returns what is known of an agent; r.mu is held.
func (a *agent) snapshot() Agent {
	info := a.info
	info.Links = len(a.links)
	info.Connected = info.Links > 0
	info.ClockKnown, info.ClockOffset, info.ClockError = a.clock.known, a.clock.ahead, a.clock.bound
	if info.Connected {
		newest := a.links[len(a.links)-1]
		info.LastHeard = time.Unix(0, newest.heard.Load())
		newest.beat.mu.Lock()
		info.Asked, info.Heartbeats = newest.beat.sent, newest.beat.answered
		newest.beat.mu.Unlock()
	}
	return info
}

// Agents returns what the hub knows of every agent that it has heard of, by
// run, label and role.
func (h *Hub) Agents() []Agent {
	h.roster.mu.Lock()
	defer h.roster.mu.Unlock()
	all := make([]Agent, 0, len(h.roster.agents))
	for _, a := range h.roster.agents {
		all = append(all, a.snapshot())
	}
	slices.SortFunc(all, func(a, b Agent) int { return slices.Compare(a.order(), b.order()) })
	return all
}

func (a Agent) order() []string { return []string{a.Run, a.Label, string(a.Hello.Role)} }

// Agent returns what the hub knows of a label's process of that role.
func (h *Hub) Agent(label string, role wire.Role) (Agent, bool) {
	h.roster.mu.Lock()
	defer h.roster.mu.Unlock()
	a := h.roster.newest(label, role)
	if a == nil {
		return Agent{}, false
	}
	return a.snapshot(), true
}

// newest returns the slot's agent; if several runs use the label, the one that
// connected last. r.mu is held.
func (r *roster) newest(label string, role wire.Role) (found *agent) {
	for key, a := range r.agents {
		if key.label == label && key.role == role && (found == nil || a.info.Since.After(found.info.Since)) {
			found = a
		}
	}
	return found
}

// Changed returns a channel that is closed when the next thing is learnt of any
// agent: it came, went, sent a token, changed its stage or answered a heartbeat. Take it before
// looking.
func (h *Hub) Changed() <-chan struct{} {
	h.roster.mu.Lock()
	defer h.roster.mu.Unlock()
	return h.roster.changed
}

// WaitAgent waits until a label's process of that role is as ok wants it. The
// error is *NoAgentError when ctx ends first.
func (h *Hub) WaitAgent(ctx context.Context, label string, role wire.Role, ok func(Agent) bool) (Agent, error) {
	for {
		changed := h.Changed()
		a, known := h.Agent(label, role)
		if known && ok(a) {
			return a, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return a, h.noAgent(label, role, ctx.Err())
		case <-h.closing:
			return a, h.noAgent(label, role, ErrClosed)
		}
	}
}
