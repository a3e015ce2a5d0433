// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Budget says whether messages may still be sent to a target; a harness.Purse is
// one.
type Budget interface {
	// Spend sets aside what the messages cost, all of them or none. The error is
	// a *quota.OverError where a limit of Push Kit is in the way.
	Spend(ctx context.Context, messages []pushcloud.Message) error
}

// Target is what planning needs to know of a device.
type Target struct {
	Type     string
	API      int
	Emulator bool
	// Simulated says that nothing lasts: the device and the cloud are simulated.
	Simulated bool
	// SwitchOn says that the app may show notifications already.
	SwitchOn bool
	// Budget is asked for each cell, so that no limit is planned to be crossed;
	// nil sets no limit.
	Budget Budget
}

// Plan is what a device is going to run.
type Plan struct {
	// Cells are run, in this order.
	Cells []Cell
	// Unsupported are judged without being run.
	Unsupported []report.Cell
	// NotPlanned are cells for which no method is known here, for which a limit
	// of Push Kit leaves no room, or whose effect lasts.
	NotPlanned []report.Skip
}

// Len counts the cells that get a verdict.
func (p Plan) Len() int { return len(p.Cells) + len(p.Unsupported) }

// Make plans the cells for a target. filter is a Ginkgo label filter, "" for
// all. Some cells are run only if the filter names their kind, device type,
// state and expectation, that is, if somebody asks for them by name: those
// without a known method, which are then inconclusive, and, on real endpoints,
// those with a lasting effect. What the Budget refuses is not planned by any
// name.
func Make(ctx context.Context, cells []Cell, target Target, filter string) (Plan, error) {
	matches, err := parseFilter(filter)
	if err != nil {
		return Plan{}, err
	}
	var plan Plan
	var selected []Cell
	skips := map[string]*report.Skip{}
	for _, c := range cells {
		labels := c.Labels(target.Type)
		if !matches(labels) {
			continue
		}
		if row := unsupported(c, target); row != nil {
			plan.Unsupported = append(plan.Unsupported, *row)
			continue
		}
		skip := unplanned(c, target)
		if skip == nil {
			skip = lasting(c, target)
		}
		if skip != nil && !named(matches, labels) {
			skips[c.ID(target.Type)] = skip
		}
		selected = append(selected, c)
	}
	if err := charge(ctx, selected, target, skips); err != nil {
		return Plan{}, err
	}
	for _, c := range selected {
		if skip := skips[c.ID(target.Type)]; skip != nil {
			plan.NotPlanned = append(plan.NotPlanned, *skip)
		} else {
			plan.Cells = append(plan.Cells, c)
		}
	}
	return plan, nil
}

// charge spends what the cells cost that are not skipped, and skips those that
// would cross a limit. Cells that are about a background message come before
// those that only use one as a fence.
func charge(ctx context.Context, cells []Cell, target Target, skips map[string]*report.Skip) error {
	if target.Budget == nil {
		return nil
	}
	for _, fences := range []bool{false, true} {
		for _, c := range cells {
			id := c.ID(target.Type)
			if c.Fence != fences || skips[id] != nil {
				continue
			}
			err := target.Budget.Spend(ctx, c.Sends())
			var over *quota.OverError
			switch {
			case errors.As(err, &over):
				skips[id] = &report.Skip{ID: id, Reason: noRoom(over), Source: over.Rule.Source}
			case err != nil:
				return fmt.Errorf("plan %s: %w", id, err)
			}
		}
	}
	return nil
}

// noRoom is why a cell is not planned that would cross a limit.
func noRoom(over *quota.OverError) string {
	if over.Never() {
		return over.Reason() + "; it runs only with hdc-runner --force"
	}
	return over.Reason() + "; hdc-runner: --force sends them all the same"
}

// lasting is why a cell whose effect lasts is not run on real endpoints.
func lasting(c Cell, target Target) *report.Skip {
	if c.Lasting == nil || target.Simulated {
		return nil
	}
	return &report.Skip{
		ID:     c.ID(target.Type),
		Reason: fmt.Sprintf("its effect lasts, %s: it is run only by name, with the labels %s", c.Lasting.Effect, strings.Join(c.Labels(target.Type)[:4], ", ")),
		Source: c.Lasting.Source,
	}
}

