// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

var (
	errNotInstalled = errors.New("the app is not installed")
	errNoAbility    = errors.New("the app has no such ability")
	errLocked       = errors.New("the screen is locked")
	errNotRecent    = errors.New("it is not among the recent apps")
)

// bringForward starts the ability with the want, or hands the want to it if it
// lives, and brings it to the front. It returns when the app has answered
// onForeground. cold reports whether a process was started.
func (d *Device) bringForward(ctx context.Context, bundle, ability string, want seam.Want) (cold bool, err error) {
	if err := d.life.enter(ctx); err != nil {
		return false, err
	}
	defer d.life.leave()
	d.mu.Lock()
	a := d.find(bundle)
	switch {
	case a == nil:
		err = errNotInstalled
	case a.spec.ability(ability) == nil:
		err = errNoAbility
	case d.screen.locked:
		err = errLocked
	}
	if err != nil {
		d.mu.Unlock()
		return false, err
	}
	var retreat *job
	if d.front != nil && d.front != a {
		retreat = d.retreat(d.front)
	}
	d.screen.shade = false
	p := a.main
	d.mu.Unlock()
	if err := d.attempt(ctx, retreat); err != nil {
		return false, err
	}
	if p == nil || p.gone() {
		if p, err = d.launch(a, wire.RoleMain); err != nil {
			return true, err
		}
		cold = true
	}
	return cold, d.enterAbility(ctx, p, ability, want)
}

// enterAbility walks the process's ability through its lifecycle; d.life is
// held.
func (d *Device) enterAbility(ctx context.Context, p *proc, ability string, want seam.Want) error {
	want.BundleName, want.AbilityName = p.app.spec.Bundle, ability
	d.mu.Lock()
	var leave *job
	if p.foreground && p.top != ability {
		leave = p.post(seam.OnBackground, seam.Ability{Name: p.top}, nil)
		p.foreground = false
	}
	var arrive *job
	if slices.ContainsFunc(p.created, func(c createdAbility) bool { return c.name == ability }) {
		arrive = p.post(seam.OnNewWant, seam.Ability{Name: ability, Want: &want}, nil)
	} else {
		arrive = p.create(ability, want)
	}
	d.mu.Unlock()
	if err := d.settle(ctx, leave, arrive); err != nil {
		return err
	}
	d.mu.Lock()
	var show *job
	if !p.foreground && !p.dead {
		p.foreground, p.top = true, ability
		d.front = p.app
		show = p.post(seam.OnForeground, seam.Ability{Name: ability}, nil)
	}
	d.notify()
	d.mu.Unlock()
	return d.settle(ctx, show)
}

// create makes an ability in the process; d.mu is held.
func (p *proc) create(ability string, want seam.Want) *job {
	d := p.d
	d.ids.mission++
	d.ids.record++
	p.created = append(p.created, createdAbility{ability, d.ids.mission, d.ids.record, d.now()})
	return p.post(seam.OnCreate, seam.Ability{Name: ability, Want: &want}, nil)
}

// settle waits for jobs. The app's own failure is the app's affair: only a
// process that is gone, or a ctx that has ended, is an error.
func (d *Device) settle(ctx context.Context, jobs ...*job) error {
	for _, j := range jobs {
		if j == nil {
			continue
		}
		if err := j.wait(ctx); errors.Is(err, errDied) || errors.Is(err, errFrozen) || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", j.method, err)
		}
	}
	return nil
}

// attempt waits for a job whose failure is nobody's concern: an app that dies
// on its way into the background is gone from the front all the same.
func (d *Device) attempt(ctx context.Context, j *job) error {
	if err := d.settle(ctx, j); err != nil && ctx.Err() != nil {
		return err
	}
	return nil
}

// retreat takes an app from the front; d.mu is held. The launcher is in front
// then.
func (d *Device) retreat(a *app) *job {
	d.front = nil
	p := a.main
	p.foreground = false
	j := p.post(seam.OnBackground, seam.Ability{Name: p.top}, nil)
	d.goRun(func() {
		<-j.done
		d.mu.Lock()
		defer d.mu.Unlock()
		p.rest()
	})
	d.notify()
	return j
}

// home brings the launcher to the front and returns when the app has answered
// onBackground.
func (d *Device) home(ctx context.Context) error {
	if err := d.life.enter(ctx); err != nil {
		return err
	}
	defer d.life.leave()
	d.mu.Lock()
	d.screen.shade = false
	var j *job
	var p *proc
	if d.front != nil {
		p = d.front.main
		j = d.retreat(d.front)
	}
	d.notify()
	d.mu.Unlock()
	err := d.attempt(ctx, j)
	if p != nil {
		// Whoever looks next finds it suspended already, if it is to be at once.
		d.mu.Lock()
		defer d.mu.Unlock()
		p.rest()
	}
	return err
}

// stop ends every process of the app, as aa force-stop does, or a device that
// clears or replaces it. It does not wait
// for its turn in the lifecycle: a frozen app holds that.
func (d *Device) stop(bundle string) {
	d.mu.Lock()
	var procs []*proc
	if a := d.find(bundle); a != nil {
		procs = append(procs, a.extensions...)
		if a.main != nil {
			a.main.ending = EndedForceStop
			procs = append(procs, a.main)
		}
	}
	d.mu.Unlock()
	for _, p := range procs {
		p.kill()
		<-p.done
	}
}

func (p *proc) gone() bool {
	p.d.mu.Lock()
	defer p.d.mu.Unlock()
	return p.dead
}
