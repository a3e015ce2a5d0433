// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

const (
	// maxWindowLines is how many lines each query asks for, the newest.
	maxWindowLines = 5000
	// maxKeptLines bounds a window.
	maxKeptLines = 1000
	// maxLogProcesses bounds the processes that are asked for.
	maxLogProcesses = 8
)

// LogWindow is what the device's log says around a message.
type LogWindow struct {
	// Nonce is the message's.
	Nonce string `json:"nonce"`
	// Found is set where a line carries the nonce; the window lies around those
	// lines then, else it begins before the app's newest line and ends now.
	Found bool `json:"found"`
	// From and To bound the window by the device's clock, as hilog prints it; ""
	// where there is no line.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Lines are those of the app's processes, those with the nonce, and those of
	// the push and notification services that name the app, the oldest first.
	// What may be a secret is left out of them.
	Lines []hdc.LogLine `json:"lines"`
	// Complete is set where nothing says that lines are missing. What is not in a
	// window that is not complete has not been shown to be absent; Gaps says why.
	Complete bool     `json:"complete"`
	Gaps     []string `json:"gaps,omitempty"`
}

// LogWindow reads the log around the lines that carry a nonce. It raises the log
// level first (see RaiseLog), and says so where that was too late. It disturbs
// nothing.
//
// The error is a *NotOfferedError, or the shell's. (Claims device.hilog.query
// and device.hilog.level.)
func (d *Device) LogWindow(ctx context.Context, nonce string, around time.Duration) (LogWindow, error) {
	const doing = "read the log around a message"
	if nonce == "" {
		return LogWindow{}, errNoNonce
	}
	if err := d.needApp(doing); err != nil {
		return LogWindow{}, err
	}
	if err := d.offered(rowOf("hilog.match")); err != nil {
		return LogWindow{}, fmt.Errorf("%s: %w", doing, err)
	}
	var gaps []string
	if err := d.RaiseLog(ctx); err != nil {
		gaps = append(gaps, "INFO lines may be missing: "+missing(err))
	}
	pids, err := d.pids(ctx)
	if err != nil {
		return LogWindow{}, fmt.Errorf("%s: %w", doing, err)
	}
	w := logCut{bundle: d.app.Bundle, nonce: nonce, pids: pids}
	if err := d.queryLog(ctx, &w, pids, true); err != nil {
		return LogWindow{}, fmt.Errorf("%s: %w", doing, err)
	}
	// A process of the app that is gone is known by the lines that it left.
	if gone := w.gone(); len(gone) > 0 {
		w.pids = append(w.pids, gone...)
		if err := d.queryLog(ctx, &w, gone, false); err != nil {
			return LogWindow{}, fmt.Errorf("%s: %w", doing, err)
		}
	}
	d.log.mu.Lock()
	since, first := d.log.since, d.log.first
	d.log.mu.Unlock()
	return w.window(around, since, first, gaps), nil
}

// queryLog reads the lines of processes and, with more, those that name the app
// or the nonce, the marks of losses, and the oldest lines.
func (d *Device) queryLog(ctx context.Context, w *logCut, pids []int, more bool) error {
	lines := strconv.Itoa(maxWindowLines)
	var parts []part
	ask := func(name string, args map[string]string) {
		parts = append(parts, mark(fmt.Sprintf("query%d", len(parts))), part{name, args})
	}
	for _, pid := range pids[:min(len(pids), maxLogProcesses)] {
		ask("hilog.process", map[string]string{"lines": lines, "pid": strconv.Itoa(pid)})
	}
	if more {
		ask("hilog.match", map[string]string{"lines": lines,
			"match": regexp.QuoteMeta(w.nonce) + "|" + regexp.QuoteMeta(w.bundle)})
		ask("hilog.match", map[string]string{"lines": lines, "match": lossMatch})
		for _, kind := range logTypes {
			parts = append(parts, mark(kind), part{"hilog.first", map[string]string{"type": kind}})
		}
		parts = append(parts, mark("clock"), part{"date.log", nil})
	}
	text, _, err := d.send(ctx, commandList(parts...))
	if err != nil {
		return err
	}
	for name, said := range marked(text) {
		if strings.HasPrefix(name, "query") {
			w.add(said)
		} else if name == "clock" {
			w.now = strings.TrimSpace(said)
		} else if l := hdc.ParseLogLine(strings.TrimSpace(said)); l.Time != "" {
			w.first = append(w.first, oldest{kind: name, line: l})
		}
	}
	return nil
}

// lossMatch finds hilog's marks of lines that it left out, in their messages.
const lossMatch = "LOGS OVER PROC QUOTA|dropped in a second|write socket failed"

// oldest is the oldest kept line of a log type.
type oldest struct {
	kind string
	line hdc.LogLine
}

// logCut gathers lines for a window.
type logCut struct {
	bundle, nonce string
	pids          []int
	lines         []hdc.LogLine
	count         map[string]int
	losses        []hdc.LogLine
	first         []oldest
	// now is the device's clock.
	now string
	// full is the oldest line of each query that gave as many lines as it may.
	full []hdc.LogLine
}

// add takes the lines of one query. A line of several queries is one line; one
// that stands twice in a query is two.
func (w *logCut) add(text string) {
	if w.count == nil {
		w.count = map[string]int{}
	}
	here := map[string]int{}
	total := 0
	var top hdc.LogLine
	for line := range strings.Lines(text) {
		l := hdc.ParseLogLine(line)
		if l.Raw == "" {
			continue
		}
		if total++; total == 1 {
			top = l
		}
		if here[l.Raw]++; here[l.Raw] <= w.count[l.Raw] {
			continue
		}
		w.count[l.Raw]++
		switch {
		case l.Lost != nil:
			w.losses = append(w.losses, l)
		case l.Time != "" && w.wanted(l):
			w.lines = append(w.lines, withoutSecrets(l))
		}
	}
	if total >= maxWindowLines {
		w.full = append(w.full, top)
	}
}

// serviceTags are the tags of which a line that names the app is kept; those of
// the push service are not documented, so that its name decides. (Claim
// device.hilog.push-tags.)
var serviceTags = regexp.MustCompile(`^Ans|[Pp]ush`)

// wanted reports whether a line may be kept.
func (w *logCut) wanted(l hdc.LogLine) bool {
	return ours(l, w.bundle, w.pids) || strings.Contains(l.Message, w.nonce) ||
		serviceTags.MatchString(l.Tag) && strings.Contains(l.Message, w.bundle)
}

// gone returns the processes of the app that are not among those that run.
func (w *logCut) gone() []int {
	var gone []int
	for _, l := range w.lines {
		name, _, _ := strings.Cut(l.Process, ":")
		if name == w.bundle && !slices.Contains(w.pids, l.PID) && !slices.Contains(gone, l.PID) && len(gone) < maxLogProcesses {
			gone = append(gone, l.PID)
		}
	}
	return gone
}
