// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// startErrors are the messages of aa start, by code. The codes are documented,
// the wording is a claim: pushservice.aa.text.
var startErrors = map[int]string{
	10103001: "Failed to verify the visibility of the target ability",
	10103101: "Failed to find a matching application for implicit launch",
	10104001: "The specified ability does not exist",
	10104002: "The specified bundle does not exist",
	10106102: "The device screen is locked during the application launch, unlock screen failed",
	10108101: "Internal error",
}

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
	default:
		c.print("error: unknown command: %s\nusage: aa <command> <options>\n", c.args[0])
	}
	return 0
}

// startArgs is what aa start was asked for.
type startArgs struct {
	bundle, ability string
	wait            bool
	want            seam.Want
}

func (c *call) start() {
	args, err := parseStart(c.args[1:])
	if err != nil {
		c.print("error: %v\n", err)
		return
	}
	begun := c.d.now()
	cold, code := c.d.start(c.ctx, args)
	if code != 0 {
		c.print("error: failed to start ability.\nError Code:%d  Error Message:%s\n", code, startErrors[code])
		return
	}
	if args.wait {
		mode := map[bool]string{true: "Cold", false: "Hot"}[cold]
		millis := c.d.now().Sub(begun).Milliseconds()
		c.print("StartMode: %s\nBundleName: %s\nAbilityName: %s\nTotalTime: %d\nWaitTime: %d\n", mode, args.bundle, args.ability, millis, millis)
	}
	c.print("start ability successfully.\n")
}

// start starts an ability for the shell; code is 0 or one of startErrors.
func (d *Device) start(ctx context.Context, args startArgs) (cold bool, code int) {
	if args.ability == "" {
		return false, 10103101
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
		return false, 10104001
	case !ability.Exported:
		return false, 10103001
	}
	cold, err := d.bringForward(ctx, args.bundle, args.ability, args.want)
	switch {
	case err == nil, errors.Is(err, errDied), errors.Is(err, errFrozen):
		// The tool has left before an app fails in its onCreate.
		return cold, 0
	case errors.Is(err, errLocked):
		return cold, 10106102
	case errors.Is(err, errNotInstalled), errors.Is(err, errNoAbility):
		return cold, 10104001
	}
	d.log.Error("an ability was not started", "bundle", args.bundle, "error", err)
	return cold, 10108101
}

// startHome starts an app as a tap on its icon does.
func (d *Device) startHome(ctx context.Context, a *app) error {
	want := seam.Want{Action: actionsHome[0], Entities: []string{entityHome}, Parameters: json.RawMessage(`{}`)}
	_, err := d.bringForward(ctx, a.spec.Bundle, a.spec.home().Name, want)
	return err
}

// parseStart reads the options of aa start.
func parseStart(args []string) (startArgs, error) {
	var s startArgs
	params := map[string]any{}
	for len(args) > 0 {
		option := args[0]
		args = args[1:]
		values := 0
		switch option {
		case "-a", "-b", "-m", "-A", "-e", "-t", "-U", "-u", "--psn", "-d", "--wl", "--wt", "--wh", "--ww":
			values = 1
		case "--ps", "--pi", "--pb":
			values = 2
		case "-D", "-N", "-S", "-R", "-E", "-W":
		default:
			return s, fmt.Errorf("unknown option: %s", option)
		}
		if len(args) < values {
			return s, fmt.Errorf("option '%s' requires a value", strings.TrimLeft(option, "-"))
		}
		if err := s.set(option, args[:values], params); err != nil {
			return s, err
		}
		args = args[values:]
	}
	raw, err := json.Marshal(params)
	s.want.Parameters = raw
	return s, err
}

func (s *startArgs) set(option string, values []string, params map[string]any) error {
	switch option {
	case "-a":
		s.ability = values[0]
	case "-b":
		s.bundle = values[0]
	case "-A":
		s.want.Action = values[0]
	case "-e":
		s.want.Entities = append(s.want.Entities, values[0])
	case "-U":
		s.want.URI = values[0]
	case "-W":
		s.wait = true
	case "--psn":
		params[values[0]] = ""
	case "--ps":
		if strings.HasPrefix(values[1], "-") {
			return fmt.Errorf("invalid value of option 'ps': %s begins with -", values[0])
		}
		params[values[0]] = values[1]
	case "--pi":
		n, err := strconv.ParseInt(values[1], 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("invalid value of option 'pi': %s is no number from 0 up", values[0])
		}
		params[values[0]] = n
	case "--pb":
		b, err := strconv.ParseBool(values[1])
		if err != nil {
			return fmt.Errorf("invalid value of option 'pb': %s is neither true nor false", values[0])
		}
		params[values[0]] = b
	}
	return nil
}

func (c *call) forceStop() {
	if len(c.args) < 2 || strings.HasPrefix(c.args[1], "-") {
		c.print("error: failed to force stop process.\nError Code:10104002  Error Message:%s\n", startErrors[10104002])
		return
	}
	c.d.mu.Lock()
	known := c.d.find(c.args[1]) != nil
	c.d.mu.Unlock()
	if !known {
		c.print("error: failed to force stop process.\nError Code:10104002  Error Message:%s\n", startErrors[10104002])
		return
	}
	c.d.stop(c.args[1])
	c.print("force stop process successfully.\n")
}
