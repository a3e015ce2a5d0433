// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/fixtures"
)

// Speeds of the swipes, in pixels per second. Sources: see fixtures.Methods.
const (
	shadeSpeed  = 8000
	unlockSpeed = 6000
)

// Home presses the Home key, which sends the app in front into the background.
// Await tells when it is there.
func (d *Device) Home(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionBackground); err != nil {
		return err
	}
	if err := d.input(ctx, "press Home", "uitest.key", map[string]string{"key": "Home"}); err != nil {
		return err
	}
	d.setShade(false)
	return nil
}

// Wake turns the display on. (Claim device.wake.shell.)
func (d *Device) Wake(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionWake); err != nil {
		return err
	}
	text, err := d.do(ctx, "power.wakeup", nil)
	if err != nil {
		return fmt.Errorf("wake the display: %w", err)
	}
	if !answered("power.wakeup", text, nil) {
		return newOutputError("wake the display", "power-shell wakeup", text, nil)
	}
	return nil
}

// OpenShade opens the notification centre over whatever is in front, whose
// state it does not change (claim device.shade.state). CloseShade closes it.
// (Claim device.shade.swipe.)
func (d *Device) OpenShade(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionOpenShade); err != nil {
		return err
	}
	s, err := d.screenSize(ctx)
	if err != nil {
		return err
	}
	x := s.Left + s.Width()/4
	if err := d.swipe(ctx, "open the notification centre",
		Point{x, s.Top + 10}, Point{x, s.Top + s.Height()/2}, shadeSpeed); err != nil {
		return err
	}
	d.setShade(true)
	return nil
}

// CloseShade closes the notification centre by the Back key, if OpenShade
// opened it and no click or Home has closed it since: the key would reach the
// app otherwise. (Claim device.shade.back.)
func (d *Device) CloseShade(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionCloseShade); err != nil {
		return err
	}
	if !d.shadeOpen() {
		return nil
	}
	if err := d.input(ctx, "close the notification centre", "uitest.key", map[string]string{"key": "Back"}); err != nil {
		return err
	}
	d.setShade(false)
	return nil
}

// swipe swipes at a speed in pixels per second.
func (d *Device) swipe(ctx context.Context, doing string, from, to Point, speed int) error {
	return d.input(ctx, doing, "uitest.swipe", map[string]string{
		"fromX": strconv.Itoa(from.X), "fromY": strconv.Itoa(from.Y),
		"toX": strconv.Itoa(to.X), "toY": strconv.Itoa(to.Y), "speed": strconv.Itoa(speed),
	})
}

// input injects an input event. uitest says "No Error" on success, also for a
// point outside the display.
func (d *Device) input(ctx context.Context, doing, name string, args map[string]string) error {
	text, err := d.uitest(ctx, name, args)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if !answered(name, text, args) {
		return newOutputError(doing, "uitest uiInput", text, nil)
	}
	return nil
}

// uitest runs one uitest command when no other one runs.
func (d *Device) uitest(ctx context.Context, name string, args map[string]string) (string, error) {
	select {
	case <-d.ui:
		defer func() { d.ui <- struct{}{} }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait for another UI command of this device: %w", context.Cause(ctx))
	}
	text, exit, err := d.doStatus(ctx, name, args)
	if err == nil && exit != 0 {
		err = newOutputError(fmt.Sprintf("run uitest (exit status %d)", exit), "uitest "+rowOf(name).Command[1], text, nil)
	}
	return text, err
}

func (d *Device) setShade(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shade = open
}

func (d *Device) shadeOpen() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shade
}
