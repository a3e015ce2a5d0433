// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"slices"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Codes of account binding. Source: Push Kit, ArkTS API error codes.
const (
	codeParameter  = 401
	codeTooMany    = 1000900015
	codeNotLogged  = 1000900016
	maxProfiles    = 10
	maxProfileSize = 64
)

// profile is an account that the app has bound to its token.
type profile struct {
	Type int    `json:"type"`
	ID   string `json:"id"`
	// Account is the Huawei account of the device at the time, for a profile of
	// that type.
	Account string `json:"account,omitempty"`
}

// SetAccount logs a Huawei account in, as the device's user does; "" logs it
// out.
func (d *Device) SetAccount(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.account = name
	d.notify()
}

// bindProfile is pushService.bindAppProfileId. One that is bound is bound anew.
func (d *Device) bindProfile(a *app, p seam.Profile) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(a.kept.Profiles, func(b profile) bool { return b.ID == p.ID })
	switch {
	case p.ID == "" || len(p.ID) > maxProfileSize || p.Type < seam.ProfileAccount || p.Type > seam.ProfileApp:
		return seam.Fail(codeParameter, "The parameter check failed.")
	case p.Type == seam.ProfileAccount && d.account == "":
		return seam.Fail(codeNotLogged, "The OS distributed account is not logged in.")
	case at < 0 && len(a.kept.Profiles) >= maxProfiles:
		return seam.Fail(codeTooMany, "The number of bound profile IDs exceeds the maximum.")
	}
	bound := profile{Type: p.Type, ID: p.ID}
	if p.Type == seam.ProfileAccount {
		bound.Account = d.account
	}
	a.kept.Profiles = slices.Clone(a.kept.Profiles)
	if at < 0 {
		a.kept.Profiles = append(a.kept.Profiles, bound)
	} else {
		a.kept.Profiles[at] = bound
	}
	d.save(a)
	return nil
}

// unbindProfile is pushService.unbindAppProfileId; one that is not bound is no
// error.
func (d *Device) unbindProfile(a *app, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id == "" {
		return seam.Fail(codeParameter, "The parameter check failed.")
	}
	a.kept.Profiles = slices.DeleteFunc(slices.Clone(a.kept.Profiles), func(b profile) bool { return b.ID == id })
	d.save(a)
	return nil
}

// bound reports whether a message for that profile is for whoever uses the
// device now; d.mu is held.
func (d *Device) bound(a *app, id string) bool {
	return slices.ContainsFunc(a.kept.Profiles, func(b profile) bool {
		return b.ID == id && (b.Type != seam.ProfileAccount || b.Account == d.account)
	})
}
