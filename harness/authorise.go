// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

// NotificationsEnabled reports whether the app may show notifications.
func (d *Device) NotificationsEnabled(ctx context.Context) (bool, error) {
	var on bool
	if err := d.Command(ctx, wire.CmdNotificationsEnabled, nil, &on); err != nil {
		return false, err
	}
	d.mu.Lock()
	d.switchOn = &on
	d.mu.Unlock()
	return on, nil
}

// Switch returns the notification switch as NotificationsEnabled or Authorise
// found it last, and whether one of them ever did.
func (d *Device) Switch() (on, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.switchOn == nil {
		return false, false
	}
	return *d.switchOn, true
}

// Authorise makes sure that the app may show notifications: the agent asks the
// system, the system asks the user in a dialog, and the dialog is found in the
// UI tree and tapped. The app must be in the foreground. A dialog that the app
// has opened by itself, as most do when they are started first, is tapped as
// well.
//
// The error is a *device.DialogError or *device.NoMethodError that says what a
// person must do, or the platform's refusal (1600004) as a *wire.Failure.
func (d *Device) Authorise(ctx context.Context) error {
	on, err := d.NotificationsEnabled(ctx)
	if err != nil || on {
		return err
	}
	if _, err := d.drv.Method(fixtures.ActionAuthorise); err != nil {
		return err
	}
	// A notification centre that is open lies over the dialog.
	var none *device.NoMethodError
	if err := d.drv.CloseShade(ctx); err != nil && !errors.As(err, &none) {
		return err
	}
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	asked := make(chan error, 1)
	go func() { asked <- d.Command(both, wire.CmdNotificationsRequest, nil, nil) }()
	answered := make(chan error, 1)
	go func() { answered <- d.drv.AnswerDialog(both, true) }()
	select {
	case err = <-asked:
		if dialogOpen(err) {
			err = <-answered
			break
		}
		// Refused without a dialog, or answered by a person.
		cancel()
		<-answered
	case err = <-answered:
		if err != nil {
			cancel()
			<-asked
			break
		}
		if err = <-asked; dialogOpen(err) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("allow notifications: %w", err)
	}
	_, err = d.NotificationsEnabled(ctx)
	return err
}

// codeDialogOpen is what the platform says to who asks while the dialog of an
// earlier request is open. Source: Notification Kit, error codes.
const codeDialogOpen = "1600013"

func dialogOpen(err error) bool {
	var refused *wire.Failure
	return errors.As(err, &refused) && refused.Code == codeDialogOpen
}
