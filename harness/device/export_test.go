// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "time"

// What the fuzz targets need of the parsers.

// ParseParams parses and judges the profile's parameters.
func ParseParams(text string) (map[string]string, Profile, error) {
	params := parseParams(text, profileParams)
	p, err := profileOf(params)
	return params, p, err
}

// ParseHome returns the home ability of a bm dump and all abilities.
func ParseHome(text string) (home string, abilities []string, err error) {
	dump, err := parseBundle(text)
	if err != nil {
		return "", nil, err
	}
	return dump.home(), dump.abilities(), nil
}

// ParseState judges an aa dump and pidof's answer.
func ParseState(dump, pidof, bundle string) (State, bool, error) {
	abilities, known := parseAbilities(dump, bundle)
	pids, err := parsePIDs(pidof)
	return judgeState(abilities, pids), known, err
}

// ParseLayout parses a layout.
var ParseLayout = parseLayout

// Sight looks for a nonce in a layout.
func (l *Layout) Sight(bundle, nonce string) (Sighting, bool) { return l.sight(bundle, nonce, nil) }

// DialogNodes counts the nodes of the dialog.
func (l *Layout) DialogNodes() int { return len(l.dialog()) }

// Nodes counts the nodes.
func (l *Layout) Nodes() int { return len(l.nodes) }

// ParseLog picks an app's lines out of hilog's.
var ParseLog = parseLog

// Parsers of dumps.
var (
	ParseWindows  = parseWindows
	LockByWindows = lockByWindows
	ParseLock     = parseLock
	ParsePower    = parsePower
	BelowHeader   = belowHeader
	ParseForms    = parseForms
	ParseNotices  = parseNotices
)

// ParseOffers reads which tools there are.
var ParseOffers = parseOffers

// CutLog cuts a window out of hilog's lines.
func CutLog(text, nonce, bundle string, pids []int) LogWindow {
	w := logCut{bundle: bundle, nonce: nonce, pids: pids}
	w.add(text)
	return w.window(time.Minute, time.Time{}, nil, nil)
}
