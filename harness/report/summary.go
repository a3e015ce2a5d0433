// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pushproof/pushproof/harness/verdict"
)

// Name is how people call the device: type, then key.
func (d *Device) Name() string {
	if d.Type == "" {
		return d.Key
	}
	return d.Type + " " + d.Key
}

// Explain prints the proof and every testimony of the cell, then what to do.
func (c *Cell) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", c.Verdict, c.Reason)
	if c.Proof != "" && len(c.Testimonies) > 0 {
		fmt.Fprintf(&b, "proof: %s\n", c.Proof)
	}
	for _, m := range c.Messages {
		fmt.Fprintf(&b, "message %s", m.Nonce)
		if m.Role != "" {
			fmt.Fprintf(&b, " (%s)", m.Role)
		}
		fmt.Fprintf(&b, ": code %s, requestId %s\n", orNone(m.Code), orNone(m.RequestID))
	}
	for _, t := range c.Testimonies {
		fmt.Fprintf(&b, "  %s\n", t)
	}
	if c.Next != "" {
		fmt.Fprintf(&b, "next: %s\n", c.Next)
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// Banner is the first and the last line of a run on simulators, "" for a run
// in which nothing was simulated.
func (r *Report) Banner() string {
	if len(r.Simulated) == 0 {
		return ""
	}
	return "SIMULATED: " + strings.Join(r.Simulated, " and ") + " — this run says nothing about a real device or the real Push Cloud"
}

// Summary writes what a person wants to know first: the matrix by device and
// kind, what did not pass and what to do about it, what was not planned.
// verbose lists not-planned and unsupported cells one by one.
func (r *Report) Summary(w io.Writer, verbose bool) {
	r.matrix(w)
	r.problems(w, verbose)
	r.notes(w)
	r.repeats(w)
	r.notPlanned(w, verbose)
	r.totals(w)
}

// matrix prints a line per device and a column per kind.
func (r *Report) matrix(w io.Writer) {
	kinds := r.kinds()
	if len(kinds) == 0 {
		return
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "device\t%s\n", strings.Join(kinds, "\t"))
	for _, d := range r.Devices {
		if len(d.Cells) == 0 && d.Error == "" {
			continue
		}
		row := []string{d.Name()}
		for _, k := range kinds {
			row = append(row, d.count(k))
		}
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	_ = table.Flush()
	fmt.Fprintln(w)
}

func (r *Report) kinds() []string {
	var kinds []string
	for _, d := range r.Devices {
		for _, c := range d.Cells {
			if !slices.Contains(kinds, c.Kind) {
				kinds = append(kinds, c.Kind)
			}
		}
	}
	slices.Sort(kinds)
	return kinds
}

// count renders one field of the matrix, e.g. "9 pass, 1 fail".
func (d *Device) count(kind string) string {
	counts := map[verdict.Verdict]int{}
	for _, c := range d.Cells {
		if c.Kind == kind {
			counts[c.Verdict]++
		}
	}
	var parts []string
	for _, v := range verdict.Verdicts() {
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

// problems explains each cell that did not pass. Those of a device of which the
// same is to be said, as after it was lost, are explained together.
func (r *Report) problems(w io.Writer, verbose bool) {
	for _, d := range r.Devices {
		if d.Error != "" {
			fmt.Fprintf(w, "%s %s:\n%s\n\n", d.Name(), d.trouble(), indent(d.Error))
		}
		var order []string
		alike := map[string][]string{}
		for _, c := range d.Cells {
			if c.Verdict == verdict.Pass || c.Verdict == verdict.Unsupported {
				continue
			}
			text := c.Explain()
			if alike[text] == nil {
				order = append(order, text)
			}
			alike[text] = append(alike[text], c.ID)
		}
		for _, text := range order {
			ids := alike[text]
			heading := strings.Join(ids, "\n")
			if notRun := fmt.Sprintf("%s: %s\n", verdict.Infra, NotRun); strings.HasPrefix(text, notRun) && !verbose {
				heading, text = fmt.Sprintf("%s: %s not run (interrupted)", d.Name(), cells(len(ids))), strings.TrimPrefix(text, notRun)
			}
			fmt.Fprintf(w, "%s\n%s\n%s\n", heading, indent(text), d.pictures(ids))
		}
	}
}

// pictures lists the screenshots of cells, one a line.
func (d *Device) pictures(ids []string) string {
	var b strings.Builder
	for _, c := range d.Cells {
		if c.Evidence != nil && c.Evidence.Screenshot != "" && slices.Contains(ids, c.ID) {
			fmt.Fprintf(&b, "    screenshot: %s\n", c.Evidence.Screenshot)
		}
	}
	return b.String()
}

// cells counts cells in words.
func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

// trouble says what Error is about.
func (d *Device) trouble() string {
	if len(d.Cells) > 0 {
		return "was used, with trouble"
	}
	return "could not be used"
}

// notes tells what was done to the devices.
func (r *Report) notes(w io.Writer) {
	for _, d := range r.Devices {
		for _, note := range d.Notes {
			fmt.Fprintf(w, "%s: %s\n\n", d.Name(), note)
		}
	}
}

// repeats tells of second deliveries, whatever became of their cells.
func (r *Report) repeats(w io.Writer) {
	for _, d := range r.Devices {
		for _, repeat := range d.Repeats {
			fmt.Fprintf(w, "delivered more than once%s: %s on %s: %s\n\n", d.cellOf(repeat.Nonce), repeat.Nonce, d.Name(), repeat.What)
		}
	}
}

// cellOf names the cell of a message.
func (d *Device) cellOf(nonce string) string {
	for _, c := range d.Cells {
		for _, m := range c.Messages {
			if m.Nonce == nonce {
				return " in " + c.ID
			}
		}
	}
	return ""
}

func (r *Report) notPlanned(w io.Writer, verbose bool) {
	reasons := map[string]int{}
	for _, d := range r.Devices {
		for _, c := range d.Cells {
			if c.Verdict == verdict.Unsupported {
				reasons["unsupported: "+c.Reason]++
				if verbose {
					fmt.Fprintf(w, "unsupported  %s: %s (%s)\n", c.ID, c.Reason, c.Source)
				}
			}
		}
		for _, s := range d.NotPlanned {
			reasons["not planned: "+s.Reason]++
			if verbose {
				fmt.Fprintf(w, "not planned  %s: %s (%s)\n", s.ID, s.Reason, s.Source)
			}
		}
	}
	if verbose || len(reasons) == 0 {
		return
	}
	lines := make([]string, 0, len(reasons))
	for reason, n := range reasons {
		lines = append(lines, fmt.Sprintf("%3d × %s", n, reason))
	}
	slices.Sort(lines)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
	fmt.Fprintln(w, "(--verbose lists them one by one, with their sources)")
	fmt.Fprintln(w)
}

func (r *Report) totals(w io.Writer) {
	var parts []string
	for _, v := range verdict.Verdicts() {
		if n := r.Counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing was judged"}
	}
	skipped := 0
	for _, d := range r.Devices {
		skipped += len(d.NotPlanned)
	}
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d not planned", skipped))
	}
	state := ""
	if r.Interrupted {
		state = " (interrupted)"
	}
	fmt.Fprintf(w, "%s in %.1fs%s\n", strings.Join(parts, ", "), r.Ended.Sub(r.Started).Seconds(), state)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
