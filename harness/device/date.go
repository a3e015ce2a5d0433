// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// changedDate is what setDate changes, as RestoreError.What.
const changedDate = "the date"

// setDate sets the device's local time. RestoreAll sets it to what it would
// show by then, to the second, by this computer's count of the time between.
// (Claims device.date.testhelper and device.date.read.)
func (d *Device) setDate(ctx context.Context, value string) error {
	if _, err := d.Method(fixtures.ActionDate); err != nil {
		return err
	}
	if err := d.offered(rowOf("date.set")); err != nil {
		return err
	}
	before, err := d.readDate(ctx)
	if err != nil {
		return err
	}
	read := time.Now()
	if err := d.onRestore(changedDate, manually("set the date back", dateByHand, func(ctx context.Context) error {
		return d.writeDate(ctx, before.Add(time.Since(read)).Format(DateFormat))
	})); err != nil {
		return err
	}
	return d.writeDate(ctx, value)
}

const dateByHand = "set it in Settings > System > Date & time; the switch for automatic time there puts it right"

// readDate returns the local time as if it were UTC: only differences count.
func (d *Device) readDate(ctx context.Context) (time.Time, error) {
	const doing = "read the device's date"
	text, err := d.do(ctx, "date.read", nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", doing, err)
	}
	date, err := time.Parse(DateFormat, strings.TrimSpace(text))
	if err != nil {
		return time.Time{}, newOutputError(doing, "date", text, err)
	}
	return date, nil
}

func (d *Device) writeDate(ctx context.Context, value string) error {
	doing := "set the device's date to " + value
	args := map[string]string{"time": value}
	text, err := d.do(ctx, "date.set", args)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case strings.Contains(text, "Service is not available"):
		return &ManualError{What: doing, Why: "testhelper says: " + excerpt(text), Do: dateByHand}
	case !answered("date.set", text, args):
		return newOutputError(doing, "testhelper set-time", text, nil)
	}
	return nil
}