func unsupported(c Cell, target Target) *report.Cell {
	row, ok := fixtures.Support(c.Kind, target.Type)
	reason := fmt.Sprintf("no row of the support table is about %s messages on a %s", c.Kind, target.Type)
	if ok {
		if ok, reason = row.On(target.API, target.Emulator); ok {
			return nil
		}
	}
	return &report.Cell{
		ID: c.ID(target.Type), Kind: c.Kind.String(), State: string(c.State), Expect: string(c.Expect), Condition: string(c.Condition),
		Verdict: verdict.Unsupported, Reason: reason, Source: row.Sources(), Proof: c.Proof.String(),
	}
}

// unplanned names the first action that the cell needs and that has no known
// method on this device type.
func unplanned(c Cell, target Target) *report.Skip {
	if c.Condition == NotificationsOff && target.SwitchOn {
		return &report.Skip{
			ID:     c.ID(target.Type),
			Reason: "notifications are on for this app, and no command turns them off: do it in the settings, or install the app afresh",
			Source: "Notification Kit, asking for authorisation: no shell command on consumer builds",
		}
	}
	for _, action := range c.actions() {
		if action == fixtures.ActionAuthorise && target.SwitchOn {
			continue
		}
		row, ok := fixtures.Method(target.Type, action)
		why := row.How
		if ok && row.Known {
			if why = lacking(action, target); why == "" {
				continue
			}
		}
		return &report.Skip{
			ID:     c.ID(target.Type),
			Reason: fmt.Sprintf("no known way to %s on a %s: %s", actionWords[action], target.Type, strings.TrimSuffix(why, ".")),
			Source: row.Source,
		}
	}
	return nil
}

// lacking says why an action that is known on a type of device cannot be done on
// this one, "" if it can.
func lacking(action fixtures.Action, target Target) string {
	if target.Emulator && (action == fixtures.ActionLock || action == fixtures.ActionNetwork) {
		return "an emulator's display and its network stay on"
	}
	if row, ok := fixtures.DeviceCommandOf(actionCommands[action]); ok && row.Needs.API > target.API {
		return fmt.Sprintf("%s came with API %d, and this one has API %d", row.Tool, row.Needs.API, target.API)
	}
	return ""
}

// actionCommands names the command of an action that not every API level has.
var actionCommands = map[fixtures.Action]string{fixtures.ActionNetwork: "network.enable"}

// actionWords says in a sentence what a cell needs.
var actionWords = map[fixtures.Action]string{
	fixtures.ActionBackground: "send an app into the background",
	fixtures.ActionStop:       "end an app's process",
	fixtures.ActionOpenShade:  "open the notifications",
	fixtures.ActionClick:      "tap a notification",
	fixtures.ActionAuthorise:  "allow notifications",
	fixtures.ActionForceStop:  "force-stop an app",
	fixtures.ActionRecents:    "swipe an app out of the recent apps",
	fixtures.ActionLock:       "lock the screen",
	fixtures.ActionUnlock:     "unlock the screen",
	fixtures.ActionNetwork:    "make the network bad",
}

func (c Cell) actions() []fixtures.Action {
	var need []fixtures.Action
	switch c.State {
	case harness.Background:
		need = append(need, fixtures.ActionBackground)
	case harness.Stopped:
		need = append(need, fixtures.ActionStop)
	case harness.ForceStopped:
		need = append(need, fixtures.ActionForceStop)
	case harness.SwipedOut:
		need = append(need, fixtures.ActionRecents)
	case harness.Locked:
		need = append(need, fixtures.ActionBackground, fixtures.ActionLock, fixtures.ActionUnlock)
	}
	if condition, ok := c.Condition.onDevice(); ok {
		need = append(need, condition.Action())
	}
	return append(need, c.Needs...)
}

// named reports whether the filter spells out a cell: without any of its kind,
// device type, state and expectation it would not select it.
func named(matches func([]string) bool, labels []string) bool {
	for i := range 4 {
		if matches(slices.Delete(slices.Clone(labels), i, i+1)) {
			return false
		}
	}
	return true
}
