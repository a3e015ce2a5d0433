// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Log returns what the app's processes wrote under a tag last, the oldest
// first and at most that many lines, without what hilog puts before them. The device
// keeps little, and a release build of the system shows warnings and errors
// only; see RaiseLog. (Claim device.hilog.query.)
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

// parseLog picks the messages of a tag out of hilog's lines, as ours tells them.
func parseLog(text, tag, bundle string, pids []int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if l := hdc.ParseLogLine(line); l.Tag == tag && ours(l, bundle, pids) {
			lines = append(lines, oneLine(l.Message, maxLogLine))
		}
	}
	return lines
}

// ours reports whether a line is of one of the processes, or names the bundle as
// its process, which may be gone. The process's name is missing, or shortened, on
// some versions.
func ours(l hdc.LogLine, bundle string, pids []int) bool {
	name, _, _ := strings.Cut(l.Process, ":")
	return name == bundle || slices.Contains(pids, l.PID)
}

// longWord is what may be a Push Token, a JWT or a key: no word of a language is
// as long, and no path that evidence needs.
var longWord = regexp.MustCompile(`[A-Za-z0-9_+/=.-]{48,}`)

// withoutSecrets takes what may be a secret out of a line: an app may well log
// its own Push Token.
func withoutSecrets(l hdc.LogLine) hdc.LogLine {
	for _, text := range []*string{&l.Message, &l.Raw} {
		*text = longWord.ReplaceAllStringFunc(*text, func(word string) string {
			return fmt.Sprintf("(%d characters left out)", len(word))
		})
	}
	return l
}
