// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

// Scrub redacts texts as a result's are.
func Scrub(secrets []string, texts ...string) []string { return newScrubber(secrets...).lines(texts) }

// JudgeLayout judges a tree; the outcome and what is said of it.
func JudgeLayout(tree string) (Outcome, string, []string) {
	f := judgeLayout([]byte(tree))
	return f.outcome, f.reason, f.evidence
}

// SystemWindows reads a window dump.
func SystemWindows(text string) ([]string, bool) { return systemWindows(text) }

// CountLog counts a log.
func CountLog(text string) string { return countLog(text).String() }

// DialogButtons returns the buttons' texts.
func DialogButtons(nodes []device.Node) []string { return dialogButtons(nodes) }

// ProcessesOf reads ps.
func ProcessesOf(list, bundle string) (main, others []string) { return processesOf(list, bundle) }

// Splice rewrites seen.
func Splice(data []byte, altered map[string][]fixtures.Seen) ([]byte, error) {
	return splice(data, altered)
}

// CheckNames returns the names of checks for devices and for clouds.
func CheckNames() (devices, clouds map[string]bool) {
	devices, clouds = map[string]bool{}, map[string]bool{}
	for name := range checks {
		devices[name] = true
	}
	for name := range cloudChecks {
		clouds[name] = true
	}
	return devices, clouds
}
