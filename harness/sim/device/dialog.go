// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Codes of Notification Kit. Source: Notification Kit, error codes.
const (
	codeNotificationInternal = 1600001
	codeNotificationDisabled = 1600004
	codeDialogOpen           = 1600013
)

// dialog is the open question whether an app may show notifications.
type dialog struct {
	owner *proc
	// reply gets the answer: nil for Allow.
	reply chan error
}

var errRefused = errors.New("the user has refused notifications")

func (q *dialog) answer(err error) { q.reply <- err }

// requestNotifications opens the dialog and returns when the user has
// answered. It asks once: after a refusal every further call is refused.
func (d *Device) requestNotifications(ctx context.Context, p *proc) error {
	d.mu.Lock()
	a := p.app
	switch {
	case a.kept.Enabled:
		d.mu.Unlock()
		return nil
	case a.kept.Asked:
		d.mu.Unlock()
		return seam.Fail(codeNotificationDisabled, "Notification disabled.")
	case d.dialog != nil:
		d.mu.Unlock()
		return seam.Fail(codeDialogOpen, "A notification dialog box is already displayed.")
	case !p.foreground:
		// It needs a loaded page; what it says without one is a claim:
		// pushservice.dialog.background.
		d.mu.Unlock()
		return seam.Fail(codeNotificationInternal, "Internal error.")
	}
	question := &dialog{owner: p, reply: make(chan error, 1)}
	d.dialog = question
	d.notify()
	d.mu.Unlock()
	select {
	case err := <-question.reply:
		if errors.Is(err, errRefused) {
			return seam.Fail(codeNotificationDisabled, "Notification disabled.")
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answerDialog is a tap on one of the buttons; d.mu is held.
func (d *Device) answerDialog(allow bool) {
	q := d.dialog
	d.dialog = nil
	d.enable(q.owner.app, allow)
	if allow {
		q.answer(nil)
		return
	}
	q.answer(errRefused)
}

// dialogVisible reports whether the dialog is on the screen: it belongs to its
// app's page; d.mu is held.
func (d *Device) dialogVisible() bool {
	return d.dialog != nil && d.dialog.owner.foreground && !d.screen.locked && d.screen.on
}

// OpaqueDialog hides the buttons of the authorisation dialog from the UI tree,
// or shows them: what a user sees and can tap stays the same.
func (d *Device) OpaqueDialog(opaque bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opaque = opaque
	d.notify()
}

// dialogTexts are the question and the labels of the buttons in the device's
// language. The wording is a claim: pushservice.dialog.text.
func (d *Device) dialogTexts(label string) (question, deny, allow string) {
	if strings.HasPrefix(d.opts.Profile.Params["persist.global.language"], "zh") {
		return "允许“" + label + "”发送通知？", "不允许", "允许"
	}
	return "Allow “" + label + "” to send notifications?", "Don't allow", "Allow"
}
