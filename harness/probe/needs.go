// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// needs reports whether what a probe needs is there; if not, the finding says
// what is missing.
func (e *env) needs(p fixtures.Probe) (finding, bool) {
	n := p.Needs
	if n.App && e.bundle == "" {
		return lacking("it needs an app: name one of yours with --bundle"), false
	}
	// A command that asks nothing of the device can be run on any.
	if e.dev == nil && (p.By == "go" || n.App || n.API > 0 || n.DeveloperMode || n.Build != "" || n.Emulator || len(n.DeviceTypes) > 0) {
		return lacking("%v: %v", errOpaque, e.unfit), false
	}
	if e.dev == nil {
		return finding{}, true
	}
	profile := e.dev.Profile()
	switch {
	case n.App && e.noApp != nil:
		return lacking("the app cannot be driven: %v", e.noApp), false
	case len(n.DeviceTypes) > 0 && !slices.Contains(n.DeviceTypes, profile.Type):
		return lacking("it is about %s, and this is a %s", strings.Join(n.DeviceTypes, ", "), profile.Type), false
	case n.API > profile.API:
		return lacking("it is about API %d and later, and this device has %d", n.API, profile.API), false
	case n.DeveloperMode && !profile.Build.DeveloperMode:
		return lacking("it needs developer mode, which is off"), false
	case n.Build == "user" && profile.Build.Engineering:
		return lacking("it is about consumer firmware, and this is engineering firmware"), false
	case n.Build == "engineering" && !profile.Build.Engineering:
		return lacking("it is about engineering firmware, and this is consumer firmware"), false
	case n.Emulator && !profile.Emulator:
		return lacking("it is about emulators, and this is none"), false
	}
	return finding{}, true
}
