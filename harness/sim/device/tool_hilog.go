// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

func toolHilog(c *call) int {
	q, err := parseHilog(c.args)
	if err == nil && q.set != 0 {
		err = c.setLog(q)
	}
	if err != nil {
		c.print("%v\n", err)
		return 1
	}
	if q.set != 0 {
		return 0
	}
	last, arrived := c.printLog(q, 0)
	if q.exit {
		return 0
	}
	c.idle()
	for {
		select {
		case <-arrived:
			last, arrived = c.printLog(q, last)
		case <-c.ctx.Done():
			return 0
		}
	}
}

// printLog prints the lines behind a sequence number and returns the last one's
// and what is closed when there are more. A burst above the buffer's size loses
// lines for a reader that follows, who is told so.
func (c *call) printLog(q logQuery, after uint64) (last uint64, arrived <-chan struct{}) {
	d := c.d
	d.mu.Lock()
	lines := d.hilog.lines.all()
	cleared := d.hilog.cleared
	q.format.booted = d.boot.real
	last, arrived = d.hilog.seq, d.hilog.arrived
	d.mu.Unlock()
	if after > 0 && len(lines) > 0 {
		if oldest, next := lines[0].seq, max(after, cleared)+1; oldest > next {
			c.print("%s\n", slowReader(int(oldest-next)))
		}
	}
	for _, l := range q.choose(lines) {
		if l.seq > after {
			c.print("%s\n", q.format.line(l))
		}
	}
	return last, arrived
}

// logTypes are the types of a command that names none, in the order of each
// command's answer. Source: hilog guide.
var (
	bufferTypes = []string{"app", "init", "core", "only_prerelease"}
	clearTypes  = []string{"core", "app", "only_prerelease"}
)

// setLog sets or tells something. The answers are the guide's; those to -p and
// to a wrong size are claim device.text.hilog.
func (c *call) setLog(q logQuery) error {
	d := c.d
	d.mu.Lock()
	defer d.mu.Unlock()
	types := func(all []string) []string {
		if len(q.types) > 0 {
			return q.types
		}
		return all
	}
	switch q.set {
	case 'r':
		d.hilog.clear()
		c.print("Log type %s buffer clear successfully\n", strings.Join(types(clearTypes), ","))
	case 'g':
		for _, name := range types(bufferTypes) {
			size, ok := d.hilog.sizes[name]
			if !ok {
				size = "256.0K"
			}
			c.print("Log type %s buffer size is %s\n", name, size)
		}
	case 'G':
		size, ok := bufferSize(q.value)
		if !ok {
			return complaint("Invalid buffer size: " + q.value + ", buffer size should be in range [64.0K, 16.0M]")
		}
		for _, name := range types(bufferTypes) {
			if len(d.hilog.sizes) < maxLogSizes {
				d.hilog.sizes[name] = size
			}
			c.print("Set log type %s buffer size to %s successfully\n", name, size)
		}
	case 'b':
		return c.setLevel(q)
	default:
		return c.setSwitch(q)
	}
	return nil
}

func (c *call) setSwitch(q logQuery) error {
	text := map[string]string{
		"Qpidon": "Set flow control by process to enabled", "Qpidoff": "Set flow control by process to disabled",
		"Qdomainon": "Set flow control by domain to enabled", "Qdomainoff": "Set flow control by domain to disabled",
		"pon": "Set hilog privacy format on", "poff": "Set hilog privacy format off",
		"kon": "Set hilogd storing kmsg log on", "koff": "Set hilogd storing kmsg log off",
	}[string(q.set)+q.value]
	if text == "" {
		return complaint("Invalid argument: " + q.value)
	}
	c.print("%s successfully\n", text)
	return nil
}

var sizeText = regexp.MustCompile(`^([0-9]{1,9})([BKM]?)$`)

// bufferSize reads a size as the tool takes it, and returns it as the tool
// prints it.
func bufferSize(text string) (string, bool) {
	m := sizeText.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return "", false
	}
	const k, m1 = 1 << 10, 1 << 20
	bytes := n * map[string]int{"": 1, "B": 1, "K": k, "M": m1}[m[2]]
	switch {
	case bytes < 64*k || bytes > 16*m1:
		return "", false
	case bytes < m1:
		return fmt.Sprintf("%.1fK", float64(bytes)/k), true
	}
	return fmt.Sprintf("%.1fM", float64(bytes)/m1), true
}

// setLevel sets the lowest level that is kept; d.mu is held.
func (c *call) setLevel(q logQuery) error {
	level := strings.ToUpper(q.value)
	if len(level) != 1 || !strings.Contains(levels, level) {
		return complaint("Invalid log level: " + q.value)
	}
	h := &c.d.hilog
	if len(h.domains)+len(q.domains) > maxLogLevels || len(h.tags)+len(q.tags) > maxLogLevels {
		return complaint("Too many log levels")
	}
	switch {
	case len(q.domains) > 0:
		for _, domain := range q.domains {
			h.domains[plainDomain(domain)] = level
			c.print("Set domain 0x%x log level to %s successfully\n", domain, level)
		}
	case len(q.tags) > 0:
		for _, tag := range q.tags {
			h.tags[tag] = level
			c.print("Set tag %s log level to %s successfully\n", tag, level)
		}
	default:
		h.level = level
		c.print("Set global log level to %s successfully\n", level)
	}
	if q.persist {
		c.d.persist = h.logLevels.clone()
	}
	return nil
}
