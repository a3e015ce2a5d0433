// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
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
