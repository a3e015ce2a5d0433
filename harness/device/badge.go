// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// BadgeReading is the number on an app's icon, as far as the desktop shows it.
type BadgeReading struct {
	// Known is unset where the icon was not found; Why says so.
	Known bool `json:"known"`
	// Count is the number, 0 where the icon has none.
	Count int `json:"count"`
	// More is set where the icon shows that there are more than Count: "99+".
	More bool   `json:"more,omitempty"`
	Why  string `json:"why,omitempty"`
}

// errNoLabel is the answer to a search for an icon without a label.
var errNoLabel = errors.New("read the badge: the app's label is empty: give the text that stands below its icon")

// badgeText is a badge's text.
var badgeText = regexp.MustCompile(`^(\d{1,5})(\+?)$`)

// Badge reads the number on the icon above that label from the UI tree of the
// desktop, which has to be in front (see Home). It keeps nothing else of the
// desktop. (Claim device.badge.tree.)
func (d *Device) Badge(ctx context.Context, label string) (BadgeReading, error) {
	if label = strings.TrimSpace(label); label == "" {
		return BadgeReading{}, errNoLabel
	}
	layout, err := d.Layout(ctx)
	if err != nil {
		return BadgeReading{}, err
	}
	names := map[int]Window{}
	if layout.desktopless() {
		// Without the list no window is known to be the desktop, and the icon is not
		// found: that is an answer.
		names, _ = d.windowsByID(ctx)
	}
	return layout.badge(label, names), nil
}

// place returns what the window of a node is.
func (n *treeNode) place(names map[int]Window) Place {
	if p := placeNamed(n.Ability); p != PlaceUnknown {
		return p
	}
	if w, ok := names[n.window]; ok {
		return w.Place()
	}
	return PlaceUnknown
}

// desktopless reports whether no window of the tree is named as the desktop.
func (l *Layout) desktopless() bool {
	for _, n := range l.nodes {
		if placeNamed(n.Ability) == PlaceDesktop {
			return false
		}
	}
	return true
}

// badge finds the label, the clickable node around it, and a number in that.
func (l *Layout) badge(label string, names map[int]Window) BadgeReading {
	for _, n := range l.nodes {
		if n.place(names) != PlaceDesktop || strings.TrimSpace(n.Text) != label || l.visible(n).Empty() {
			continue
		}
		for icon := range n.upwards() {
			if !icon.Clickable {
				continue
			}
			reading := BadgeReading{Known: true}
			for _, other := range l.nodes {
				m := badgeText.FindStringSubmatch(strings.TrimSpace(other.Text))
				if m == nil || other == n || !other.below(icon) {
					continue
				}
				reading.Count, _ = strconv.Atoi(m[1])
				reading.More = m[2] != ""
			}
			return reading
		}
	}
	return BadgeReading{Why: "the desktop is not in front, or shows no icon with that label"}
}

// below reports whether a node stands below another one.
func (n *treeNode) below(other *treeNode) bool {
	for a := range n.upwards() {
		if a == other {
			return a != n
		}
	}
	return false
}
