// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "context"

// What the tests of changes and conditions need.

// MaxUndos is how many changes may stand at a time.
const MaxUndos = maxUndos

// OnRestore registers how a change is taken back.
func (d *Device) OnRestore(name string, undo func(context.Context) error) error {
	return d.onRestore(name, undo)
}

// StillLocked is the error of a lock screen that a swipe does not leave.
func StillLocked(last LockReading) error { return stillLocked(last) }
