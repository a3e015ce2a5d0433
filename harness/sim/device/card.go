// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// card is a card (form) of an app on the desktop. It survives reboots.
type card struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// Ability is the FormExtensionAbility, Module its module.
	Module  string `json:"module"`
	Ability string `json:"ability"`
	// Data is what the card's page is bound to; a page sees texts only.
	Data map[string]string `json:"data,omitempty"`
	// Proxies are the keys that a push may write.
	Proxies []string `json:"proxies,omitempty"`
	// Pictures are the keys that hold a downloaded picture's name.
	Pictures []string `json:"pictures,omitempty"`
	// Version is that of the last refresh by push.
	Version int64 `json:"version"`
	// Day and Count are for the limit of refreshes in a day.
	Day   string `json:"day,omitempty"`
	Count int    `json:"count,omitempty"`
}

// firstCard is the smallest number of a card.
const firstCard = 1_000_000_000

// AddCard puts a card of the app on the desktop, as the device's user does, and
// returns its form id. The app's FormExtensionAbility is asked for what the card
// shows and which keys a push may write, in a process that ends 10 s after the
// last question (world's clock). The error says that the app is not installed or
// declares no such form, that the desktop is full, or why the ability did not
// answer.
func (d *Device) AddCard(bundle, form string) (int64, error) {
	a, c, err := d.newCard(bundle, form)
	if err == nil {
		err = d.bind(a, &c)
	}
	if err == nil {
		err = d.place(a, c)
	}
	if err != nil {
		return 0, fmt.Errorf("add the card %s of %s: %w", form, bundle, err)
	}
	return c.ID, nil
}

func (d *Device) newCard(bundle, form string) (*app, card, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(bundle)
	if a == nil {
		return nil, card{}, errNotInstalled
	}
	spec := a.spec.form(form)
	if spec == nil {
		return nil, card{}, errNoForm
	}
	d.ids.card = max(d.ids.card+1, firstCard)
	for _, other := range d.apps {
		for _, c := range other.kept.Cards {
			d.ids.card = max(d.ids.card, c.ID+1)
		}
	}
	return a, card{ID: d.ids.card, Name: form, Module: a.spec.module(), Ability: spec.Ability}, nil
}

// bind asks the app what the new card shows.
func (d *Device) bind(a *app, c *card) error {
	var b seam.Binding
	if err := d.askForm(a, seam.OnAddForm, c.want(a), &b); err != nil {
		return err
	}
	c.Data = map[string]string{}
	for key, value := range b.Data {
		c.Data[key] = asText(value)
	}
	for _, p := range b.Proxies {
		if p.SubscriberID == "" || p.SubscriberID == itoa64(c.ID) {
			c.Proxies = append(c.Proxies, p.Key)
		}
	}
	return nil
}

func (d *Device) place(a *app, c card) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case a.gone:
		return errNotInstalled
	case len(a.kept.Cards) >= maxCards:
		return fmt.Errorf("the simulated desktop holds %d cards of an app", maxCards)
	}
	a.kept.Cards = append(a.kept.Cards, c)
	d.save(a)
	return nil
}

// RemoveCard takes a card from the desktop; one that is not there is no error.
// The app's FormExtensionAbility is told behind that.
func (d *Device) RemoveCard(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.apps {
		i := a.card(id)
		if i < 0 {
			continue
		}
		gone := a.kept.Cards[i]
		a.kept.Cards = slices.Delete(slices.Clone(a.kept.Cards), i, i+1)
		d.save(a)
		d.goRun(func() {
			if err := d.askForm(a, seam.OnRemoveForm, gone.want(a), nil); err != nil {
				d.log.Debug("onRemoveForm was not answered", "bundle", a.spec.Bundle, "error", err)
			}
		})
	}
}

// card returns the index of the app's card, -1 if it has none of that id.
func (a *app) card(id int64) int {
	return slices.IndexFunc(a.kept.Cards, func(c card) bool { return c.ID == id })
}

// spent counts a refresh of the day and reports whether it is above the limit.
func (c *card) spent(limit int, now time.Time) bool {
	if limit <= 0 {
		return false
	}
	if day := now.Format(time.DateOnly); c.Day != day {
		c.Day, c.Count = day, 0
	}
	c.Count++
	return c.Count > limit
}

// CardState is a card on the desktop.
type CardState struct {
	ID   int64
	Name string
	// Version is that of the last refresh by push; 0 before the first.
	Version int64
	// Data is what the card's page is bound to.
	Data map[string]string
}

func (a *app) cardStates() []CardState {
	var all []CardState
	for _, c := range a.kept.Cards {
		all = append(all, CardState{ID: c.ID, Name: c.Name, Version: c.Version, Data: maps.Clone(c.Data)})
	}
	return all
}
