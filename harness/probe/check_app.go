// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/device"
)

// bringUp wakes the device and has the app in front. Where it does not come up
// the finding says why.
func (e *env) bringUp(ctx context.Context) (finding, error) {
	if err := e.dev.Wake(ctx); err != nil {
		return finding{}, err
	}
	if err := e.dev.Start(ctx, nil); err != nil {
		var refused *device.StartError
		if errors.As(err, &refused) && refused.Locked() {
			return lacking("the screen is locked: unlock the device, and probe again"), nil
		}
		return finding{}, err
	}
	return e.reach(ctx, device.Foreground, "started")
}

// reach waits for a state. A state that does not come is a finding.
func (e *env) reach(ctx context.Context, want device.AppState, after string) (finding, error) {
	_, err := e.dev.Await(ctx, want)
	var other *device.StateError
	if errors.As(err, &other) && ctx.Err() == nil {
		return broken(fmt.Sprintf("the app was %s, and is %s and not %s", after, other.Got.App, want)), nil
	}
	return finding{}, err
}

// checkHomeAbility checks claim device.bm.home.
func checkHomeAbility(ctx context.Context, e *env) (finding, error) {
	// What was found when the device was opened is what is started.
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	names, err := e.dev.Abilities(ctx)
	if err != nil {
		return finding{}, err
	}
	return held(fmt.Sprintf("of %d abilities %s is the home ability, and it came to the front", len(names), e.dev.App().Ability)), nil
}

// checkStartText checks claim device.start.text.
func checkStartText(ctx context.Context, e *env) (finding, error) {
	const good, bad = "start ability successfully.", "error: failed to start ability."
	app := e.dev.App()
	got, err := e.shell(ctx, fmt.Sprintf("aa start -b %s -a %s", app.Bundle, app.Ability))
	if err != nil {
		return finding{}, err
	}
	if strings.Contains(got.text, strconv.Itoa(device.CodeLocked)) {
		return lacking("the screen is locked: unlock the device, and probe again"), nil
	}
	if !strings.Contains(got.text, good) || got.exit != 0 {
		return broken(fmt.Sprintf("a start that works does not say %q with exit status 0", good), startWords(got)...), nil
	}
	evidence := startWords(got)
	if got, err = e.shell(ctx, fmt.Sprintf("aa start -b %s -a NoSuch%s", app.Bundle, e.nonce)); err != nil {
		return finding{}, err
	}
	evidence = append(evidence, startWords(got)...)
	if !strings.Contains(got.text, bad) || !startCode.MatchString(got.text) || got.exit != 0 {
		return broken(fmt.Sprintf("a start that fails does not say %q with a code and exit status 0", bad), evidence...), nil
	}
	return held(evidence...), nil
}

var startCode = regexp.MustCompile(`Error Code:\s*\d{8}`)

// startWords is what aa said of a start, which is its own words alone.
func startWords(got output) []string {
	first, _, _ := strings.Cut(strings.TrimSpace(got.text), "\n")
	return []string{fmt.Sprintf("%s (exit status %d) %s", first, got.exit, startCode.FindString(got.text))}
}

// checkBringForward checks claim device.forward.start.
func checkBringForward(ctx context.Context, e *env) (finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	before, err := e.dev.State(ctx)
	if err != nil {
		return finding{}, err
	}
	if err := e.dev.Home(ctx); err != nil {
		return finding{}, err
	}
	if f, err := e.reach(ctx, device.Background, "sent home"); err != nil || f.outcome != "" {
		return lackingUnless(f, "Home did not send the app into the background: see the claim device.home.background"), err
	}
	if err := e.dev.BringForward(ctx); err != nil {
		return finding{}, err
	}
	if f, err := e.reach(ctx, device.Foreground, "started again"); err != nil || f.outcome != "" {
		return f, err
	}
	after, err := e.dev.State(ctx)
	if err != nil {
		return finding{}, err
	}
	if after.PID != before.PID {
		return broken("the app came to the front in another process"), nil
	}
	return held("from the background to the front, in the same process"), nil
}

