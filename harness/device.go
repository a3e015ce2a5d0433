// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hub"
)

// Device is one device with one app on it, and, once connected, the agent in
// that app. Its methods may be called from any goroutine.
type Device struct {
	s   *Session
	drv *device.Device
	// installation is what became of Config.HAP, nil where it names none.
	installation *device.Installation

	wayTurn sync.Mutex // held while the way to the hub is made

	mu sync.Mutex
	// held is the way to the hub, and ways are all that were tried: a rule that
	// was not taken may stand.
	held *Way
	ways []Way
	// broken counts how often held was gone.
	broken int
	// gone is set while the device is away, and was waited for in vain.
	gone    bool
	started bool
	heard   bool
	// absent is why Connect heard of no agent.
	absent *AgentError
	// unlocker takes the lock screen back that SetState put up, nil if none is.
	unlocker *device.Restore
	// evidences counts how often Evidence was called.
	evidences int
	// stuck are conditions that could not be taken back.
	stuck []*device.Restore
	// switchOn is the notification switch as it was read last, nil before.
	switchOn *bool
	arrivals []Arrival
	losses   []wire.Loss
	feedErr  error
	changed  chan struct{}
	waiting  []*Message
	// sent are the messages that Push has made.
	sent []*Message

	stopFeed context.CancelFunc
	fed      chan struct{}
}

// Arrival is something that the agent was handed, as the hub journaled it.
type Arrival struct {
	wire.Arrival
	// At is ReceivedAt translated to the host's clock, Error its bound.
	At    time.Time
	Error time.Duration
	// Journaled is when the hub had it.
	Journaled time.Time
}

// Device opens the device of that connect key ("" is the one that
// Config.Target names), installs the app of Config.HAP, where one is named, and
// reads the device's profile. It starts nothing; see Connect.
func (s *Session) Device(ctx context.Context, key string) (*Device, error) {
	if key == "" {
		keys, err := s.Targets(ctx)
		if err != nil {
			return nil, err
		}
		if len(keys) > 1 {
			return nil, &TargetError{Present: keys}
		}
		key = keys[0]
	}
	installation, err := s.install(ctx, key)
	if err != nil {
		return nil, err
	}
	drv, err := device.Open(ctx, s.hdc, key, device.App{Bundle: s.cfg.Bundle, Ability: s.cfg.Ability})
	if err != nil {
		return nil, err
	}
	d := &Device{s: s, drv: drv, installation: installation, changed: make(chan struct{}), fed: make(chan struct{})}
	feedCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stopFeed = stop
	go d.feed(feedCtx)
	s.mu.Lock()
	s.devices = append(s.devices, d)
	s.mu.Unlock()
	return d, nil
}

// String names the device: its type and connect key.
func (d *Device) String() string { return d.Profile().Type + " " + d.Key() }

// GoString is String, as for Message.
func (d *Device) GoString() string { return d.String() }

// Key returns the connect key.
func (d *Device) Key() string { return d.drv.Key() }

// Config returns the run's Config.
func (d *Device) Config() Config { return d.s.cfg }

// Profile returns what the device said of itself.
func (d *Device) Profile() device.Profile { return d.drv.Profile() }

// Driver returns the device driver, for what this API does not cover.
func (d *Device) Driver() *device.Device { return d.drv }

// feed takes the device's records from the hub.
func (d *Device) feed(ctx context.Context) {
	defer close(d.fed)
	for r, err := range d.s.hub.Records(ctx) {
		if err != nil {
			d.change(func() { d.feedErr = err })
			return
		}
		if r.Label() != d.Key() || r.Run != d.s.run {
			continue
		}
		d.take(r)
	}
}

// maxKept bounds the arrivals and losses that a Device remembers; the hub's
// journal has them all.
const maxKept = 1 << 14

func (d *Device) take(r *hub.Record) {
	switch f := r.Frame.(type) {
	case *wire.Arrival:
		offset, bound := d.clock()
		a := Arrival{Arrival: *f, At: f.ReceivedAt.Add(-offset), Error: bound, Journaled: r.ReceivedAt}
		d.change(func() { d.arrivals = bounded(append(d.arrivals, a)) })
		d.offer(a)
	case *wire.Loss:
		d.change(func() { d.losses = bounded(append(d.losses, *f)) })
	}
}

// bounded drops the oldest half of what has grown too long.
func bounded[T any](list []T) []T {
	if len(list) <= maxKept {
		return list
	}
	return append(list[:0:0], list[len(list)/2:]...)
}

// change alters the state and wakes whoever waits for it.
func (d *Device) change(alter func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	alter()
	close(d.changed)
	d.changed = make(chan struct{})
}

