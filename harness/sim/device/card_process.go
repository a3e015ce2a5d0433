// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// formLife is how long the process of a FormExtensionAbility lives behind its
// last callback. Source: Form Kit, life cycle of the ability; the page on
// refreshing pictures says 5 s: claim kinds.form.life.
const formLife = 10 * time.Second

// codeNoForm is what updateForm says of a card that is not the app's. Source:
// Form Kit, error codes.
const codeNoForm = 16501001

var errNoForm = errors.New("the app declares no such form")

// The parameters of the want of a FormExtensionAbility. Source: Form Kit,
// formInfo.FormParam.
const (
	paramFormID   = "ohos.extra.param.key.form_identity"
	paramFormName = "ohos.extra.param.key.form_name"
)

// want is what the FormExtensionAbility is called with.
func (c *card) want(a *app) seam.Want {
	parameters, err := json.Marshal(map[string]string{paramFormID: itoa64(c.ID), paramFormName: c.Name})
	if err != nil {
		panic("marshal the want of a card: " + err.Error()) // two texts
	}
	return seam.Want{BundleName: a.spec.Bundle, ModuleName: c.Module, AbilityName: c.Ability, Parameters: parameters}
}

// askForm calls the app's FormExtensionAbility, whose process it starts if need
// be.
func (d *Device) askForm(a *app, method string, want seam.Want, result any) error {
	if err := d.forming.enter(d.ctx); err != nil {
		return err
	}
	defer d.forming.leave()
	d.mu.Lock()
	p := a.former()
	d.mu.Unlock()
	if p == nil {
		var err error
		if p, err = d.launch(a, seam.RoleForm); err != nil {
			return err
		}
	}
	d.mu.Lock()
	j := p.post(method, want, result)
	d.mu.Unlock()
	<-j.done
	d.mu.Lock()
	defer d.mu.Unlock()
	if !p.dead {
		p.stopTimer = d.opts.Clock.AfterFunc(formLife, func() { d.dismiss(p) })
	}
	return j.err
}

// former returns the living process of the app's FormExtensionAbility, or nil;
// d.mu is held.
func (a *app) former() *proc {
	for _, p := range a.extensions {
		if p.role == seam.RoleForm && !p.dead && !p.leaving {
			return p
		}
	}
	return nil
}

// updateForm is formProvider.updateForm: the app itself writes into one of its
// cards, any key of it. The version, which is for pushes, stays.
func (d *Device) updateForm(a *app, u seam.FormUpdate) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, err := strconv.ParseInt(u.FormID, 10, 64)
	i := a.card(id)
	if err != nil || i < 0 {
		return seam.Fail(codeNoForm, "The ID of the form to be operated does not exist.")
	}
	c := &a.kept.Cards[i]
	c.Data = maps.Clone(c.Data)
	for key, value := range u.Data {
		c.Data[key] = asText(value)
	}
	d.save(a)
	return nil
}

// asText is how a card's page sees a value: claim kinds.form.text.
func asText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
