// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

// Types of a profile: pushCommon.AppProfileType.
const (
	ProfileAccount = 1 // of the device's Huawei account
	ProfileApp     = 2 // of the app's own accounts
)

// Profile is the argument of pushService.bindAppProfileId; unbindAppProfileId
// takes its id alone.
type Profile struct {
	Type int    `json:"appProfileType,omitempty"`
	ID   string `json:"appProfileId"`
}

// Event names what pushService.on and off are about: tokenUpdate.
type Event struct {
	Type string `json:"type"`
}
