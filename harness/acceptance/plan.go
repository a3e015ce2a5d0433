// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/pushproof/pushproof/agent/push"
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
		return Plan{}, &harness.UsageError{Problems: []string{fmt.Sprintf("--label-filter %q: %v", filter, err)}}
	}
	var plan Plan
	budget := backgroundPace
	for _, c := range cells {
		labels := c.Labels(target.Type)
		if !matches(labels) {
			continue
		}
		if row := unsupported(c, target); row != nil {
			plan.Unsupported = append(plan.Unsupported, *row)
			continue
		}
		byName := named(filter, labels)
		if skip := unplanned(c, target); skip != nil && !byName {
			plan.NotPlanned = append(plan.NotPlanned, *skip)
			continue
		}
		if cost := c.Background(); cost > 0 && !target.Simulated && !byName {
			if cost > budget {
				plan.NotPlanned = append(plan.NotPlanned, report.Skip{
					ID:     c.ID(target.Type),
					Reason: fmt.Sprintf("it costs %d background messages, and a run sends at most %d to a real device", cost, backgroundPace),
					Source: "Push Kit, sending background messages: at most two an hour are advised, more may be dropped",
				})
				continue
			}
			budget -= cost
		}
		plan.Cells = append(plan.Cells, c)
	}
	return plan, nil
}

func unsupported(c Cell, target Target) *report.Cell {
	row, ok := fixtures.Support(c.Kind, target.Type)
	reason := ""
	switch {
	case !ok || row.Since == 0:
		reason = fmt.Sprintf("no %s receives %s messages", target.Type, c.Kind)
	case target.API < row.Since:
		reason = fmt.Sprintf("%s messages need API %d on a %s, this one has %d", c.Kind, row.Since, target.Type, target.API)
	case row.Until > 0 && target.API > row.Until:
		reason = fmt.Sprintf("%s messages ended with API %d on a %s, this one has %d", c.Kind, row.Until, target.Type, target.API)
	case target.Emulator && !row.Emulator:
		reason = fmt.Sprintf("the emulator receives no %s messages", c.Kind)
	default:
		return nil
	}
	return &report.Cell{
		ID: c.ID(target.Type), Kind: c.Kind.String(), State: string(c.State), Expect: string(c.Expect), Condition: string(c.Condition),
		Verdict: verdict.Unsupported, Reason: reason, Source: row.Source, Proof: c.Proof.String(),
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
			Reason: fmt.Sprintf("no known way to %s on a %s: %s", strings.ReplaceAll(string(action), "-", " "), target.Type, row.How),
			Source: row.Source,
		}
	}
	return nil
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
	if filter == "" {
		return false
	}
	for _, label := range labels[:4] {
		if !strings.Contains(filter, label) {
			return false
		}
	}
	return true
}

// Kinds lists the kinds that the standard matrix covers.
func Kinds() []push.Kind {
	var kinds []push.Kind
	seen := map[push.Kind]bool{}
	for _, c := range Cells() {
		if !seen[c.Kind] {
			seen[c.Kind] = true
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}
