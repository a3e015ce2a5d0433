// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// logLine is one line of the log.
type logLine struct {
	// seq counts the lines that were kept.
	seq    uint64
	at     time.Time
	pid    int
	level  string
	kind   byte
	domain uint32
	// process is "" for lines of the core that name none.
	process, tag, text string
	// continues marks the second and further lines of one text.
	continues bool
}

// kindMark marks a line that the log's own service puts before a reader: it has
// no head, and no filter holds it back.
const kindMark = 0

// Domains of the simulated lines. Source: OpenHarmony, hisysevent and hilog
// domains; 0x2D00 is the app domain of facts about filtering.
const (
	domainApp    = 0x02d00
	domainAns    = 0x01203
	domainSystem = 0x01300
)

// Processes of the system, by their ids here.
const (
	initPID        = 1
	zygotePID      = 900
	foundationPID  = 1000
	sceneboardPID  = 1001
	pushServicePID = 1002
)

// hilog is the log buffer; d.mu guards it.
type hilog struct {
	lines ring[logLine]
	seq   uint64
	// cleared is the newest line that was cleared away.
	cleared uint64
	logLevels
	// sizes are the buffers' sizes by type, as they are printed; the simulated
	// buffer's is fixed.
	sizes map[string]string
	loss  loss
	// arrived is closed at the next line.
	arrived chan struct{}
}

// logLevels are the lowest levels that are kept: domains and tags override the
// global one, which is "" for the firmware's own.
type logLevels struct {
	level   string
	domains map[uint32]string
	tags    map[string]string
}

func newLogLevels() logLevels {
	return logLevels{domains: map[uint32]string{}, tags: map[string]string{}}
}

func (l logLevels) clone() logLevels {
	return logLevels{l.level, maps.Clone(l.domains), maps.Clone(l.tags)}
}

const levels = "DIWEF"

// newHilog starts with the level of the firmware: without "log" at the end of
// its version a user build shows nothing outside developer mode, and warnings
// with it (information up to API 14). Source: hilog guide. Levels that were set
// to persist override it.
func newHilog(b build, persist logLevels) hilog {
	h := hilog{lines: newRing[logLine](maxLogLines), logLevels: persist.clone(), sizes: map[string]string{}, arrived: make(chan struct{})}
	switch {
	case h.level != "":
	case b.log, b.engineering:
		h.level = "I"
	case !b.developer:
		h.level = "F"
	case b.api < apiLogWarnings:
		h.level = "I"
	default:
		h.level = "W"
	}
	return h
}

// above reports whether the line's level is shown.
func (l *logLevels) above(line logLine) bool {
	least := l.level
	if d, ok := l.domains[line.domain]; ok {
		least = d
	}
	if t, ok := l.tags[line.tag]; ok {
		least = t
	}
	return strings.Index(levels, line.level) >= strings.Index(levels, least)
}

// write adds a text, one line for each of its lines.
func (h *hilog) write(l logLine) {
	text := l.text
	if len(text) > maxLogMessage {
		text = text[:maxLogMessage]
	}
	for part := range strings.Lines(text) {
		l.text = strings.TrimSuffix(part, "\n")
		if h.above(l) && !h.lose(l) {
			h.keep(l)
		}
		l.continues = true
	}
	close(h.arrived)
	h.arrived = make(chan struct{})
}

func (h *hilog) keep(l logLine) {
	h.seq++
	l.seq = h.seq
	h.lines.add(l)
}

func (h *hilog) clear() {
	h.lines.clear()
	h.cleared = h.seq
}

// systemLog writes a line of a system service; d.mu is held.
func (d *Device) systemLog(level, tag, text string) {
	l := logLine{at: d.date(), pid: foundationPID, level: level, kind: 'C', domain: domainSystem, process: "foundation", tag: tag, text: text}
	switch tag {
	case "Ans":
		l.domain = domainAns
	case "PushService":
		// Tags and domains of the push service are undocumented.
		l.process, l.pid = "pushservice", pushServicePID
	}
	d.hilog.write(l)
}

// appLog writes a line of an app; d.mu is held.
func (d *Device) appLog(p *proc, level, tag, text string) {
	if len(level) != 1 || !strings.Contains(levels, level) {
		level = "I"
	}
	d.hilog.write(logLine{at: d.date(), pid: p.child.PID(), level: level, kind: 'A', domain: domainApp, process: p.name(), tag: tag, text: text})
}

// String is the line as hilog prints it without -v.
func (l logLine) String() string { return logFormat{}.line(l) }

// logFormat is what -v chooses.
type logFormat struct {
	epoch, monotonic, year, zone, wrap bool
	// digits are those behind the seconds, 0 for 3.
	digits int
	booted time.Time
}

// line is the line as hilog prints it: month-day time pid tid level
// type+domain/process/tag: text.
func (f logFormat) line(l logLine) string {
	if l.kind == kindMark || l.continues && f.wrap {
		return l.text
	}
	process := ""
	if l.process != "" {
		process = l.process + "/"
	}
	return fmt.Sprintf("%s %5d %5d %s %c%05X/%s%s: %s", f.stamp(l.at), l.pid, l.pid, l.level, l.kind, l.domain, process, l.tag, l.text)
}

func (f logFormat) stamp(at time.Time) string {
	digits := max(f.digits, 3)
	switch {
	case f.epoch:
		return fmt.Sprintf("%d.%s", at.Unix(), at.Format("000000000")[:digits])
	case f.monotonic:
		return fmt.Sprintf("%.*f", digits, at.Sub(f.booted).Seconds())
	}
	layout := "01-02 15:04:05." + strings.Repeat("0", digits)
	if f.year {
		layout = "2006-" + layout
	}
	if f.zone {
		layout = "-0700 " + layout
	}
	return at.Format(layout)
}
