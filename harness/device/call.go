// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
)

// declineTexts are those of the button that does not take a call, by language
// (claim kinds.voip.banner).
var declineTexts = []string{"拒绝", "拒接", "挂断", "Decline", "Reject", "Hang up"}

// ErrNoCallButton is returned where the UI tree shows no button that declines a
// call: there is no call, or its window shows none of its parts.
var ErrNoCallButton = errors.New("the UI tree shows no button that declines a call: decline it by hand")

// DeclineCall declines the call that rings, by the button of its window, and
// returns when no such window is on the display any more. The error is
// ErrNoCallButton, a *NoMethodError, a *NotOfferedError, or the shell's.
func (d *Device) DeclineCall(ctx context.Context) error {
	if _, err := d.Method(fixtures.ActionClick); err != nil {
		return err
	}
	layout, err := d.Layout(ctx)
	if err != nil {
		return fmt.Errorf("decline a call: %w", err)
	}
	names, err := d.windowsByID(ctx)
	if err != nil {
		return fmt.Errorf("decline a call: %w", err)
	}
	tap, found := layout.callButton(names)
	if !found {
		return fmt.Errorf("decline a call: %w", ErrNoCallButton)
	}
	if err := d.click(ctx, tap); err != nil {
		return fmt.Errorf("decline a call: %w", err)
	}
	err = poll(ctx, dialogLimit, func(ctx context.Context) (bool, error) {
		list, err := d.Windows(ctx)
		return err == nil && len(list.Visible(PlaceCall)) == 0, err
	})
	if err != nil {
		return fmt.Errorf("decline a call: the button was tapped: %w", err)
	}
	return nil
}

// callButton finds the button in a window of a call.
func (l *Layout) callButton(names map[int]Window) (Point, bool) {
	for _, nodes := range l.windows() {
		if len(nodes) == 0 || nodes[0].place(names) != PlaceCall {
			continue
		}
		if tap, ok := l.button(nodes, declineTexts); ok {
			return tap, true
		}
	}
	return Point{}, false
}
