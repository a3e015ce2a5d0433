// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"strconv"
	"strings"
)

// parsePIDs reads pidof's answer: ids with blanks between, or nothing.
func parsePIDs(text string) ([]int, error) {
	var pids []int
	for _, field := range strings.Fields(text) {
		pid, err := strconv.Atoi(field)
		if err != nil || pid <= 0 {
			return nil, fmt.Errorf("%q is no process id", excerpt(field))
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// ability is one AbilityRecord of `aa dump -l`.
type ability struct {
	name, bundle   string
	state, process string
}

// parseAbilities reads the records of a bundle. known is false where the text
// is not such a dump at all. Source of the format: OpenHarmony source of
// ability_runtime.
func parseAbilities(text, bundle string) (abilities []ability, known bool) {
	var current *ability
	keep := func() {
		if current != nil && current.bundle == bundle {
			abilities = append(abilities, *current)
		}
		current = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "User ID #"), strings.HasPrefix(line, "current mission lists:"):
			known = true
			keep()
		case strings.HasPrefix(line, "Mission ID #"):
			keep()
		case strings.HasPrefix(line, "AbilityRecord ID #"):
			keep()
			current = &ability{}
		case current == nil:
		case strings.HasPrefix(line, "main name ["):
			current.name = bracketed(line)
		case strings.HasPrefix(line, "bundle name ["):
			current.bundle = bracketed(line)
		case strings.HasPrefix(line, "state #"):
			current.state = hashed(line)
		case strings.HasPrefix(line, "app state #"):
			current.process = hashed(line)
		}
	}
	keep()
	return abilities, known
}

// bracketed returns x of "name [x]".
func bracketed(line string) string {
	_, rest, _ := strings.Cut(line, "[")
	inside, _, _ := strings.Cut(rest, "]")
	return inside
}

// hashed returns X of "state #X  start time [1]".
func hashed(line string) string {
	_, rest, _ := strings.Cut(line, "#")
	word, _, _ := strings.Cut(rest, " ")
	return word
}
