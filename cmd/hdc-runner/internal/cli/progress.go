// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// newProgress returns the progress that suits w: live lines on a terminal,
// plain lines elsewhere, JSON lines if asked for.
func newProgress(w io.Writer, asJSON bool) fleet.Progress {
	if asJSON {
		return &jsonProgress{enc: json.NewEncoder(w)}
	}
	p := &lineProgress{w: w, names: map[string]string{}, planned: map[string]int{}, ended: map[string]int{}}
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
	names   map[string]string
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
		fmt.Fprintf(p.w, "%s: %s, API %d\n", d.Name(), d.Model, d.API)
	case known:
		fmt.Fprintf(p.w, "%s: trouble, see below\n", d.Name())
	default:
		fmt.Fprintf(p.w, "%s: cannot be used, see below\n", d.Name())
	}
	p.draw()
}

// Planned implements fleet.Progress.
func (p *lineProgress) Planned(key string, cells []string) { p.planned[key] = len(cells) }

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
		fmt.Fprintf(p.w, ": %s", short(cell.Reason))
	}
	fmt.Fprintln(p.w)
	p.draw()
}

// maxReason is how much of a reason fits on a line, in runes. The summary has
// all of it.
const maxReason = 160

func short(reason string) string {
	reason, _, _ = strings.Cut(reason, "\n")
	if runes := []rune(reason); len(runes) > maxReason {
		return string(runes[:maxReason-1]) + "…"
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

// jsonProgress prints one JSON object a line: {"key":…, "event":…}.
type jsonProgress struct{ enc *json.Encoder }

type progressEvent struct {
	Event  string         `json:"event"`
	Key    string         `json:"key"`
	Cell   string         `json:"cell,omitempty"`
	Cells  []string       `json:"cells,omitempty"`
	Result *report.Cell   `json:"result,omitempty"`
	Device *report.Device `json:"device,omitempty"`
	Text   string         `json:"text,omitempty"`
}

// Device implements fleet.Progress.
func (p *jsonProgress) Device(d report.Device) {
	_ = p.enc.Encode(progressEvent{Event: "device", Key: d.Key, Device: &d})
}

// Planned implements fleet.Progress.
func (p *jsonProgress) Planned(key string, cells []string) {
	_ = p.enc.Encode(progressEvent{Event: "planned", Key: key, Cells: cells})
}

// Started implements fleet.Progress.
func (p *jsonProgress) Started(key, cell string) {
	_ = p.enc.Encode(progressEvent{Event: "started", Key: key, Cell: cell})
}

// Waiting implements fleet.Progress.
func (p *jsonProgress) Waiting(key, text string) {
	_ = p.enc.Encode(progressEvent{Event: "waiting", Key: key, Text: text})
}

// Ended implements fleet.Progress.
func (p *jsonProgress) Ended(key string, cell report.Cell) {
	_ = p.enc.Encode(progressEvent{Event: "ended", Key: key, Cell: cell.ID, Result: &cell})
}
