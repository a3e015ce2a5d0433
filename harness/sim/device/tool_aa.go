// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func toolAA(c *call) int {
	if len(c.args) == 0 {
		c.print("usage: aa <command> <options>\n")
		return 0
	}
	switch c.args[0] {
	case "start":
		c.start()
	case "force-stop":
		c.forceStop()
	case "dump":
		c.d.dumpAbilities(c.out, c.args[1:])
	case "send-memory-level":
		if c.d.build.api < apiMemoryLevel {
			c.print("error: unknown command: %s\nusage: aa <command> <options>\n", c.args[0])
			return 0
		}
		c.memoryLevel()
	default:
		c.print("error: unknown command: %s\nusage: aa <command> <options>\n", c.args[0])
	}
	return 0
}

func (c *call) start() {
	args, err := parseStart(c.args[1:], c.d.build.api)
	if err != nil {
		c.print("error: %v\n", err)
		return
	}
	begun := c.d.now()
	cold, code := c.d.start(c.ctx, args)
	if code != 0 {
		c.refuse("start ability", code)
		return
	}
	if args.wait {
		mode := map[bool]string{true: "Cold", false: "Hot"}[cold]
		millis := c.d.now().Sub(begun).Milliseconds()
		c.print("StartMode: %s\nBundleName: %s\nAbilityName: %s\nTotalTime: %d\nWaitTime: %d\n", mode, args.bundle, args.ability, millis, millis)
	}
	c.print("start ability successfully.\n")
}

// start starts an ability for the shell; code is 0 or one of aaErrors.
func (d *Device) start(ctx context.Context, args startArgs) (cold bool, code int) {
	if args.ability == "" {
		return false, aaNoMatch
	}
	d.mu.Lock()
	a := d.find(args.bundle)
	var ability *Ability
	if a != nil {
		ability = a.spec.ability(args.ability)
	}
	d.mu.Unlock()
	switch {
	case ability == nil:
		return false, aaNoAbility
	case args.module != "" && args.module != a.spec.module():
		return false, aaNoAbility
	case !ability.Exported:
		return false, aaNotExported
	case args.debug && a.spec.Release:
		return false, aaRelease
	}
	cold, err := d.bringForward(ctx, args.bundle, args.ability, args.want)
	switch {
	case err == nil, errors.Is(err, errDied), errors.Is(err, errFrozen):
		// The tool has left before an app fails in its onCreate.
		return cold, 0
	case errors.Is(err, errLocked):
		return cold, aaLocked
	case errors.Is(err, errNotInstalled), errors.Is(err, errNoAbility):
		return cold, aaNoAbility
	}
	d.log.Error("an ability was not started", "bundle", args.bundle, "error", err)
	return cold, aaInternalError
}

// startHome starts an app as a tap on its icon does.
func (d *Device) startHome(ctx context.Context, a *app) error {
	want := seam.Want{Action: actionsHome[0], Entities: []string{entityHome}, Parameters: json.RawMessage(`{}`)}
	_, err := d.bringForward(ctx, a.spec.Bundle, a.spec.home().Name, want)
	return err
}

// forceStop is `aa force-stop BUNDLE [-p PID -r REASON]`; -b in front of the
// bundle is no bundle.
func (c *call) forceStop() {
	if len(c.args) < 2 || strings.HasPrefix(c.args[1], "-") {
		c.refuse("force stop process", aaNoBundle)
		return
	}
	c.d.mu.Lock()
	known := c.d.find(c.args[1]) != nil
	c.d.mu.Unlock()
	if !known {
		c.refuse("force stop process", aaNoBundle)
		return
	}
	c.d.stop(c.args[1])
	c.print("force stop process successfully.\n")
}

// memoryLevel is `aa send-memory-level -p PID -l 0..2`. The app is not told
// here. Source: aa guide.
func (c *call) memoryLevel() {
	pid, level := "", ""
	read, ok := options(c.args[1:], "h", "pl")
	for _, o := range read {
		switch o.name {
		case "-p":
			pid = o.value
		case "-l":
			level = o.value
		}
	}
	if !ok || pid == "" || level == "" {
		c.print("fail: unknown option.\nusage: aa send-memory-level -p <pid> -l <level>\n")
		return
	}
	number, err := strconv.Atoi(pid)
	c.d.mu.Lock()
	p := c.d.byPID(number)
	c.d.mu.Unlock()
	switch {
	case err != nil || p == nil:
		c.refuse("send memory level", aaNoPID)
	case !slices.Contains([]string{"0", "1", "2"}, level):
		c.refuse("send memory level", aaNoLevel)
	default:
		c.print("send memory level successfully.\n")
	}
}
