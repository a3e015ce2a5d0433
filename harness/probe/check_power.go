// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// checkPower checks claim device.wake.shell.
func checkPower(ctx context.Context, e *env) (finding, error) {
	return e.power(ctx, false)
}

// checkPowerDump checks claim device.power.dump.
func checkPowerDump(ctx context.Context, e *env) (finding, error) {
	return e.power(ctx, true)
}

// power turns the display off and on, and reads the power state behind that; if
// dark, also while it is off.
func (e *env) power(ctx context.Context, dark bool) (finding, error) {
	// Whatever comes, the display is on at the end.
	defer e.clean(ctx, "power-shell wakeup")
	for _, step := range []struct {
		line, says string
		on         bool
	}{
		{"power-shell suspend", "SuspendDevice is called", false},
		{"power-shell wakeup", "WakeupDevice is called", true},
	} {
		got, err := e.shell(ctx, step.line)
		if err != nil {
			return finding{}, err
		}
		if f, ok := tool(got, "power-shell"); !ok {
			return f, nil
		}
		if !strings.Contains(got.text, step.says) {
			return broken(fmt.Sprintf("%s does not say %q", step.line, step.says), shape(got)), nil
		}
		if !step.on && !dark {
			continue
		}
		last, known := "", true
		ok, err := eventually(ctx, settleLimit, func() (bool, error) {
			last, known, err = e.powerState(ctx)
			return !known || (last == "AWAKE") == step.on, err
		})
		switch {
		case err != nil:
			return finding{}, err
		case !known:
			return lacking("hidumper does not say whether the display is on"), nil
		case !ok:
			return broken(fmt.Sprintf("the power state is %.20s after %s", last, step.line)), nil
		}
	}
	return held("off and on again: the power state is AWAKE"), nil
}

var powerLine = regexp.MustCompile(`(?m)^Current State: ([A-Z_]+)`)

func (e *env) powerState(ctx context.Context) (state string, known bool, err error) {
	got, err := e.shell(ctx, "hidumper -s PowerManagerService -a -s")
	if err != nil {
		return "", false, err
	}
	m := powerLine.FindStringSubmatch(got.text)
	if m == nil {
		return "", false, nil
	}
	return m[1], true, nil
}
