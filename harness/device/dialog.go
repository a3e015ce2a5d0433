// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// dialogBundle is the app whose dialog asks for notifications. Source:
// OpenHarmony source of distributed_notification_service.
const dialogBundle = "com.ohos.notificationdialog"

// The texts of its buttons, by language (claim device.dialog.tree). The
// apostrophe differs between versions.
var (
	allowTexts = []string{"允许", "Allow"}
	denyTexts  = []string{"不允许", "Don't allow", "Don’t allow"}
)

// DialogProblem says what became of the dialog.
type DialogProblem string

// The problems.
const (
	// DialogAbsent: it is not in the UI tree.
	DialogAbsent DialogProblem = "absent"
	// DialogOpaque: it is there, and the UI tree shows no button of it.
	DialogOpaque DialogProblem = "opaque"
	// DialogStays: the button was tapped, and the dialog is still there.
	DialogStays DialogProblem = "stays"
)

// DialogError says that the dialog could not be answered. It is no fault of
// the app: a person can do it.
type DialogError struct {
	Key, Bundle string
	Problem     DialogProblem
	Err         error
}

// Error implements error.
func (e *DialogError) Error() string {
	what := map[DialogProblem]string{
		DialogAbsent: "it is not on the display (it appears once after an install; after a refusal it never comes back)",
		DialogOpaque: "it is on the display, but the UI tree shows none of its buttons",
		DialogStays:  "its button was tapped, and it is still on the display",
	}[e.Problem]
	return fmt.Sprintf("answer the dialog that asks for notifications on %s: %s: %v; "+
		"allow them by hand: tap the dialog's button, or open Settings > Notifications > %s on the device; then run again",
		e.Key, what, e.Err, e.Bundle)
}

// Unwrap returns the cause.
func (e *DialogError) Unwrap() error { return e.Err }

// AnswerDialog waits for the dialog that asks whether the app may show
// notifications (at most 5 s), taps Allow or Don't allow, and returns when the
// dialog is gone. The app itself must have asked. The error is a *DialogError
// where a person has to do it, or a *NoMethodError.
func (d *Device) AnswerDialog(ctx context.Context, allow bool) error {
	if _, err := d.Method(fixtures.ActionAuthorise); err != nil {
		return err
	}
	texts := denyTexts
	if allow {
		texts = allowTexts
	}
	tap, err := d.findDialog(ctx, texts)
	if err != nil {
		return err
	}
	if err := d.click(ctx, tap); err != nil {
		return fmt.Errorf("answer the dialog that asks for notifications: %w", err)
	}
	return d.pollDialog(ctx, DialogStays, func(l *Layout) (bool, DialogProblem) {
		return len(l.dialog()) == 0, DialogStays
	})
}

// findDialog waits until the button can be tapped. A dialog without buttons is
// waited for as well: its content comes after its window.
func (d *Device) findDialog(ctx context.Context, texts []string) (tap Point, err error) {
	err = d.pollDialog(ctx, DialogAbsent, func(l *Layout) (bool, DialogProblem) {
		nodes := l.dialog()
		if len(nodes) == 0 {
			return false, DialogAbsent
		}
		var ok bool
		tap, ok = l.button(nodes, texts)
		return ok, DialogOpaque
	})
	return tap, err
}

// pollDialog reads layouts until look is done; if it never is, the error has
// the problem that look named last.
func (d *Device) pollDialog(ctx context.Context, problem DialogProblem, look func(*Layout) (bool, DialogProblem)) error {
	err := poll(ctx, dialogLimit, func(ctx context.Context) (bool, error) {
		l, err := d.Layout(ctx)
		if err != nil {
			return false, err
		}
		done, why := look(l)
		problem = why
		return done, nil
	})
	if ended := (*waitError)(nil); errors.As(err, &ended) {
		return &DialogError{Key: d.key, Bundle: d.app.Bundle, Problem: problem, Err: ended.cause}
	}
	return err
}

// dialog returns the dialog's nodes: those in windows of its bundle, or, where
// the tree does not name it, those of the one window that has both buttons. A
// single "Allow" is some other app's.
func (l *Layout) dialog() []*treeNode {
	var named []*treeNode
	for _, n := range l.nodes {
		if n.Bundle == dialogBundle {
			named = append(named, n)
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, window := range l.windows() {
		_, allows := l.button(window, allowTexts)
		_, denies := l.button(window, denyTexts)
		if allows && denies {
			return window
		}
	}
	return nil
}

// windows returns the nodes below each of the root's children.
func (l *Layout) windows() [][]*treeNode {
	var windows [][]*treeNode
	for _, n := range l.nodes[1:] {
		if n.parent == l.nodes[0] {
			windows = append(windows, nil)
		}
		last := len(windows) - 1
		windows[last] = append(windows[last], n)
	}
	return windows
}

// button finds a node with exactly one of the texts and returns its middle,
// which is inside the button also where the text is a child of it.
func (l *Layout) button(nodes []*treeNode, texts []string) (Point, bool) {
	for _, n := range nodes {
		for _, text := range n.texts() {
			for _, want := range texts {
				if !strings.EqualFold(strings.TrimSpace(text), want) {
					continue
				}
				if part := l.visible(n); !part.Empty() {
					return part.Center(), true
				}
			}
		}
	}
	return Point{}, false
}
