// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Form is a card that stands somewhere, as the form service lists it. What it
// shows is not in the list: look in the UI tree.
type Form struct {
	// ID is the form's id.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Bundle, Module and Ability say whose it is.
	Bundle  string `json:"bundle"`
	Module  string `json:"module,omitempty"`
	Ability string `json:"ability,omitempty"`
	// NeedRefresh is set while an update waits for the card to be seen.
	NeedRefresh bool `json:"needRefresh"`
}

// Forms lists the cards of a bundle; none is no error. It disturbs nothing. The
// error is a *NotOfferedError or an *OutputError, or the shell's; a bundle name
// that is none is a *hdc.ArgumentError. (Claim device.forms.dump.)
func (d *Device) Forms(ctx context.Context, bundle string) ([]Form, error) {
	doing := "list the cards of " + bundle
	if err := hdc.CheckBundle(bundle); err != nil {
		return nil, fmt.Errorf("list the cards: %w", err)
	}
	text, err := d.dumpBody(ctx, "forms.dump", map[string]string{"argument": "-n " + bundle})
	if err == nil && text == "" {
		// Either there is no card, or the service does not answer: not known.
		err = d.notOffered(rowOf("forms.dump"), headerOnly)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	forms, known := parseForms(text, bundle)
	if !known {
		return nil, newOutputError(doing, "hidumper -s FormMgr", text, nil)
	}
	return forms, nil
}

// maxForms bounds the list; a desktop holds fewer.
const maxForms = 256

// parseForms reads the records of a bundle. known is false where there is
// neither a record nor one of the words for none: the service answers a bundle
// without cards by an error text.
func parseForms(text, bundle string) (forms []Form, known bool) {
	var current *Form
	keep := func() {
		if current != nil && current.ID != "" && current.Bundle == bundle && len(forms) < maxForms {
			forms = append(forms, *current)
		}
		current = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "=====") {
			keep()
			if strings.Contains(line, "=FormRecord=") {
				known, current = true, &Form{}
			}
			continue
		}
		name, _, _ := strings.Cut(line, " ")
		value := oneLine(bracketed(line), maxExcerpt)
		switch {
		case current == nil:
			low := strings.ToLower(line)
			known = known || strings.Contains(low, "not exist") || strings.Contains(low, "no form") || strings.HasPrefix(low, "error: ") && strings.Contains(low, bundle)
		case name == "FormId":
			if _, err := strconv.ParseInt(value, 10, 64); err == nil {
				current.ID = value
			}
		case name == "formName":
			current.Name = value
		case name == "bundleName":
			current.Bundle = value
		case name == "moduleName":
			current.Module = value
		case name == "abilityName":
			current.Ability = value
		case name == "needRefresh":
			current.NeedRefresh = value == "1" || value == "true"
		}
	}
	keep()
	return forms, known
}