// Changed returns a channel that is closed when the next record arrives. Take
// it before looking.
func (d *Device) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// Arrivals returns what the agent was handed so far in this run, the newest 8192
// at least.
func (d *Device) Arrivals() []Arrival {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Arrival(nil), d.arrivals...)
}

// Losses returns what the agent reported as lost.
func (d *Device) Losses() []wire.Loss {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]wire.Loss(nil), d.losses...)
}

// Agent returns the main process's agent as the hub knows it, and whether one
// has ever connected in this run.
func (d *Device) Agent() (hub.Agent, bool) { return d.s.hub.Agent(d.Key(), wire.RoleMain) }

// clock returns device clock minus host clock, and the error bound.
func (d *Device) clock() (offset, bound time.Duration) {
	a, _ := d.Agent()
	return a.ClockOffset, a.ClockError
}

// Command has the main process's agent do something and decodes its answer
// into value, which may be nil. An app that is not in the foreground may be
// suspended: the command then waits until ctx ends.
func (d *Device) Command(ctx context.Context, name string, args, value any) error {
	raw, err := d.s.hub.Command(ctx, d.Key(), wire.RoleMain, name, args)
	if err != nil {
		return fmt.Errorf("ask the agent for %s: %w", name, err)
	}
	if value == nil {
		return nil
	}
	if err := json.Unmarshal(raw, value); err != nil {
		return fmt.Errorf("read the agent's answer to %s: %w", name, err)
	}
	return nil
}

// Agentless returns why no agent is there, nil if one is, or was not waited for
// yet (see Connect).
func (d *Device) Agentless() *AgentError {
	if _, ok := d.Agent(); ok {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.absent
}

// Token waits for the Push Token that the agent reports. Where there is no
// agent, it is the one of Config.TokenFile. A refusal by the platform is a
// *wire.Failure with its code, e.g. 1000900010, and says what to do about it.
func (d *Device) Token(ctx context.Context) (push.Token, error) {
	d.mu.Lock()
	absent := d.absent
	d.mu.Unlock()
	if _, ok := d.Agent(); !ok && absent != nil {
		if d.s.cfg.TokenFile != "" {
			return ReadToken(d.s.cfg.TokenFile)
		}
		return push.Token{}, fmt.Errorf("no Push Token is known: %w", absent)
	}
	wait, cancel := context.WithTimeout(ctx, time.Duration(d.s.cfg.Connect))
	defer cancel()
	a, err := d.s.hub.WaitAgent(wait, d.Key(), wire.RoleMain, func(a hub.Agent) bool {
		return !a.Token.IsZero() || a.TokenError != nil
	})
	token, refused := a.Token, a.TokenError
	switch {
	case !token.IsZero():
		return token, nil
	case refused != nil:
		return token, noToken(refused)
	case ctx.Err() != nil:
		return token, ctx.Err()
	default:
		return token, fmt.Errorf("the agent reported no Push Token within %s: %w", time.Duration(d.s.cfg.Connect), err)
	}
}

// noToken says what a refusal of getToken means.
func noToken(refused *wire.Failure) error {
	row, known := fixtures.KitCodeOf(refused.Code)
	if !known {
		return fmt.Errorf("the app got no Push Token: %w", refused)
	}
	return fmt.Errorf("the app got no Push Token: %w: %s; %s (%s)", refused, row.Meaning, row.Advice, row.Source)
}

// Notifications returns what the app itself sees of its notifications. The
// app must be in the foreground.
func (d *Device) Notifications(ctx context.Context) ([]wire.Notification, error) {
	var list []wire.Notification
	err := d.Command(ctx, wire.CmdNotificationsActive, nil, &list)
	return list, err
}

// State reads the app's state.
func (d *Device) State(ctx context.Context) (device.State, error) { return d.drv.State(ctx) }

// endSession makes sure that the app forgets the run: a connected agent is told
// by the hub, one that is not is started with the word "end".
func (d *Device) endSession(ctx context.Context) error {
	d.mu.Lock()
	started := d.started
	d.mu.Unlock()
	if !started {
		return nil
	}
	if a, ok := d.Agent(); ok && a.Connected {
		if state, err := d.drv.State(ctx); err == nil && state.App == Foreground {
			return nil
		}
	}
	if err := d.drv.Start(ctx, map[string]string{session.ParamKey: session.ParamEnd}); err != nil {
		return fmt.Errorf("end the session in the app on %s: %w", d.Key(), err)
	}
	return nil
}

func (d *Device) disconnect(ctx context.Context) error {
	d.stopFeed()
	<-d.fed
	d.mu.Lock()
	ways := d.ways
	d.held, d.ways = nil, nil
	d.mu.Unlock()
	return RemoveWays(ctx, d.s.hdc, ways)
}
