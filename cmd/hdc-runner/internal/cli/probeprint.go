// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/probe"
)

// simulatedProbe stands in the first and the last line of what simulators said.
const simulatedProbe = "SIMULATED: what simulators do confirms nothing of the platform"

// probePrinter shows a run of probes.
type probePrinter struct {
	out io.Writer
	// most is how many requests a cloud is sent at most.
	most int
	// begun is set once a subject was named.
	begun bool
	// file is where the results went, "" for nowhere.
	file string
}

// begin says first of all whether what follows is simulated.
func (p *probePrinter) begin(s probe.Subject) {
	if s.Simulated && !p.begun {
		fmt.Fprintln(p.out, simulatedProbe)
	}
	p.begun = true
	fmt.Fprintln(p.out)
}

// device says beforehand what will be done on a device.
func (p *probePrinter) device(key, bundle string, s probe.Subject, steps []probe.Step) {
	p.begin(s)
	does, refused := map[fixtures.Touch]int{}, 0
	for _, s := range steps {
		if s.Refused != "" {
			refused++
		} else {
			does[s.Claim.Probe.Touches]++
		}
	}
	fmt.Fprintf(p.out, "%s, %s: %d probes\n", key, s.Name(), len(steps))
	for _, warning := range s.Warnings {
		fmt.Fprintf(p.out, "warning: %s\n", warning)
	}
	for _, touch := range fixtures.Touches() {
		if n := does[touch]; n > 0 {
			fmt.Fprintf(p.out, "  %3d  %s%s\n", n, probe.Harm(touch), ofApp(touch, bundle))
		}
	}
	if refused > 0 {
		fmt.Fprintf(p.out, "  %3d  not done: they use the display, an app of yours, or its package; --bundle and --hap allow that\n", refused)
	}
	fmt.Fprintln(p.out)
}

// ofApp names the app where it is touched.
func ofApp(touch fixtures.Touch, bundle string) string {
	if touch == fixtures.TouchApp || touch == fixtures.TouchInstall {
		return ": " + bundle
	}
	return ""
}

// cloud says beforehand what will be done to a Push Cloud.
func (p *probePrinter) cloud(s probe.Subject, steps []probe.Step) {
	p.begin(s)
	fmt.Fprintf(p.out, "%s: %d probes by at most %d requests that it must refuse\n\n", s.Name(), len(steps), p.most)
}

func (p *probePrinter) done(_ probe.Step, r probe.Result) {
	word := string(r.Outcome)
	switch {
	case r.Outcome == probe.Broken:
		word = "BROKEN"
	case r.Cause == probe.CausePart:
		word = "in part"
	}
	fmt.Fprintf(p.out, "%-10s %s", word, r.Claim)
	if r.Reason != "" {
		fmt.Fprintf(p.out, ": %s", r.Reason)
	}
	fmt.Fprintln(p.out)
}

// summary counts, and shows what is broken with what rests on it.
func (p *probePrinter) summary(file *probe.File, claims []fixtures.Claim, checkout string) {
	count := map[string]int{}
	var broken []probe.Refutation
	known := map[string]fixtures.Claim{}
	for _, c := range claims {
		known[c.ID] = c
	}
	for _, s := range file.Subjects {
		for _, r := range s.Results {
			count[string(r.Outcome)+string(r.Cause)]++
			if r.Outcome == probe.Broken {
				broken = append(broken, probe.Refutation{Claim: known[r.Claim], Result: r, Subject: s})
			}
		}
	}
	printBroken(p.out, broken, checkout)
	fmt.Fprintf(p.out, "\n%d held, %d broken; undecided: %d in part, %d for want of something, %d for trouble\n",
		count["held"], count["broken"], count["undecidedpart"], count["undecidedneed"], count["undecidedtrouble"])
	people := 0
	for _, c := range claims {
		if c.Settles() == "person" {
			people++
		}
	}
	if people > 0 {
		fmt.Fprintf(p.out, "%d claims take a person: docs/verification.md says how\n", people)
	}
	if p.file != "" {
		fmt.Fprintf(p.out, "written to %s", p.file)
		if !file.Simulated {
			fmt.Fprintf(p.out, "; look through it and send it to the project, or in a checkout: %s probe --merge %s", programName(), word(p.file))
		}
		fmt.Fprintln(p.out)
	}
	if file.Simulated {
		fmt.Fprintln(p.out, simulatedProbe)
	}
}

// printBroken shows claims that did not hold, each once, with where and what
// rests on it.
func printBroken(w io.Writer, broken []probe.Refutation, checkout string) {
	shown := map[string]bool{}
	for _, b := range broken {
		if shown[b.Claim.ID] {
			continue
		}
		shown[b.Claim.ID] = true
		fmt.Fprintf(w, "\nBROKEN: %s\n  it says:     %s\n", b.Claim.ID, b.Claim.Statement)
		for _, other := range broken {
			if other.Claim.ID != b.Claim.ID {
				continue
			}
			fmt.Fprintf(w, "  but:         on %s: %s\n", other.Subject.Name(), other.Result.Reason)
			for _, e := range other.Result.Evidence {
				fmt.Fprintf(w, "  seen:        %s\n", e)
			}
		}
		fmt.Fprintf(w, "  rests on it: %s\n", restsOn(checkout, b.Claim.ID))
	}
}

// restsOn says which code names a claim.
func restsOn(checkout, claim string) string {
	if checkout == "" {
		return "in a checkout of Pushproof, grep -rn '" + claim + "' ."
	}
	places, err := probe.Places(checkout, claim)
	if err != nil {
		return err.Error()
	}
	return strings.Join(places, ", ")
}

// listProbes shows every probe, with what it touches and does, and the claims
// that take a person.
func listProbes(out io.Writer, claims []fixtures.Claim) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLAIM\tHARM\tDOES")
	all := probe.Allowed{App: true, Package: true}
	for _, s := range probe.DevicePlan(claims, all) {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Claim.ID, probe.Harm(s.Claim.Probe.Touches), s.Does)
	}
	for _, s := range probe.CloudPlan(claims) {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Claim.ID, "requests that Push Cloud must refuse", s.Does)
	}
	for _, c := range claims {
		if c.Settles() == "person" {
			fmt.Fprintf(table, "%s\t%s\t%s\n", c.ID, "takes a person", c.Manual)
		}
	}
	return table.Flush()
}
