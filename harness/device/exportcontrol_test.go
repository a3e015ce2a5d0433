// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "context"

// What the tests of changes and conditions need.

// MaxUndos is how many changes may stand at a time.
const MaxUndos = maxUndos

// OnRestore registers how a change is taken back.
func (d *Device) OnRestore(name string, undo func(context.Context) error) error {
	return d.onRestore(name, undo)
}

// What the fuzz targets need of the parsers of control.

// ParseScenarios reads netcopilot's list: names by number.
func ParseScenarios(text string) map[int][]string {
	names := map[int][]string{}
	for _, s := range parseScenarios(text) {
		names[s.number] = append(names[s.number], s.name)
	}
	return names
}

// ParseNumbers reads netcopilot's listing of one scenario.
var ParseNumbers = parseNumbers

// ParseFaultLogs picks an app's logs out of ls's names.
var ParseFaultLogs = parseFaultLogs

// ParseVersion reads the version out of bm dump.
var ParseVersion = parseVersion

// ParseRecord reads what was noted of an installation.
func ParseRecord(text string) (hash string, code, updated int64, err error) {
	record, err := parseRecord(text)
	return record.Hash, record.Code, record.Updated, err
}

// ParseProfile reads the bundle name of a package's module.json or pack.info.
var ParseProfile = parseProfile
