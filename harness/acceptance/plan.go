// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// backgroundPace is how many background messages a run sends to one real
// device: Push Kit advises at most two an hour and may drop more.
const backgroundPace = 2

// Target is what planning needs to know of a device.
type Target struct {
	Type     string
	API      int
	Emulator bool
	// Simulated lifts the vendor's pace.
	Simulated bool
	// SwitchOn says that the app may show notifications already.
	SwitchOn bool
}

// Plan is what a device is going to run.
type Plan struct {
	// Cells are run, in this order.
	Cells []Cell
	// Unsupported are judged without being run.
	Unsupported []report.Cell
	// NotPlanned are cells for which no method is known here.
	NotPlanned []report.Skip
}

// Len counts the cells that get a verdict.
func (p Plan) Len() int { return len(p.Cells) + len(p.Unsupported) }

// Make plans the cells for a target. filter is a Ginkgo label filter, "" for
// all. A cell without a known method is run all the same if the filter names
// its kind, device type, state and expectation, that is, if somebody asked for
// it by name: it is then inconclusive.
func Make(cells []Cell, target Target, filter string) (Plan, error) {
	matches, err := types.ParseLabelFilter(filter)
	if err != nil {
		return Plan{}, &harness.UsageError{Problems: []string{fmt.Sprintf("--label-filter %q cannot be read: %s; labels are joined by &&, ||, ! and brackets", filter, filterProblem(err))}}
	}
	var plan Plan
	pace := paced(cells, target, matches)
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
		if skip == nil && pace[c.ID(target.Type)] {
			skip = overPace(c, target)
		}
		if skip != nil && !named(filter, labels) {
			plan.NotPlanned = append(plan.NotPlanned, *skip)
			continue
		}
		plan.Cells = append(plan.Cells, c)
	}
	return plan, nil
}

// paced returns the cells that would send more background messages than a real
// device may get. Those that are about such a message come before those that
// only use one as a fence.
func paced(cells []Cell, target Target, matches func([]string) bool) map[string]bool {
	over := map[string]bool{}
	if target.Simulated {
		return over
	}
	budget := backgroundPace
	for _, fences := range []bool{false, true} {
		for _, c := range cells {
			if c.Fence != fences || !matches(c.Labels(target.Type)) || unsupported(c, target) != nil || unplanned(c, target) != nil {
				continue
			}
			if cost := c.Background(); cost > budget {
				over[c.ID(target.Type)] = true
			} else {
				budget -= cost
			}
		}
	}
	return over
}

func overPace(c Cell, target Target) *report.Skip {
	return &report.Skip{
		ID:     c.ID(target.Type),
		Reason: fmt.Sprintf("it costs %d background messages, and a run sends at most %d to a real device", c.Background(), backgroundPace),
		Source: "Push Kit, sending background messages: at most two an hour are advised, more may be dropped",
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
		if ok && row.Known {
			continue
		}
		return &report.Skip{
			ID:     c.ID(target.Type),
			Reason: fmt.Sprintf("no known way to %s on a %s: %s", actionWords[action], target.Type, strings.TrimSuffix(row.How, ".")),
			Source: row.Source,
		}
	}
	return nil
}

// actionWords says in a sentence what a cell needs.
var actionWords = map[fixtures.Action]string{
	fixtures.ActionBackground: "send an app into the background",
	fixtures.ActionStop:       "end an app's process",
	fixtures.ActionOpenShade:  "open the notifications",
	fixtures.ActionClick:      "tap a notification",
	fixtures.ActionAuthorise:  "allow notifications",
}

func (c Cell) actions() []fixtures.Action {
	var need []fixtures.Action
	switch c.State {
	case harness.Background:
		need = append(need, fixtures.ActionBackground)
	case harness.Stopped:
		need = append(need, fixtures.ActionStop)
	}
	return append(need, c.Needs...)
}

// named reports whether the filter spells out a cell: its kind, device type,
// state and expectation.
func named(filter string, labels []string) bool {
	words := strings.FieldsFunc(filter, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
	for _, label := range labels[:4] {
		if !slices.Contains(words, label) {
			return false
		}
	}
	return true
}

// filterProblem is the last line of Ginkgo's message, which is made for a
// terminal: the lines before repeat the filter.
func filterProblem(err error) string {
	var bad types.GinkgoError
	if !errors.As(err, &bad) {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(bad.Message), "\n")
	return strings.TrimSuffix(strings.TrimSpace(lines[len(lines)-1]), ".")
}

// Labels lists the labels of the standard matrix, other than device types, in
// the order in which they occur.
func Labels() []string {
	var all []string
	for _, c := range Cells() {
		for _, label := range c.Labels("") {
			if label != "" && !slices.Contains(all, label) {
				all = append(all, label)
			}
		}
	}
	return all
}
