// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// build is what a device's parameters say of its firmware: it decides which
// tools there are and what they answer. Another build is other parameters of
// the profile, nothing else.
type build struct {
	// engineering is a build for developers of the system; others are user
	// builds, the consumers' firmware.
	engineering bool
	// developer is developer mode: it is on unless the parameter says false.
	developer bool
	// log is firmware whose version ends in "log".
	log  bool
	api  int
	kind string // one of fixtures.DeviceTypes
}

// API levels at which tools and texts changed. Sources: the guides of the tools
// and the OpenHarmony branches of those releases.
const (
	apiMemoryLevel = 13 // aa send-memory-level
	apiLogWarnings = 15 // nolog firmware shows warnings only
	api60          = 20 // HarmonyOS 6.0: netcopilot, network-cfg, aa start -W, bm dump -l
	api61          = 23 // HarmonyOS 6.1: notification dump on engineering builds only
	api70          = 26 // HarmonyOS 7.0: testhelper
)

func buildOf(p fixtures.Profile) build {
	api, err := strconv.Atoi(p.Params["const.ohos.apiversion"])
	if err != nil {
		api = p.API
	}
	return build{
		engineering: p.Params["const.debuggable"] == "1",
		developer:   p.Params["const.security.developermode.state"] != "false",
		log:         strings.HasSuffix(strings.TrimRight(p.Params["const.product.software.version"], ") "), "log"),
		api:         api,
		kind:        p.DeviceType,
	}
}

// Whether a build has a tool.
func hasAnm(b build) bool        { return b.engineering || b.api < api60 }
func hasNetworkCfg(b build) bool { return b.api >= api60 }
func hasTesthelper(b build) bool { return b.api >= api70 && b.kind != "wearable" }

// hasNetcopilot: the network navigator is for phones and tablets. Claim
// device.network.scenario.
func hasNetcopilot(b build) bool {
	return b.api >= api60 && (b.kind == "phone" || b.kind == "tablet")
}

// supports reports whether messages of the kind work on this device, by the
// support table. What a device without support does with one, receipt 14 and a
// line in the log, is a claim: pushservice.unsupported.
func (d *Device) supports(kind push.Kind) bool {
	row, known := fixtures.Support(kind, d.opts.Profile.DeviceType)
	if !known {
		return false
	}
	ok, _ := row.On(d.opts.Profile.API, d.emulated())
	return ok
}

// emulated reports whether the parameters are an emulator's: claim
// device.emulator.model.
func (d *Device) emulated() bool {
	p := d.opts.Profile.Params
	return p["const.product.model"] == "emulator" || p["ohos.qemu.hvd.name"] != ""
}

// tool returns the tool of that name, if the device's build has it.
func (d *Device) tool(name string) (tool, bool) {
	if on, limited := offered[name]; limited && !on(d.build) {
		return nil, false
	}
	run, ok := tools[name]
	return run, ok
}
