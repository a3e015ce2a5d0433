// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

// The capabilities that some devices lack, by the names of canIUse. Source:
// Live View Kit and Call Service Kit, ArkTS API.
const (
	capabilityViews = "SystemCapability.LiveView.LiveViewService"
	capabilityCalls = "SystemCapability.Telephony.VoipCallManager"
)

// capabilities are those of them that this device has.
func (d *Device) capabilities() []string {
	var all []string
	for name, lacks := range map[string]func() error{capabilityViews: d.hasViews, capabilityCalls: d.hasCalls} {
		if lacks() == nil {
			all = append(all, name)
		}
	}
	return all
}