// lackingUnless is for a step on the way to what is checked: its failure says
// nothing of the claim.
func lackingUnless(f finding, why string) finding {
	if f.outcome == "" {
		return f
	}
	return lacking("%s", why)
}

// checkDumpState checks claim device.dump.state.
func checkDumpState(ctx context.Context, e *env) (finding, error) {
	var saw []string
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	for _, step := range []struct {
		do   func(context.Context) error
		want device.AppState
		word string
	}{
		{nil, device.Foreground, "in front"},
		{e.dev.Home, device.Background, "sent home"},
		{e.dev.Kill, device.Stopped, "killed"},
	} {
		if step.do != nil {
			if err := step.do(ctx); err != nil {
				return finding{}, err
			}
		}
		if f, err := e.reach(ctx, step.want, step.word); err != nil || f.outcome != "" {
			return f, err
		}
		state, err := e.dev.State(ctx)
		if err != nil {
			return finding{}, err
		}
		saw = append(saw, fmt.Sprintf("%s: ability %s, process %s, pid there: %t", step.word, state.Ability, state.Process, state.PID != 0))
	}
	return held(saw...), nil
}

// checkMainProcess checks claim device.dump.process, as far as the processes
// that run now go.
func checkMainProcess(ctx context.Context, e *env) (finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	found, err := e.shell(ctx, "pidof "+e.bundle)
	if err != nil {
		return finding{}, err
	}
	list, err := e.shell(ctx, "ps -ef")
	if err != nil {
		return finding{}, err
	}
	pids := strings.Fields(found.text)
	if len(pids) == 0 {
		return broken("the app is in front, and pidof finds no process of its bundle's name"), nil
	}
	main, others := processesOf(list.text, e.bundle)
	if len(main) == 0 && len(others) == 0 {
		return lacking("ps -ef shows no process of the app"), nil
	}
	for _, pid := range pids {
		if slices.Contains(others, pid) {
			return broken("pidof finds a process whose name is not the bundle's alone"), nil
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(pids)), slices.Sorted(slices.Values(main))) {
		return broken(fmt.Sprintf("pidof finds %d processes, and ps lists %d of the bundle's name", len(pids), len(main))), nil
	}
	saw := fmt.Sprintf("pidof finds the %d process of the bundle's name; %d others bear it with something behind it", len(main), len(others))
	if len(others) == 0 {
		f := finding{outcome: Undecided, cause: CausePart, evidence: []string{saw}}
		f.reason = "the main process is found; no extension process ran that could have been mistaken for it"
		return f, nil
	}
	return held(saw), nil
}

// processesOf returns the ids of processes whose command is the bundle, and of
// those whose command begins with it. Columns are those of ps -ef, the command
// the eighth.
func processesOf(list, bundle string) (main, others []string) {
	for line := range strings.Lines(list) {
		f := strings.Fields(line)
		switch {
		case len(f) < 8:
		case f[7] == bundle:
			main = append(main, f[1])
		case strings.HasPrefix(f[7], bundle+":"):
			others = append(others, f[1])
		}
	}
	return main, others
}

// checkHomeKey checks claim device.home.background.
func checkHomeKey(ctx context.Context, e *env) (finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	if err := e.dev.Home(ctx); err != nil {
		return finding{}, err
	}
	if f, err := e.reach(ctx, device.Background, "sent home"); err != nil || f.outcome != "" {
		return f, err
	}
	return held(fmt.Sprintf("on this %s the app went into the background", e.dev.Profile().Type)), nil
}

// checkKill checks the first half of claim device.stop.devicedebug.
func checkKill(ctx context.Context, e *env) (finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return f, err
	}
	err := e.dev.Kill(ctx)
	var failed *device.KillError
	switch {
	case errors.As(err, &failed) && failed.NotDebuggable:
		return lacking("the app is not signed for debugging"), nil
	case errors.As(err, &failed):
		return broken("the process still runs after devicedebug kill -9"), nil
	case err != nil:
		return finding{}, err
	}
	return held("the process is gone"), nil
}
