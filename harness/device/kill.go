// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// KillError says that the app's process was not killed.
type KillError struct {
	Bundle string
	PID    int
	// Output is what devicedebug said.
	Output string
	// NotDebuggable is set where the process is not a debug-signed app's.
	NotDebuggable bool
	Err           error
}

// Error implements error.
func (e *KillError) Error() string {
	what := fmt.Sprintf("kill %s (pid %d)", e.Bundle, e.PID)
	if e.NotDebuggable {
		return what + ": the app is not debuggable: install a build that is signed with a debug certificate and profile " +
			"(bm dump -n " + e.Bundle + " then shows appProvisionType debug)"
	}
	if e.Output != "" {
		return fmt.Sprintf("%s: devicedebug said %q, and the process still runs: %v", what, e.Output, e.Err)
	}
	return fmt.Sprintf("%s: the process still runs: %v", what, e.Err)
}

// Unwrap returns the cause.
func (e *KillError) Unwrap() error { return e.Err }

// Kill ends the app's process by `devicedebug kill -9`, as the system does when
// memory is short, and returns when the process is gone (at most 10 s). An app
// that does not run is left so. Its extension process is another one and is not
// touched. Needs a debug-signed app. The error is a *KillError or a
// *NoMethodError. (Claim device.stop.devicedebug.)
func (d *Device) Kill(ctx context.Context) error {
	if err := d.needApp("kill the app"); err != nil {
		return err
	}
	if _, err := d.Method(fixtures.ActionStop); err != nil {
		return err
	}
	pids, err := d.pids(ctx)
	if err != nil {
		return fmt.Errorf("kill %s: %w", d.app.Bundle, err)
	}
	for _, pid := range pids {
		d.setStop(StopKilled) // before: who waits for the end asks how
		if err := d.kill(ctx, pid); err != nil {
			d.setStop(StopUnknown)
			return err
		}
		d.setStop(StopKilled) // again: a State that saw it die has forgotten it
	}
	return nil
}

// kill kills one process. What devicedebug prints on success is not known, so
// the process's end decides, not the text.
func (d *Device) kill(ctx context.Context, pid int) error {
	text, err := d.do(ctx, "process.kill", map[string]string{"pid": strconv.Itoa(pid)})
	if err != nil {
		return fmt.Errorf("kill %s (pid %d): %w", d.app.Bundle, pid, err)
	}
	failed := &KillError{Bundle: d.app.Bundle, PID: pid, Output: excerpt(text)}
	if strings.Contains(text, "is not debuggable app") {
		failed.NotDebuggable = true
		failed.Err = errors.New("not debuggable")
		return failed
	}
	err = poll(ctx, settleLimit, func(ctx context.Context) (bool, error) {
		pids, err := d.pids(ctx)
		return !slices.Contains(pids, pid), err
	})
	if ended := (*waitError)(nil); errors.As(err, &ended) {
		failed.Err = ended.cause
		return failed
	}
	if err != nil {
		return fmt.Errorf("kill %s (pid %d): look whether it is gone: %w", d.app.Bundle, pid, err)
	}
	return nil
}
