// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
)

// What errors.Is finds in the errors of this package.
var (
	// ErrLocked means that the folder is open in this or another process.
	ErrLocked = errors.New("the folder is open elsewhere")
	// ErrDiskFull means that the disk or the user's quota is full.
	ErrDiskFull = errors.New("the disk is full")
	// ErrTooLarge means that a record exceeds MaxRecord.
	ErrTooLarge = errors.New("the record exceeds the limit")
	// ErrClosed means that the journal was closed.
	ErrClosed = errors.New("the journal is closed")
	// ErrStop, returned by the function given to Read, ends the reading.
	ErrStop = errors.New("stop reading")
)

// LockedError is returned for a folder that is open elsewhere.
type LockedError struct{ Dir string }

// Error implements error.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is in use: another process, or another part of this one, has it open; end that one or choose another folder", e.Dir)
}

// Is makes errors.Is(err, ErrLocked) true.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// FormatError is returned for a folder that a newer version has written.
type FormatError struct{ Path string }

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("%s was written by a newer version (this one reads *%s): update, or choose another folder", e.Path, extension)
}

// fullError joins ErrDiskFull to the system's error, whose text differs.
type fullError struct{ err error }

func (e *fullError) Error() string {
	return fmt.Sprintf("%v (%v): free some space; nothing of this write was kept", ErrDiskFull, e.err)
}

func (e *fullError) Is(target error) bool { return target == ErrDiskFull }

func (e *fullError) Unwrap() error { return e.err }

// classify gives an error that means a full disk its type.
func classify(err error) error {
	if err != nil && isDiskFull(err) && !errors.Is(err, ErrDiskFull) {
		return &fullError{err}
	}
	return err
}
