// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

// cards stand along the lower edge of the desktop, as far as they fit: each
// shows the texts that its page is bound to, in the order of their keys. That
// the texts stand in the desktop's window is claim kinds.form.tree. d.mu is
// held.
func (d *Device) cards(full box) []*node {
	var cards []*node
	side := full.right / 4
	for _, a := range d.apps {
		for _, c := range a.kept.Cards {
			x := len(cards) * side
			if x+side > full.right {
				return cards
			}
			frame := element("FormComponent", "", box{x, full.bottom - side, x + side, full.bottom}).id("form" + itoa64(c.ID)).clickable()
			frame.launch = a
			cards = append(cards, frame.add(c.parts(frame.box)...))
		}
	}
	return cards
}

// parts are the nodes of the card's page.
func (c *card) parts(b box) []*node {
	var parts []*node
	height := max((b.bottom-b.top)/8, 1)
	y := b.top
	for _, key := range slices.Sorted(maps.Keys(c.Data)) {
		value := c.Data[key]
		if value == "" || y+height > b.bottom {
			continue
		}
		line := box{b.left, y, b.right, y + height}
		if slices.Contains(c.Pictures, key) {
			image := element("Image", "", line)
			image.attributes["description"] = value
			parts = append(parts, image)
		} else {
			parts = append(parts, element("Text", value, line))
		}
		y += height
	}
	return parts
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
				fits = itoa64(c.ID) == value
			case "-s", "-r":
				fits = true
			}
			found = found || fits
			if fits {
				fmt.Fprintf(w, "================FormRecord=================\nFormId [%d]\nformName [%s]\nbundleName [%s]\nmoduleName [%s]\nabilityName [%s]\nneedRefresh [0]\nversionCode [%d]\nuserId [100]\ntype [ArkTS]\n\n",
					c.ID, c.Name, a.spec.Bundle, c.Module, c.Ability, a.spec.versionCode())
			}
		}
	}
	if !found {
		fmt.Fprintf(w, "error: no form %s\n", value)
	}
}
