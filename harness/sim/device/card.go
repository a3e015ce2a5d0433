// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// card is a card (form) of an app on the desktop. It survives reboots.
type card struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// firstCard is the smallest number of a card.
const firstCard = 1_000_000_000

// AddCard puts a card of the app on the desktop, as the device's user does, and
// returns its form id. The card shows nothing: what Push Kit writes into cards
// is not simulated here.
func (d *Device) AddCard(bundle, form string) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(bundle)
	if a == nil {
		return 0, fmt.Errorf("add the card %s of %s: %w", form, bundle, errNotInstalled)
	}
	id := int64(firstCard)
	for _, other := range d.apps {
		for _, c := range other.kept.Cards {
			id = max(id, c.ID+1)
		}
	}
	if len(a.kept.Cards) >= maxCards {
		return 0, fmt.Errorf("add the card %s of %s: the simulated desktop holds %d cards of an app", form, bundle, maxCards)
	}
	a.kept.Cards = append(a.kept.Cards, card{id, form})
	d.save(a)
	return id, nil
}

// RemoveCard takes a card from the desktop; one that is not there is no error.
func (d *Device) RemoveCard(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.apps {
		before := len(a.kept.Cards)
		a.kept.Cards = slices.DeleteFunc(a.kept.Cards, func(c card) bool { return c.ID == id })
		if len(a.kept.Cards) != before {
			d.save(a)
		}
	}
}

// dumpForms is hidumper -s FormMgr. Its lines are rebuilt from the names in the
// source, their order and what stands around them is claim device.forms.dump.
func (d *Device) dumpForms(w io.Writer, args []string) {
	if len(args) == 0 || len(args[0]) != 2 || args[0][0] != '-' {
		fmt.Fprint(w, "error: unknown option.\n")
		return
	}
	value := ""
	if len(args) > 1 {
		value = args[1]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	found := false
	for _, a := range d.apps {
		for _, c := range a.kept.Cards {
			fits := false
			switch args[0] {
			case "-n":
				fits = a.spec.Bundle == value
			case "-i":
				fits = strconv.FormatInt(c.ID, 10) == value
			case "-s", "-r":
				fits = true
			}
			found = found || fits
			if fits {
				fmt.Fprintf(w, "================FormRecord=================\nFormId [%d]\nformName [%s]\nbundleName [%s]\nmoduleName [%s]\nneedRefresh [0]\nversionCode [%d]\nuserId [100]\ntype [ArkTS]\n\n",
					c.ID, c.Name, a.spec.Bundle, a.spec.module(), a.spec.versionCode())
			}
		}
	}
	if !found {
		fmt.Fprintf(w, "error: no form %s\n", value)
	}
}
