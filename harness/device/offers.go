// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// Build is what kind of firmware a device runs. (Claim device.build.params.)
type Build struct {
	// Engineering is set on firmware that is not for consumers: a shell there
	// may do more, and some tools exist only there.
	Engineering bool `json:"engineering"`
	// DeveloperMode is set unless the device says that it is off: the shell is
	// hardly reached without.
	DeveloperMode bool `json:"developerMode"`
	// LogFirmware is set where the firmware's version ends in "log": hilog shows
	// INFO without being told to.
	LogFirmware bool `json:"logFirmware"`
}

// String names the build in a sentence: "consumer firmware, developer mode".
func (b Build) String() string {
	kind, mode := "consumer firmware", "developer mode off"
	if b.Engineering {
		kind = "engineering firmware"
	}
	if b.LogFirmware {
		kind += " with logs"
	}
	if b.DeveloperMode {
		mode = "developer mode on"
	}
	return kind + ", " + mode
}

// buildOf reads the build from a device's parameters.
func buildOf(params map[string]string) Build {
	return Build{
		Engineering:   params[paramDebuggable] == "1",
		DeveloperMode: params[paramDeveloper] != "false",
		LogFirmware:   strings.HasSuffix(strings.TrimRight(params[paramSoftware], ") "), "log"),
	}
}

// NotOfferedError says that a device does not offer a command: its firmware has
// no such tool, or refuses it on this build. It is no fault of the app and no
// fault of the harness; what would have been seen stays unknown.
type NotOfferedError struct {
	// Tool is the program.
	Tool string
	// DeviceType is one of fixtures.DeviceTypes, "" where not yet known.
	DeviceType string
	// Build and API are what the device runs.
	Build Build
	API   int
	// Why says what is missing; Source says who says so.
	Why, Source string
	// Advice is what a person can do.
	Advice string
}

// Error implements error.
func (e *NotOfferedError) Error() string {
	return fmt.Sprintf("this %s (API %d, %s) does not offer %s: %s (%s); %s",
		e.DeviceType, e.API, e.Build, e.Tool, e.Why, e.Source, e.Advice)
}

// Offers reports whether the device has a tool, as it said when it was opened
// or when the tool was used since. A tool that was never asked for counts as
// there.
func (d *Device) Offers(tool string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	has, known := d.profile.Offers[tool]
	return has || !known
}

// learnAbsent remembers that the device has no such tool.
func (d *Device) learnAbsent(tool string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	offers := maps.Clone(d.profile.Offers)
	if offers == nil {
		offers = map[string]bool{}
	}
	offers[tool] = false
	d.profile.Offers = offers // a Profile that was handed out stays as it was
}

// offered refuses a command for which the device is known to lack something.
func (d *Device) offered(row fixtures.DeviceCommand) error {
	needs, p := row.Needs, d.Profile()
	switch {
	case p.Type == "": // still being opened
	case needs.API > p.API:
		return d.notOffered(row, fmt.Sprintf("it came with API %d", needs.API))
	case needs.Build == fixtures.BuildEngineering && !p.Build.Engineering:
		return d.notOffered(row, "only engineering firmware has it")
	case len(needs.DeviceTypes) > 0 && !slices.Contains(needs.DeviceTypes, p.Type):
		return d.notOffered(row, "it is known on "+strings.Join(needs.DeviceTypes, ", ")+" only")
	case needs.DeveloperMode && !p.Build.DeveloperMode:
		return d.notOffered(row, "it needs developer mode, which is off")
	case !d.Offers(row.Tool):
		return d.notOffered(row, "its firmware has no "+row.Tool)
	}
	d.mu.Lock()
	why, refused := d.refusals[row.Name]
	d.mu.Unlock()
	if refused {
		return d.notOffered(row, why)
	}
	return nil
}

// notOffered makes the error, with what a person can do.
func (d *Device) notOffered(row fixtures.DeviceCommand, why string) *NotOfferedError {
	return d.notOfferedBy(d.Profile(), row, why)
}

func (d *Device) notOfferedBy(p Profile, row fixtures.DeviceCommand, why string) *NotOfferedError {
	e := &NotOfferedError{Tool: row.Tool, DeviceType: p.Type, Build: p.Build, API: p.API, Why: why, Source: row.Source}
	switch {
	case !p.Build.DeveloperMode:
		e.Advice = "turn developer mode on in its settings (About: tap the software version seven times; then System > Developer options)"
	case row.Needs.API > p.API:
		e.Advice = fmt.Sprintf("use a device with API %d or later", row.Needs.API)
	case row.Needs.Build == fixtures.BuildEngineering:
		e.Advice = "use engineering firmware, or do without"
	default:
		e.Advice = "update the device's firmware, or try: hdc -t " + d.key + " shell " + row.Tool
	}
	return e
}

// probedTools are the tools of the table, each once, sorted.
func probedTools() []string {
	tools := map[string]bool{}
	for _, row := range fixtures.DeviceCommands() {
		if row.Tool != "" && row.Tool != "command" && row.Tool != "echo" {
			tools[row.Tool] = true
		}
	}
	return slices.Sorted(maps.Keys(tools))
}

// toolMark stands before the answer for each tool in the profile's command.
const toolMark = "@tool:"

// parseOffers reads what a list of `echo @tool:NAME;command -v NAME` printed.
// It returns nil where the answers tell nothing: param has just been used, so a
// shell that does not find it finds none. (Claim device.shell.command-v.)
func parseOffers(text string, tools []string) map[string]bool {
	offers := map[string]bool{}
	current := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, toolMark); ok {
			if current = ""; slices.Contains(tools, name) {
				current = name
				offers[name] = false
			}
			continue
		}
		if current != "" && (line == current || strings.HasSuffix(line, "/"+current)) {
			offers[current] = true
		}
	}
	if !offers["param"] {
		return nil
	}
	return offers
}
