// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
)

// ManualError says that only a person can do something to the device. It is no
// fault of the app and no fault of the harness.
type ManualError struct {
	// What was wanted: "unlock the screen".
	What string
	// Why it cannot be done from here.
	Why string
	// Do is what the person does, a whole sentence or a command.
	Do string
	// Err is the cause, nil where there is none.
	Err error
}

// Error implements error.
func (e *ManualError) Error() string {
	return fmt.Sprintf("%s: %s; a person must do it: %s", e.What, e.Why, e.Do)
}

// Unwrap returns the cause.
func (e *ManualError) Unwrap() error { return e.Err }

// manually makes an undo's error a *ManualError, if it is none.
func manually(what, do string, undo func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := undo(ctx)
		if manual := (*ManualError)(nil); err == nil || errors.As(err, &manual) {
			return err
		}
		return &ManualError{What: what, Why: err.Error(), Do: do, Err: err}
	}
}
