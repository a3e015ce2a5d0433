// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
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
}

// Domains of the simulated lines. Source: OpenHarmony, hisysevent and hilog
// domains; 0x2D00 is the app domain of facts about filtering.
const (
	domainApp    = 0x02d00
	domainAns    = 0x01203
	domainSystem = 0x01300
)

// String is the line as hilog prints it: month-day time pid tid level
// type+domain/process/tag: text.
func (l logLine) String() string {
	process := ""
	if l.process != "" {
		process = l.process + "/"
	}
	return fmt.Sprintf("%s %5d %5d %s %c%05X/%s%s: %s", l.at.Format("01-02 15:04:05.000"), l.pid, l.pid, l.level, l.kind, l.domain, process, l.tag, l.text)
}

// hilog is the log buffer; d.mu guards it.
type hilog struct {
	lines ring[logLine]
	seq   uint64
	// level is the global one; domains and tags override it.
	level   string
	domains map[uint32]string
	tags    map[string]string
	// arrived is closed at the next line.
	arrived chan struct{}
}

const levels = "DIWEF"

// newHilog starts with the level of the firmware: without "log" at the end of
// its version a user build shows nothing outside developer mode, and warnings
// with it (information up to API 14). Source: hilog guide.
func newHilog(p fixtures.Profile) hilog {
	level := "W"
	switch {
	case strings.HasSuffix(strings.TrimSuffix(p.Params["const.product.software.version"], ")"), "log"):
		level = "I"
	case p.Params["const.security.developermode.state"] != "true":
		level = "F"
	case p.API <= 14:
		level = "I"
	}
	return hilog{lines: newRing[logLine](maxLogLines), level: level, domains: map[uint32]string{}, tags: map[string]string{},
		arrived: make(chan struct{})}
}

// above reports whether the line's level is shown.
func (h *hilog) above(l logLine) bool {
	least := h.level
	if d, ok := h.domains[l.domain]; ok {
		least = d
	}
	if t, ok := h.tags[l.tag]; ok {
		least = t
	}
	return strings.Index(levels, l.level) >= strings.Index(levels, least)
}

// write adds a text, one line for each of its lines.
func (h *hilog) write(l logLine) {
	text := l.text
	if len(text) > maxLogMessage {
		text = text[:maxLogMessage]
	}
	for part := range strings.Lines(text) {
		l.text = strings.TrimSuffix(part, "\n")
		if h.above(l) {
			h.seq++
			l.seq = h.seq
			h.lines.add(l)
		}
	}
	close(h.arrived)
	h.arrived = make(chan struct{})
}

// systemLog writes a line of a system service; d.mu is held.
func (d *Device) systemLog(level, tag, text string) {
	domain, process := uint32(domainSystem), "foundation"
	if tag == "Ans" {
		domain = domainAns
	}
	if tag == "PushService" {
		// Tags and domains of the push service are undocumented.
		process = "pushservice"
	}
	d.hilog.write(logLine{at: time.Now(), pid: 1000, level: level, kind: 'C', domain: domain, process: process, tag: tag, text: text})
}

// appLog writes a line of an app; d.mu is held.
func (d *Device) appLog(p *proc, level, tag, text string) {
	if len(level) != 1 || !strings.Contains(levels, level) {
		level = "I"
	}
	d.hilog.write(logLine{at: time.Now(), pid: p.child.PID(), level: level, kind: 'A', domain: domainApp, process: p.name(), tag: tag, text: text})
}
