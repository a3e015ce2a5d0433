// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// logQuery is what hilog was asked for.
type logQuery struct {
	exit bool
	// set is the option that sets or asks something, 0 for reading; value is
	// its value.
	set     byte
	value   string
	persist bool

	head, tail          int
	tags, levels, types []string
	domains             []uint32
	pid                 int
	match               *regexp.Regexp
	format              logFormat
}

// complaint is what the tool says of its arguments, in its own words.
type complaint string

func (c complaint) Error() string { return string(c) }

// The options of hilog, by letter; long names stand for letters. Source: hilog
// guide.
const (
	hilogValues  = "TDLPetzabvGpQk"
	hilogFlags   = "xrg"
	hilogSetters = "rgGpQkb"
)

var hilogLong = map[string]byte{
	"exit": 'x', "head": 'a', "tail": 'z', "type": 't', "level": 'L', "domain": 'D', "tag": 'T', "pid": 'P', "regex": 'e',
	"format": 'v', "buffer-size": 'G', "privacy": 'p', "baselevel": 'b', "base-level": 'b',
}

func parseHilog(args []string) (logQuery, error) {
	var q logQuery
	for len(args) > 0 {
		option, value, valued := args[0], "", false
		args = args[1:]
		var letter byte
		long, isLong := strings.CutPrefix(option, "--")
		switch {
		case option == "--persist":
			q.persist = true
			continue
		case isLong:
			long, value, valued = strings.Cut(long, "=")
			letter = hilogLong[long]
		case len(option) == 2 && option[0] == '-':
			letter = option[1]
		}
		switch {
		case letter == 0 || !contains(hilogValues+hilogFlags, letter):
			return q, complaint("Invalid argument: " + option)
		case contains(hilogValues, letter) && !valued:
			if len(args) == 0 {
				return q, complaint("option requires an argument -- " + string(letter))
			}
			value, args = args[0], args[1:]
		}
		if err := q.take(letter, value); err != nil {
			return q, err
		}
	}
	return q, nil
}

// take reads one option.
func (q *logQuery) take(letter byte, value string) (err error) {
	if contains(hilogSetters, letter) {
		q.set, q.value = letter, value
		return nil
	}
	switch letter {
	case 'x':
		q.exit = true
	case 'T':
		q.tags = append(q.tags, strings.Split(value, ",")...)
	case 'L':
		q.levels = append(q.levels, strings.Split(strings.ToUpper(value), ",")...)
	case 't':
		q.types = append(q.types, strings.Split(value, ",")...)
	case 'D':
		return q.takeDomains(value)
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
	case 'v':
		return q.format.take(value)
	}
	if err != nil {
		return complaint("Invalid value: " + value)
	}
	return nil
}

func (q *logQuery) takeDomains(value string) error {
	for part := range strings.SplitSeq(value, ",") {
		n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(part), "0x"), 16, 32)
		if err != nil {
			return complaint("Invalid domain: " + part)
		}
		q.domains = append(q.domains, uint32(n))
	}
	return nil
}

// plainDomain is a domain as lines show it: the core's are written with a d in
// front.
func plainDomain(domain uint32) uint32 { return domain & 0xfffff }

func (f *logFormat) take(value string) error {
	switch value {
	case "time", "color", "colour", "msec":
	case "epoch":
		f.epoch = true
	case "monotonic":
		f.monotonic = true
	case "usec":
		f.digits = 6
	case "nsec":
		f.digits = 9
	case "year":
		f.year = true
	case "zone":
		f.zone = true
	case "wrap":
		f.wrap = true
	default:
		return complaint("Invalid format: " + value)
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
	if l.kind == kindMark {
		return true
	}
	in := func(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
	domain := len(q.domains) == 0 || slices.ContainsFunc(q.domains, func(d uint32) bool { return plainDomain(d) == l.domain })
	kind := map[byte]string{'A': "app", 'C': "core"}[l.kind]
	return domain && in(q.tags, l.tag) && in(q.levels, l.level) && in(q.types, kind) &&
		(q.pid == 0 || q.pid == l.pid) && (q.match == nil || q.match.MatchString(l.text))
}
