// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// refresh is the payload of a form message. Source: Push Kit REST API,
// FormUpdatePayload.
type refresh struct {
	ModuleName  string                     `json:"moduleName"`
	AbilityName string                     `json:"abilityName"`
	FormName    string                     `json:"formName"`
	FormID      int64                      `json:"formId"`
	Version     int64                      `json:"version"`
	FormData    map[string]json.RawMessage `json:"formData"`
	Images      []picture                  `json:"images"`
}

// picture is one of a card's. Without Require it is 1: nothing is refreshed if
// it cannot be had.
type picture struct {
	KeyName string `json:"keyName"`
	URL     string `json:"url"`
	Require *int   `json:"require"`
}

func (p picture) required() bool { return p.Require == nil || *p.Require == 1 }

// form deals with a message of push-type 1: the data go into the card, whatever
// the app is doing, and no code of the app runs (claim kinds.form.no-callback).
// The notification switch has no say (claim kinds.form.switch-off).
func (d *Device) form(ctx context.Context, a *app, m sim.Message) sim.Receipt {
	var r refresh
	if err := json.Unmarshal(m.Payload, &r); err != nil {
		d.refuse(m, fmt.Errorf("read a form's payload: %w", err))
		return sim.Other
	}
	d.mu.Lock()
	receipt, why := d.admitRefresh(a, r)
	d.mu.Unlock()
	var pictures map[string]string
	if why == "" {
		var err error
		if pictures, err = d.pictures(ctx, r.Images); err != nil {
			receipt, why = sim.Other, err.Error()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i := a.card(r.FormID)
	if why == "" && i < 0 {
		receipt, why = sim.NotShown, "the card was removed meanwhile"
	}
	if why != "" {
		d.systemLog("W", "PushService", fmt.Sprintf("form %d of %s is not refreshed: %s", r.FormID, a.spec.Bundle, why))
		return receipt
	}
	d.refreshCard(a, i, r, pictures)
	return sim.Delivered
}

// admitRefresh says why a card is not refreshed, "" if it is; d.mu is held.
func (d *Device) admitRefresh(a *app, r refresh) (sim.Receipt, string) {
	if !d.supports(push.KindForm) {
		return sim.Other, "messages for cards are not supported here"
	}
	i := a.card(r.FormID)
	if i < 0 {
		return sim.NotShown, "there is no such card"
	}
	c := &a.kept.Cards[i]
	spec := a.spec.form(c.Name)
	switch {
	case c.Name != r.FormName || c.Module != r.ModuleName || c.Ability != r.AbilityName:
		// Claim kinds.form.names.
		return sim.NotShown, fmt.Sprintf("it is the card %s of %s in the module %s", c.Name, c.Ability, c.Module)
	case spec == nil || !spec.DataProxy:
		// Claim kinds.form.no-proxy.
		return sim.Other, "its form_config.json does not say dataProxyEnabled"
	case c.spent(d.opts.CardLimit, d.now()):
		return sim.FormRefreshLimit, "it was refreshed too often on this day"
	case r.Version != 0 && r.Version <= c.Version:
		// No receipt is documented for it: claim kinds.form.version-receipt.
		return sim.Other, fmt.Sprintf("version %d is not above %d", r.Version, c.Version)
	}
	return sim.Delivered, ""
}

// refreshCard writes the keys that the card has a proxy for; d.mu is held.
func (d *Device) refreshCard(a *app, i int, r refresh, pictures map[string]string) {
	c := &a.kept.Cards[i]
	c.Data, c.Version = maps.Clone(c.Data), r.Version
	if c.Data == nil {
		c.Data = map[string]string{}
	}
	write := func(key, value string) bool {
		if !slices.Contains(c.Proxies, key) {
			d.systemLog("W", "FormMgr", fmt.Sprintf("form %d has no proxy for the key %s", c.ID, key))
			return false
		}
		c.Data[key] = value
		return true
	}
	for key, value := range r.FormData {
		write(key, asText(value))
	}
	for key, name := range pictures {
		if write(key, name) && !slices.Contains(c.Pictures, key) {
			c.Pictures = append(slices.Clone(c.Pictures), key)
		}
	}
	d.systemLog("I", "FormMgr", fmt.Sprintf("form %d of %s refreshed, version %d", c.ID, a.spec.Bundle, c.Version))
	d.save(a)
}
