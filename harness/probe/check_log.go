// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// logTail is how many lines of the log a check reads.
const logTail = "200"

// logCount counts lines by their form. Nothing of their messages is kept: they
// are other apps'.
type logCount struct {
	lines, sound, noProcess, marks, other int
	tags                                  map[string]int
}

func countLog(text string) logCount {
	n := logCount{tags: map[string]int{}}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		l := hdc.ParseLogLine(line)
		n.lines++
		switch {
		case l.Lost != nil:
			n.marks++
		case l.Time == "":
			n.other++
		default:
			n.sound++
			if l.Process == "" {
				n.noProcess++
			}
			n.tags[l.Tag]++
		}
	}
	return n
}

func (n logCount) String() string {
	return fmt.Sprintf("%d lines: %d of the documented form, %d of them without a process name, %d marks of loss, %d others",
		n.lines, n.sound, n.noProcess, n.marks, n.other)
}

// checkHilogLine checks claim hdc.hilog-line: the options that LogFilter uses
// are known, and each line is of the documented form or a mark of loss.
func checkHilogLine(ctx context.Context, e *env) (finding, error) {
	got, err := e.shell(ctx, "hilog -x -z "+logTail)
	if err != nil {
		return finding{}, err
	}
	if f, ok := tool(got, "hilog"); !ok {
		return f, nil
	}
	n := countLog(got.text)
	if n.sound == 0 && n.other == 0 {
		return lacking("the log is empty: consumer firmware keeps warnings and errors only; use the device for a moment"), nil
	}
	// Multi-line messages repeat the head, so that a line without one is none.
	if n.other > 0 {
		return broken(fmt.Sprintf("%d of %d lines have neither the documented form nor a mark's", n.other, n.lines), n.String()), nil
	}
	for _, options := range []string{"-x -z 1 -T PushproofProbe", "-x -z 1 -D 0x2D00", "-x -z 1 -L W,E,F", "-x -z 1 -P 1", "-x -z 1 -e pushproof"} {
		got, err := e.shell(ctx, "hilog "+options)
		if err != nil {
			return finding{}, err
		}
		if hilogRefuses.MatchString(got.text) || got.exit != 0 {
			return broken(fmt.Sprintf("hilog does not take %s (exit status %d)", options, got.exit), n.String()), nil
		}
	}
	return held(n.String(), "the options -x -z -T -D -L -P -e were taken"), nil
}

// hilogRefuses is how hilog speaks of options that it does not know.
var hilogRefuses = regexp.MustCompile(`(?i)\b(invalid|illegal|unknown|usage|requires an argument)\b`)

// checkHilogTag checks claim device.hilog.query with the tag that is most common
// just now.
func checkHilogTag(ctx context.Context, e *env) (finding, error) {
	got, err := e.shell(ctx, "hilog -x -z "+logTail)
	if err != nil {
		return finding{}, err
	}
	if f, ok := tool(got, "hilog"); !ok {
		return f, nil
	}
	tag, most := "", 0
	for name, count := range countLog(got.text).tags {
		if plainTag.MatchString(name) && (count > most || count == most && name < tag) {
			tag, most = name, count
		}
	}
	if tag == "" {
		return lacking("the log has no line whose tag one could ask for: use the device for a moment"), nil
	}
	if got, err = e.shell(ctx, "hilog -x -T "+tag); err != nil {
		return finding{}, err
	}
	n := countLog(got.text)
	switch {
	case n.other > 0:
		return broken(fmt.Sprintf("%d of %d lines are not of the documented form", n.other, n.lines), n.String()), nil
	case n.sound == 0:
		return broken("a tag that had lines just now has none when it is asked for"), nil
	case n.tags[tag] != n.sound:
		return broken(fmt.Sprintf("%d of %d lines are of another tag", n.sound-n.tags[tag], n.sound), n.String()), nil
	}
	return held(n.String(), "all of them of the tag that was asked for"), nil
}

// plainTag is a tag that needs no quotes.
var plainTag = regexp.MustCompile(`^[A-Za-z0-9_]{1,32}$`)

// tool reports whether a tool ran; if not, the finding says that it is missing.
func tool(got output, name string) (finding, bool) {
	if got.exit == 127 || absentTool.MatchString(got.text) {
		return lacking("the firmware has no %s", name), false
	}
	return finding{}, true
}
