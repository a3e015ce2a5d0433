// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"regexp"
	"strconv"
	"strings"
)

// logQuery is what hilog was asked for.
type logQuery struct {
	exit, clear         bool
	level               string
	set                 bool
	head, tail          int
	tags, levels, types []string
	domains             []uint32
	pid                 int
	match               *regexp.Regexp
}

func toolHilog(c *call) int {
	q, err := parseHilog(c.args)
	if err != nil {
		c.print("%v\n", err)
		return 1
	}
	d := c.d
	switch {
	case q.clear:
		d.mu.Lock()
		d.hilog.lines.clear()
		d.mu.Unlock()
		c.print("Log type core,app,only_prerelease buffer clear successfully\n")
		return 0
	case q.set:
		c.setLevel(q)
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
// lines, as it does on a device.
func (c *call) printLog(q logQuery, after uint64) (last uint64, arrived <-chan struct{}) {
	c.d.mu.Lock()
	lines := c.d.hilog.lines.all()
	last, arrived = c.d.hilog.seq, c.d.hilog.arrived
	c.d.mu.Unlock()
	for _, l := range q.choose(lines) {
		if l.seq > after {
			c.print("%s\n", l)
		}
	}
	return last, arrived
}

func (c *call) setLevel(q logQuery) {
	d := c.d
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case len(q.domains) > 0:
		for _, domain := range q.domains {
			d.hilog.domains[domain] = q.level
			c.print("Set domain 0x%x log level to %s successfully\n", domain, q.level)
		}
	case len(q.tags) > 0:
		for _, tag := range q.tags {
			d.hilog.tags[tag] = q.level
			c.print("Set tag %s log level to %s successfully\n", tag, q.level)
		}
	default:
		d.hilog.level = q.level
		c.print("Set global log level to %s successfully\n", q.level)
	}
}

// complaint is what the tool says of its arguments, in its own words.
type complaint string

func (c complaint) Error() string { return string(c) }

// hilogValues are the options that take a value.
const hilogValues = "TDLPetzabvGpQ"

func parseHilog(args []string) (logQuery, error) {
	var q logQuery
	for len(args) > 0 {
		option := args[0]
		args = args[1:]
		if len(option) != 2 || option[0] != '-' {
			return q, complaint("Invalid argument: " + option)
		}
		value := ""
		if strings.Contains(hilogValues, option[1:]) {
			if len(args) == 0 {
				return q, complaint("option requires an argument -- " + option[1:])
			}
			value, args = args[0], args[1:]
		}
		if err := q.set1(option[1], value); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *logQuery) set1(option byte, value string) (err error) {
	switch option {
	case 'x':
		q.exit = true
	case 'r':
		q.clear = true
	case 'b':
		q.set, q.level = true, strings.ToUpper(value)
		if len(q.level) != 1 || !strings.Contains(levels, q.level) {
			return complaint("Invalid log level: " + value)
		}
	case 'T':
		q.tags = append(q.tags, strings.Split(value, ",")...)
	case 'L':
		q.levels = append(q.levels, strings.Split(strings.ToUpper(value), ",")...)
	case 't':
		q.types = append(q.types, strings.Split(value, ",")...)
	case 'D':
		for part := range strings.SplitSeq(value, ",") {
			n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(part), "0x"), 16, 32)
			if err != nil {
				return complaint("Invalid domain: " + part)
			}
			// The core's domains are written with a d in front.
			q.domains = append(q.domains, uint32(n)&0xfffff)
		}
	case 'P':
		q.pid, err = strconv.Atoi(value)
	case 'z':
		q.tail, err = strconv.Atoi(value)
		q.exit = true
	case 'a':
		q.head, err = strconv.Atoi(value)
		q.exit = true
	case 'e':
		q.match, err = regexp.Compile(value)
	case 'v', 'G', 'p', 'Q':
	default:
		return complaint("Invalid argument: -" + string(option))
	}
	if err != nil {
		return complaint("Invalid value: " + value)
	}
	return nil
}

// choose returns the lines that fit.
func (q logQuery) choose(lines []logLine) []logLine {
	var fit []logLine
	for _, l := range lines {
		if q.fits(l) {
			fit = append(fit, l)
		}
	}
	if q.head > 0 && len(fit) > q.head {
		fit = fit[:q.head]
	}
	if q.tail > 0 && len(fit) > q.tail {
		fit = fit[len(fit)-q.tail:]
	}
	return fit
}

func (q logQuery) fits(l logLine) bool {
	in := func(list []string, s string) bool {
		for _, x := range list {
			if x == s {
				return true
			}
		}
		return len(list) == 0
	}
	domain := len(q.domains) == 0
	for _, d := range q.domains {
		domain = domain || d == l.domain
	}
	kind := map[byte]string{'A': "app", 'C': "core"}[l.kind]
	return domain && in(q.tags, l.tag) && in(q.levels, l.level) && in(q.types, kind) &&
		(q.pid == 0 || q.pid == l.pid) && (q.match == nil || q.match.MatchString(l.text))
}
