// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/device"
)

// checkEmulator checks claim device.emulator.model. Both parameters have to say
// the same: one that nobody expects on a phone counts as well.
func checkEmulator(ctx context.Context, e *env) (finding, error) {
	model, err := e.shell(ctx, "param get const.product.model")
	if err != nil {
		return finding{}, err
	}
	name, err := e.shell(ctx, "param get ohos.qemu.hvd.name")
	if err != nil {
		return finding{}, err
	}
	isModel := strings.TrimSpace(model.text) == "emulator"
	named := !strings.Contains(name.text, "fail!") && strings.TrimSpace(name.text) != ""
	switch {
	case isModel && named:
		return held("const.product.model is emulator, and ohos.qemu.hvd.name is there"), nil
	case isModel:
		return broken("const.product.model is emulator, and ohos.qemu.hvd.name is not there"), nil
	case named:
		return broken("ohos.qemu.hvd.name is there, and const.product.model is not emulator"), nil
	}
	return lacking("it is about emulators, and this is none"), nil
}

// checkPower checks claim device.wake.shell.
func checkPower(ctx context.Context, e *env) (finding, error) {
	// Whatever comes, the display is on at the end.
	defer e.clean(ctx, "power-shell wakeup")
	for _, step := range []struct{ line, says, state string }{
		{"power-shell suspend", "SuspendDevice is called", ""},
		{"power-shell wakeup", "WakeupDevice is called", "AWAKE"},
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
		if step.state == "" {
			continue
		}
		last, known := "", true
		ok, err := eventually(ctx, settleLimit, func() (bool, error) {
			last, known, err = e.powerState(ctx)
			return !known || last == step.state, err
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

// checkUnlock checks claim device.unlock.swipe. A PIN, of which nothing can be
// known, looks like a swipe without effect.
func checkUnlock(ctx context.Context, e *env) (finding, error) {
	if _, err := e.shell(ctx, "power-shell suspend"); err != nil {
		return finding{}, err
	}
	defer e.clean(ctx, "power-shell wakeup")
	if err := e.dev.Unlock(ctx); err != nil {
		return finding{}, err
	}
	var refused *device.StartError
	ok, err := eventually(ctx, settleLimit, func() (bool, error) {
		err := e.dev.Start(ctx, nil)
		if errors.As(err, &refused) && refused.Locked() {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return finding{}, err
	}
	if !ok {
		return lacking("the screen is still locked after the swipe: it may have a PIN; try a device without one, and unlock this one by hand"), nil
	}
	return held("off, on, swiped: an app was started"), nil
}

// windows returns the names of the visible windows, without the numbers behind
// them, and whether the device tells. Those of apps are left out.
func (e *env) windows(ctx context.Context) (names []string, known bool, err error) {
	got, err := e.shell(ctx, "hidumper -s WindowManagerService -a -a")
	if err != nil {
		return nil, false, err
	}
	names, known = systemWindows(got.text)
	return names, known, nil
}

var windowName = regexp.MustCompile(`^(SCB[A-Za-z]+?)\d*\s`)

// systemWindows reads the visible windows of the system from the window
// manager's dump: the rows between the head and the line of dashes behind it.
func systemWindows(text string) (names []string, known bool) {
	_, rows, found := strings.Cut(text, "\nWindowName ")
	if !found {
		return nil, false
	}
	for i, line := range strings.Split(rows, "\n") {
		if strings.HasPrefix(line, "----") {
			return names, true
		}
		if m := windowName.FindStringSubmatch(line); m != nil && i > 0 {
			names = append(names, m[1])
		}
	}
	return names, true
}

// openShade opens the notification centre and returns the system's windows that
// came with it. ok is false where the finding says what is known already.
func (e *env) openShade(ctx context.Context) (came []string, f finding, ok bool, err error) {
	before, known, err := e.windows(ctx)
	if err != nil {
		return nil, finding{}, false, err
	}
	if !known {
		return nil, lacking("hidumper does not list windows, so that an open notification centre cannot be told"), false, nil
	}
	if err := e.dev.OpenShade(ctx); err != nil {
		return nil, finding{}, false, err
	}
	_, err = eventually(ctx, settleLimit, func() (bool, error) {
		after, _, err := e.windows(ctx)
		came = slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) })
		return len(came) > 0, err
	})
	return came, finding{}, true, err
}

// checkShadeOpen checks claim device.shade.swipe.
func checkShadeOpen(ctx context.Context, e *env) (finding, error) {
	defer e.closeShade(ctx)
	if err := e.dev.Wake(ctx); err != nil {
		return finding{}, err
	}
	came, f, ok, err := e.openShade(ctx)
	switch {
	case err != nil || !ok:
		return f, err
	case len(came) == 0:
		return broken("no window of the system came with the swipe"), nil
	case !slices.ContainsFunc(came, func(name string) bool { return strings.Contains(name, "Panel") }):
		f := troubled("a window came, and its name does not say that it is the notification centre's")
		f.evidence = []string{"windows that came: " + strings.Join(came, " ")}
		return f, nil
	}
	return held("windows that came: " + strings.Join(came, " ")), nil
}

func (e *env) closeShade(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	_ = e.dev.CloseShade(ctx)
}

// checkShadeBack checks claim device.shade.back.
func checkShadeBack(ctx context.Context, e *env) (finding, error) {
	return e.overApp(ctx, func(came []string) (finding, error) {
		if err := e.dev.CloseShade(ctx); err != nil {
			return finding{}, err
		}
		closed, err := eventually(ctx, settleLimit, func() (bool, error) {
			now, _, err := e.windows(ctx)
			return !slices.ContainsFunc(now, func(name string) bool { return slices.Contains(came, name) }), err
		})
		if err != nil {
			return finding{}, err
		}
		if !closed {
			return broken("the key Back left the notification centre open: " + strings.Join(came, " ")), nil
		}
		return e.stillInFront(ctx, "Back closed the notification centre")
	})
}

// checkShadeState checks claim device.shade.state.
func checkShadeState(ctx context.Context, e *env) (finding, error) {
	return e.overApp(ctx, func(came []string) (finding, error) {
		return e.stillInFront(ctx, "the notification centre is open over the app")
	})
}

// overApp opens the notification centre over the app.
func (e *env) overApp(ctx context.Context, look func(came []string) (finding, error)) (finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	defer e.closeShade(ctx)
	came, f, ok, err := e.openShade(ctx)
	if err != nil || !ok {
		return f, err
	}
	if len(came) == 0 {
		return lacking("the notification centre did not open: see the claim device.shade.swipe"), nil
	}
	return look(came)
}

// stillInFront holds the app's state against FOREGROUND.
func (e *env) stillInFront(ctx context.Context, saw string) (finding, error) {
	state, err := e.dev.State(ctx)
	if err != nil {
		return finding{}, err
	}
	if state.App != device.Foreground {
		return broken(fmt.Sprintf("%s, and the app's state is %s %s", saw, state.App, state.Ability)), nil
	}
	return held(saw + ", and the app's state is " + state.Ability), nil
}
