// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Ended is how a main process came to its end. Force-stop and a swipe out of
// the recent apps are states of their own for whoever reads State; a push meets
// an app that was ended in either way as it meets one whose process died: claim
// device.stop.delivery.
type Ended string

// How a process ends.
const (
	// EndedDied is the death of the process: it ended itself, crashed, was
	// killed by `devicedebug kill -9`, or as frozen.
	EndedDied Ended = "died"
	// EndedForceStop is `aa force-stop`, and the stop before an installation.
	EndedForceStop Ended = "force-stop"
	// EndedSwipedAway is a swipe out of the recent apps.
	EndedSwipedAway Ended = "swiped-away"
)

// SwipeAway is a swipe of the app out of the list of recent apps, by the
// device's user. It returns when the app's main process is gone; an extension
// that is running runs on. The abilities are told by onDestroy: claim
// device.recents.destroy. The error says that the app is not installed or not
// among the recent apps, that the screen is locked, or is that of ctx.
func (d *Device) SwipeAway(ctx context.Context, bundle string) error {
	if err := d.swipeAway(ctx, bundle); err != nil {
		return fmt.Errorf("swipe %s out of the recent apps: %w", bundle, err)
	}
	return nil
}

func (d *Device) swipeAway(ctx context.Context, bundle string) error {
	if err := d.life.enter(ctx); err != nil {
		return err
	}
	defer d.life.leave()
	d.mu.Lock()
	a := d.find(bundle)
	var err error
	switch {
	case a == nil:
		err = errNotInstalled
	case d.screen.locked || !d.screen.on:
		err = errLocked
	case a.main == nil || len(a.main.created) == 0:
		err = errNotRecent
	}
	if err != nil {
		d.mu.Unlock()
		return err
	}
	p := a.main
	d.screen.shade = false
	var jobs []*job
	if d.front == a {
		jobs = append(jobs, d.retreat(a))
	}
	p.ending = EndedSwipedAway
	jobs = append(jobs, p.post(seam.OnDestroy, nil, nil))
	d.mu.Unlock()
	for _, j := range jobs {
		if err := d.attempt(ctx, j); err != nil {
			return err
		}
	}
	p.kill()
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
