// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// stamp is a line's time, which has no year, as near as can be to a time that
// has the year 0 or 1: New Year's Eve lies before New Year's Day.
func stamp(text string, near time.Time) (time.Time, bool) {
	at, err := logTime(text)
	if err != nil {
		return time.Time{}, false
	}
	const half = 183 * 24 * time.Hour
	switch {
	case near.IsZero():
	case near.Sub(at) > half:
		at = at.AddDate(1, 0, 0)
	case at.Sub(near) > half:
		at = at.AddDate(-1, 0, 0)
	}
	return at, true
}

// clockText prints a time as hilog does.
func clockText(t time.Time) string { return t.Format("01-02 15:04:05.000") }

// stamped is a line with its time.
type stamped struct {
	hdc.LogLine
	at time.Time
}

// window makes the window: since is when the level was raised by us, first the
// oldest lines at that time, gaps what is known to be missing already.
func (w *logCut) window(around time.Duration, since time.Time, first map[string]string, gaps []string) LogWindow {
	out := LogWindow{Nonce: w.nonce, Lines: []hdc.LogLine{}}
	var near time.Time
	if n := len(w.lines); n > 0 {
		near, _ = stamp(w.lines[n-1].Time, near)
	}
	lines := make([]stamped, len(w.lines))
	for i, l := range w.lines {
		at, _ := stamp(l.Time, near)
		lines[i] = stamped{l, at}
	}
	slices.SortStableFunc(lines, func(a, b stamped) int { return a.at.Compare(b.at) })
	var from, to time.Time
	for _, l := range lines {
		if !strings.Contains(l.Message, w.nonce) {
			continue
		}
		if !out.Found {
			from = l.at.Add(-around)
		}
		out.Found, to = true, l.at.Add(around)
	}
	if !out.Found && len(lines) > 0 {
		to = lines[len(lines)-1].at
		from = to.Add(-around)
		// The clock may have been read in whole seconds.
		if now, ok := stamp(w.now, near); ok && now.Add(time.Second).After(to) {
			to = now.Add(time.Second)
		}
	}
	if !to.IsZero() {
		out.From, out.To = clockText(from), clockText(to)
	}
	inside := func(t time.Time) bool { return to.IsZero() || !t.Before(from) && !t.After(to) }
	for _, l := range lines {
		if inside(l.at) {
			out.Lines = append(out.Lines, l.LogLine)
		}
	}
	if cut := len(out.Lines) - maxKeptLines; cut > 0 {
		out.Lines = out.Lines[cut:]
		gaps = append(gaps, fmt.Sprintf("only the newest %d lines are kept here; %d older ones of the window are not", maxKeptLines, cut))
	}
	// What was before the level was raised was not promised to anyone.
	if raised, ok := stamp(sinceText(since), near); ok && !to.IsZero() {
		if out.Found && raised.After(from.Add(around)) {
			gaps = append(gaps, "the level was raised to INFO after the message: lines below the level before are missing")
		}
		if raised.After(from) {
			from = raised
		}
	}
	for _, l := range w.losses {
		if t, timed := stamp(l.Time, near); (!timed || inside(t)) && w.touches(l) {
			gaps = append(gaps, lossText(l))
		}
	}
	for _, l := range w.full {
		if t, timed := stamp(l.Time, near); timed && t.After(from) {
			gaps = append(gaps, fmt.Sprintf("more than %d lines were asked for: those before %s are missing", maxWindowLines, l.Time))
		}
	}
	for _, o := range w.first {
		before, known := first[o.kind]
		if t, timed := stamp(o.line.Time, near); known && before != o.line.Raw && timed && t.After(from) && !to.IsZero() {
			gaps = append(gaps, fmt.Sprintf("the device keeps %s lines since %s only: older ones were dropped", o.kind, o.line.Time))
		}
	}
	slices.Sort(gaps)
	out.Gaps = slices.Compact(gaps)
	out.Complete = len(out.Gaps) == 0
	return out
}

// sinceText is a zero time as no time at all.
func sinceText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clockText(t)
}

// touches reports whether a loss may concern the window: what another app lost
// does not.
func (w *logCut) touches(l hdc.LogLine) bool {
	if l.Lost.Why != hdc.LossProcess {
		return true
	}
	return ours(l, w.bundle, w.pids) || strings.Contains(l.Message, w.bundle)
}

func lossText(l hdc.LogLine) string {
	text := "lines are missing: " + string(l.Lost.Why)
	if l.Lost.Lines > 0 {
		text = fmt.Sprintf("%d %s", l.Lost.Lines, text)
	}
	if l.Time != "" {
		text += ", " + l.Time
	}
	return text
}
