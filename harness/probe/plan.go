// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// Step is one claim's probe in a plan.
type Step struct {
	Claim fixtures.Claim
	// Does says in words what is done: a command line, a check's own words, or
	// the cases that are sent.
	Does string
	// Refused says why the step is not done, "" where it is: nobody named an app
	// or a package for it.
	Refused string
}

// Allowed says what may be touched.
type Allowed struct {
	// App: an app was named, which may be started, backgrounded and killed, on a
	// display that may be used.
	App bool
	// Package: a package of that app was named, which may be installed over it.
	Package bool
}

// DevicePlan returns the steps for a device: what reads only comes first, then
// what makes files, what uses the display, what uses the app, and what installs
// it. Within these the order is that of the claims' ids, but for checks that
// want a fresh app, which come first. At the very end comes what reads traces of
// all this, and then what turns the display off: a device may be locked by it.
func DevicePlan(claims []fixtures.Claim, may Allowed) []Step {
	var steps []Step
	for _, c := range claims {
		if c.Probe == nil || c.Probe.By == "cloud" {
			continue
		}
		steps = append(steps, Step{Claim: c, Does: does(*c.Probe), Refused: may.refuse(c.Probe.Touches)})
	}
	touches := fixtures.Touches()
	rank := func(s Step) int {
		p := s.Claim.Probe
		touch := slices.Index(touches, p.Touches)*2 + 1
		switch {
		case checks[p.Name].turn == late || strings.Contains(p.Run, "power-shell suspend"):
			return 2*len(touches) + touch
		case checks[p.Name].turn == early:
			return touch - 1
		}
		return touch
	}
	slices.SortFunc(steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Claim.ID, b.Claim.ID))
	})
	return steps
}

// CloudPlan returns the steps for a Push Cloud, by the claims' ids.
func CloudPlan(claims []fixtures.Claim) []Step {
	var steps []Step
	for _, c := range claims {
		if c.Probe != nil && c.Probe.By == "cloud" {
			steps = append(steps, Step{Claim: c, Does: does(*c.Probe)})
		}
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.Claim.ID, b.Claim.ID) })
	return steps
}

// does says what a probe does.
func does(p fixtures.Probe) string {
	switch {
	case p.By == "shell":
		return p.Run
	case p.By == "go":
		return checks[p.Name].does
	case p.Name != "":
		return cloudChecks[p.Name].does
	}
	return "sends: " + strings.Join(p.Cases, ", ")
}

// refuse says why something may not be touched, or "".
func (may Allowed) refuse(touch fixtures.Touch) string {
	switch {
	case touch == fixtures.TouchScreen && !may.App:
		return "it uses the display: allow that by naming an app of yours with --bundle"
	case touch == fixtures.TouchApp && !may.App:
		return "it starts and stops an app: name one of yours with --bundle"
	case touch == fixtures.TouchInstall && !(may.App && may.Package):
		return "it installs a package: name one of yours with --hap, and its app with --bundle"
	}
	return ""
}

// Harm says in words how harmless a touch is.
func Harm(touch fixtures.Touch) string {
	return map[fixtures.Touch]string{
		fixtures.TouchNothing: "reads only",
		fixtures.TouchFiles:   "makes a file or port rule of its own and removes it",
		fixtures.TouchScreen:  "uses the display: keys, swipes, on and off",
		fixtures.TouchApp:     "starts, backgrounds and kills the app that you name",
		fixtures.TouchInstall: "installs the package that you name over its app, which ends its Push Token",
	}[touch]
}

// Select returns the claims whose ids are, or begin with, one of the names; all
// of them where there are no names. A name that fits none is an error.
func Select(claims []fixtures.Claim, names []string) ([]fixtures.Claim, error) {
	if len(names) == 0 {
		return claims, nil
	}
	used := make([]bool, len(names))
	var chosen []fixtures.Claim
	for _, c := range claims {
		fits := false
		for i, name := range names {
			if c.ID == name || strings.HasPrefix(c.ID, name+".") {
				used[i], fits = true, true
			}
		}
		if fits {
			chosen = append(chosen, c)
		}
	}
	for i, name := range names {
		if !used[i] {
			return nil, fmt.Errorf("no claim is, or begins with, %q", name)
		}
	}
	return chosen, nil
}
