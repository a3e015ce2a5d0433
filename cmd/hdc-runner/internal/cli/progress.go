// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// newProgress returns the progress for a person: live lines on a terminal,
// plain lines elsewhere. verbose has each cell's labels printed.
func newProgress(w io.Writer, verbose bool) fleet.Progress {
	p := &lineProgress{
		w: w, verbose: verbose, names: map[string]string{}, headings: map[string]string{}, notes: map[string][]string{}, reasons: map[string]string{},
		planned: map[string]int{}, ended: map[string]int{},
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.live = true
	}
	return p
}

// lineProgress prints a line per finished cell. On a terminal the cells that
// run stand in a last line that is rewritten.
type lineProgress struct {
	w       io.Writer
	live    bool
	verbose bool
	names   map[string]string
	// headings are of devices of which nothing has been printed yet.
	headings map[string]string
	// notes are of the devices with headings.
	notes map[string][]string
	// reasons has the first cell of each device and reason.
	reasons map[string]string
	planned map[string]int
	ended   map[string]int
	running []string
	drawn   bool
}

// marks are what stands before a finished cell.
var marks = map[verdict.Verdict]string{
	verdict.Pass: "ok  ", verdict.Fail: "FAIL", verdict.Infra: "infr", verdict.Quota: "quot", verdict.Inconclusive: "??  ", verdict.Unsupported: "-   ",
}

// Device implements fleet.Progress.
func (p *lineProgress) Device(d report.Device) {
	known := p.names[d.Key] != ""
	if known && d.Error == "" {
		return
	}
	p.names[d.Key] = d.Name()
	p.erase()
	switch {
	case d.Error == "":
		p.notes[d.Key] = d.Notes
		p.headings[d.Key] = fmt.Sprintf("%s: %s, API %d", d.Name(), d.Model, d.API)
		if len(d.Cells)+len(d.NotPlanned) > 0 {
			p.head(d.Key)
		}
	case known:
		fmt.Fprintf(p.w, "%s: trouble, see below\n", d.Name())
	default:
		fmt.Fprintf(p.w, "%s: cannot be used, see below\n", d.Name())
	}
	p.draw()
}

// head prints a device's heading, once. A device without selected cells has
// none.
func (p *lineProgress) head(key string) {
	if heading := p.headings[key]; heading != "" {
		fmt.Fprintln(p.w, heading)
		for _, note := range p.notes[key] {
			fmt.Fprintf(p.w, "     %s\n", note)
		}
		delete(p.headings, key)
	}
}

// Planned implements fleet.Progress.
func (p *lineProgress) Planned(key string, cells []string) {
	p.planned[key] = len(cells)
	p.erase()
	p.head(key)
	p.draw()
}

// Started implements fleet.Progress.
func (p *lineProgress) Started(_, cell string) {
	p.running = append(p.running, cell)
	p.erase()
	p.draw()
}

// Waiting implements fleet.Progress.
func (p *lineProgress) Waiting(key, text string) {
	p.erase()
	fmt.Fprintf(p.w, "%s: %s\n", p.name(key), text)
	p.draw()
}

func (p *lineProgress) name(key string) string {
	if name := p.names[key]; name != "" {
		return name
	}
	return key
}

// Ended implements fleet.Progress.
func (p *lineProgress) Ended(key string, cell report.Cell) {
	for i, running := range p.running {
		if running == cell.ID {
			p.running = append(p.running[:i], p.running[i+1:]...)
			break
		}
	}
	p.ended[key]++
	p.erase()
	fmt.Fprintf(p.w, "%s %s", marks[cell.Verdict], cell.ID)
	if !cell.Started.IsZero() {
		fmt.Fprintf(p.w, " (%.2fs)", cell.Ended.Sub(cell.Started).Seconds())
	}
	if cell.Verdict != verdict.Pass {
		fmt.Fprintf(p.w, ": %s", p.reason(key, cell))
	}
	fmt.Fprintln(p.w)
	if labels := acceptance.LabelsOf(cell.ID); p.verbose && labels != nil {
		fmt.Fprintf(p.w, "     labels: %s\n", strings.Join(labels, ", "))
	}
	p.draw()
}

// NotRun implements fleet.Progress.
func (p *lineProgress) NotRun(key string, cells []report.Cell) {
	p.ended[key] += len(cells)
	p.erase()
	fmt.Fprintf(p.w, "%s: %d left: %s\n", p.name(key), len(cells), short(cells[0].Reason))
	p.draw()
}

// reason is why a cell did not pass; a long one is said once for a device.
func (p *lineProgress) reason(key string, cell report.Cell) string {
	if len(cell.Reason) <= longReason {
		return short(cell.Reason)
	}
	said := key + "\n" + string(cell.Verdict) + cell.Reason
	if first := p.reasons[said]; first != "" {
		return "as " + first
	}
	p.reasons[said] = cell.ID
	return short(cell.Reason)
}

// longReason is how many bytes of a reason are not worth a reference.
const longReason = 80

// maxReason is how much of a reason fits on a line, in runes. The summary has
// all of it.
const maxReason = 160

func short(reason string) string {
	reason, _, _ = strings.Cut(reason, "\n")
	if runes := []rune(reason); len(runes) > maxReason {
		return string(runes[:maxReason-1]) + "… (all of it below)"
	}
	return reason
}

func (p *lineProgress) draw() {
	if !p.live || len(p.running) == 0 {
		return
	}
	done, all := 0, 0
	for key, n := range p.planned {
		all += n
		done += p.ended[key]
	}
	line := fmt.Sprintf("%d/%d running: %s", done, all, strings.Join(p.running, "  "))
	if f, ok := p.w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 4 && len(line) > width-1 {
			line = line[:width-4] + "..."
		}
	}
	fmt.Fprint(p.w, line)
	p.drawn = true
}

func (p *lineProgress) erase() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[2K")
		p.drawn = false
	}
}
