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
)

// Log returns what the app's processes wrote under a tag last, the oldest
// first and at most that many lines, without what hilog puts before them. The device
// keeps little, and a release build of the system shows warnings and errors
// only. (Claim device.hilog.query.)
func (d *Device) Log(ctx context.Context, tag string, most int) ([]string, error) {
	const doing = "read the app's log"
	if err := d.needApp(doing); err != nil {
		return nil, err
	}
	text, err := d.do(ctx, "hilog.recent", map[string]string{"tag": tag})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	pids, err := d.pids(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	lines := parseLog(text, tag, d.app.Bundle, pids)
	return lines[max(0, len(lines)-most):], nil
}

// maxLogLine bounds a line in bytes; hilog's own limit is 4096.
const maxLogLine = 512

// logLine finds process id, process (which may be missing), tag and message.
var logLine = regexp.MustCompile(`^\S+ \S+ +(\d+) +\d+ [DIWEF] [A-Z][0-9A-Fa-f]+/(?:([^/ ]*)/)?([^/: ]+): (.*)$`)

// parseLog picks the messages of a tag out of hilog's lines: those of one of
// the processes, and those that name the bundle, whose process may be gone. The
// process's name is missing, or shortened, on some versions.
func parseLog(text, tag, bundle string, pids []int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		m := logLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil || m[3] != tag {
			continue
		}
		name, _, _ := strings.Cut(m[2], ":")
		pid, err := strconv.Atoi(m[1])
		if name == bundle || err == nil && slices.Contains(pids, pid) {
			lines = append(lines, oneLine(m[4], maxLogLine))
		}
	}
	return lines
}
