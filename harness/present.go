// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// returnEvery is how often Present looks whether a device is back.
const returnEvery = 250 * time.Millisecond

// watchWays makes the ways of the session's devices again when one of them, or
// the server, returns; it begins with the first way.
func (s *Session) watchWays(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopWatch != nil {
		return
	}
	ctx, s.stopWatch = context.WithCancel(context.WithoutCancel(ctx))
	s.watched = make(chan struct{})
	go func() {
		defer close(s.watched)
		for e := range s.hdc.Watch(ctx, 0) {
			if e.Kind == hdc.ServerFound || e.Arrived() {
				s.keepWays(ctx, e.Target.Key)
			}
		}
	}()
}

// keepWays makes the way of the device of that key again, "" for those of all.
// What cannot be made now, the next cell's Present tries.
func (s *Session) keepWays(ctx context.Context, key string) {
	s.mu.Lock()
	devices := append([]*Device(nil), s.devices...)
	s.mu.Unlock()
	for _, d := range devices {
		if key != "" && d.Key() != key {
			continue
		}
		if err := d.keepWay(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the way to the hub is broken", "key", d.Key(), "error", err)
		}
	}
}

// unwatch ends watchWays.
func (s *Session) unwatch() {
	s.mu.Lock()
	stop, watched := s.stopWatch, s.watched
	s.mu.Unlock()
	if stop != nil {
		stop()
		<-watched
	}
}

// Present makes sure that the device can be used: that it is connected, that its
// way to the hub stands, that no condition is left, and that the agent of an app
// in front has found the hub. A device that went away is waited for, for Config.Connect; one that did not
// return in that time is not waited for again until it is there.
//
// The error is that of hdc, e.g. an *hdc.TargetError, or a *device.RestoreError.
func (d *Device) Present(ctx context.Context) error {
	err := d.keepWay(ctx)
	if absent(err) && !d.isGone() {
		if err = d.awaitReturn(ctx, err); err == nil {
			err = d.keepWay(ctx)
		}
	}
	d.setGone(absent(err))
	if err == nil {
		err = d.unstick(ctx)
	}
	if err != nil {
		return err
	}
	if a, ok := d.Agent(); !ok || a.Connected {
		return nil
	}
	state, err := d.drv.State(ctx)
	if err != nil || state.App != Foreground {
		return err
	}
	return d.awaitLink(ctx, true)
}

// absent reports whether the device, or the server, is away.
func absent(err error) bool {
	var target *hdc.TargetError
	var server *hdc.ServerError
	var lost *hdc.LostError
	return errors.As(err, &target) || errors.As(err, &server) || errors.As(err, &lost)
}

// awaitReturn waits until the server lists the device as connected; away is why
// it counts as away.
func (d *Device) awaitReturn(ctx context.Context, away error) error {
	limit := time.Duration(d.s.cfg.Connect)
	d.s.log.Info("the device is away", "key", d.Key(), "wait", limit)
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for e := range d.s.hdc.Watch(wait, returnEvery) {
		if e.Target.Key == d.Key() && e.Target.State == hdc.StateConnected {
			return nil
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fmt.Errorf("waited %v for the device to return: %w", limit, away)
}

func (d *Device) isGone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.gone
}

func (d *Device) setGone(gone bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gone = gone
}
