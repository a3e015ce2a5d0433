// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/device"
)

// restoreLimit bounds the taking back of what was changed on one device. It has
// its own: after Ctrl-C the context of what was going on has ended.
const restoreLimit = 10 * time.Second

// SetCondition brings a condition about: a bad network, a display that is off, a
// lock screen, a date. Restore.Undo takes it back; Session.Close does so in any
// case, also after Ctrl-C. In a spec, WithConditions is shorter.
//
// The errors are those of device.Device.SetCondition: a *device.ManualError or a
// *device.NotOfferedError says what a person can do, and is no failure of the
// app.
func (d *Device) SetCondition(ctx context.Context, c device.Condition) (*device.Restore, error) {
	return d.drv.SetCondition(ctx, c)
}

// WithConditions brings conditions about for the rest of a spec: cleanup is
// Ginkgo's DeferCleanup, or what does the same, and gets a function that takes
// one of them back within 10 s, whatever has become of ctx.
//
//	metro := device.Condition{Kind: device.ConditionNetwork, Value: "metro"}
//	Expect(phone.WithConditions(ctx, DeferCleanup, metro)).To(Succeed())
func (d *Device) WithConditions(ctx context.Context, cleanup func(args ...any), conditions ...device.Condition) error {
	for _, c := range conditions {
		restore, err := d.drv.SetCondition(ctx, c)
		if err != nil {
			return err
		}
		cleanup(func(ctx context.Context) error { return d.Undo(ctx, restore) })
	}
	return nil
}

// Undo takes a condition back within 10 s, also where ctx has ended. What it
// could not take back is tried again by Present, before the next cell.
func (d *Device) Undo(ctx context.Context, restore *device.Restore) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreLimit)
	defer cancel()
	err := restore.Undo(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stuck = slices.DeleteFunc(d.stuck, func(r *device.Restore) bool { return r == restore })
	if err != nil {
		d.stuck = append(d.stuck, restore)
	}
	return err
}

// unstick tries to take back what Undo could not.
func (d *Device) unstick(ctx context.Context) error {
	d.mu.Lock()
	stuck := slices.Clone(d.stuck)
	d.mu.Unlock()
	var errs []error
	for _, restore := range stuck {
		errs = append(errs, d.Undo(ctx, restore))
	}
	return errors.Join(errs...)
}

// Restore takes back what was changed on the device, as Session.Close does,
// within 10 s and also where ctx has ended. What could not be taken back is in
// the error, a *device.RestoreError each, and is tried again by the next call.
func (d *Device) Restore(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreLimit)
	defer cancel()
	err := d.drv.RestoreAll(ctx)
	if err == nil {
		d.mu.Lock()
		d.unlocker, d.stuck = nil, nil
		d.mu.Unlock()
	}
	return err
}
