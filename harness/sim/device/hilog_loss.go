// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "fmt"

// loss is what the log is going to lose; d.mu guards it.
type loss struct {
	// limited lines fall to the limit of lines per second, missed ones to a
	// slow reader.
	limited, missed int
	// marked is set once the mark of the loss under way stands in the log.
	marked bool
}

// LoseLogs loses the next n lines of the log, as the limit on lines per second
// does; 0 ends it. Where the first of them would stand, the log says how many:
// LOGLIMIT, as the process's quota for a line of an app, as the domain's for a
// line of a service. (On a device the mark comes within a second; here it comes
// at once, so that a test need not wait. A debug app's lines are lost here, too,
// which no device does.) The words are claim device.log.loss.
func (d *Device) LoseLogs(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hilog.loss = loss{limited: max(n, 0)}
}

// MissLogs loses the next n lines of the log, as a reader that is too slow does,
// and has the log say so to every reader, whatever it filters; 0 ends it.
func (d *Device) MissLogs(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hilog.loss = loss{missed: max(n, 0)}
}

// lose reports whether the line is lost, and marks the loss.
func (h *hilog) lose(l logLine) bool {
	n := h.loss.limited + h.loss.missed
	if n == 0 {
		return false
	}
	if !h.loss.marked {
		h.loss.marked = true
		h.keep(h.mark(l, n))
	}
	if h.loss.missed > 0 {
		h.loss.missed--
	} else {
		h.loss.limited--
	}
	return true
}

// mark is what stands in the place of n lines, the first of which is l.
func (h *hilog) mark(l logLine, n int) logLine {
	if h.loss.missed > 0 {
		return slowReader(n)
	}
	m := l
	m.level, m.tag, m.text = "W", "LOGLIMIT", fmt.Sprintf("%d line(s) dropped in a second!", n)
	if l.kind == 'A' {
		m.text = fmt.Sprintf("==%s LOGS OVER PROC QUOTA, %d DROPPED==", l.process, n)
	}
	return m
}

// slowReader is what a reader is told of lines that it missed.
func slowReader(n int) logLine {
	return logLine{kind: kindMark, text: fmt.Sprintf("========Slow reader missed log lines: %d", n)}
}
