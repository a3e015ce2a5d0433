// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/pushproof/pushproof/fixtures"
)

// Sighting is what the system showed of one message.
type Sighting struct {
	Nonce string `json:"nonce"`
	// Place is where it was shown, PlaceUnknown where nothing tells.
	Place Place `json:"place,omitempty"`
	// Node is the node that carries the nonce.
	Node Node `json:"node"`
	// Tap is where a tap opens it: the middle of the nearest clickable node
	// upwards.
	Tap Point `json:"tap"`
	// Clickable says whether there was such a node; without one Tap is the
	// middle of Node itself.
	Clickable bool `json:"clickable"`
	// Evidence holds every node of the driven app and of the nonce.
	Evidence []Node `json:"evidence"`
}

// errNoNonce is the answer to a search that would find every node.
var errNoNonce = errors.New("look for a message: the nonce is empty")

// Sight looks for the nonce in what the system shows now: an incoming call, the
// notification centre, the lock screen, a banner, the desktop. It reads the UI
// tree once (and the list of windows, where the tree does not tell what a window
// is), opens nothing and wakes no one; see OpenShade. What stands in a window of
// the app itself is no sighting, since the app may well show what it was
// handed. seen is false where the nonce is nowhere, or only outside the
// display. (Claims device.layout.notification and device.layout.window.)
func (d *Device) Sight(ctx context.Context, nonce string) (s Sighting, seen bool, err error) {
	if nonce == "" {
		return Sighting{}, false, errNoNonce
	}
	layout, err := d.Layout(ctx)
	if err != nil {
		return Sighting{}, false, err
	}
	var names map[int]Window
	if layout.unplaced(d.app.Bundle, nonce) {
		// Without the list the place stays unknown, which spoils no sighting.
		names, _ = d.windowsByID(ctx)
	}
	s, seen = layout.sight(d.app.Bundle, nonce, names)
	return s, seen, nil
}

// candidates yields the nodes that carry the nonce in windows that are not the
// app's, and where a tap reaches them.
func (l *Layout) candidates(bundle, nonce string) iter.Seq2[*treeNode, Point] {
	return func(yield func(*treeNode, Point) bool) {
		for _, n := range l.nodes {
			if !n.carries(nonce) || bundle != "" && n.Bundle == bundle {
				continue
			}
			if tap, ok := l.tap(n); ok && !yield(n, tap) {
				return
			}
		}
	}
}

// unplaced reports whether the tree alone leaves a candidate's place open, and
// the list of windows may tell.
func (l *Layout) unplaced(bundle, nonce string) bool {
	for n := range l.candidates(bundle, nonce) {
		if placeNamed(n.Ability) == PlaceUnknown && n.window > 0 {
			return true
		}
	}
	return false
}

// sight takes the candidate whose place lies above the others'; names are
// windows by their id.
func (l *Layout) sight(bundle, nonce string, names map[int]Window) (best Sighting, seen bool) {
	for n, tap := range l.candidates(bundle, nonce) {
		place := n.place(names)
		if seen && place.rank() >= best.Place.rank() {
			continue
		}
		best, seen = Sighting{Nonce: nonce, Place: place, Node: n.Node, Tap: tap}, true
		for a := range n.upwards() {
			best.Clickable = best.Clickable || a.Clickable && !l.visible(a).Empty()
		}
	}
	if seen {
		best.Evidence = l.Evidence(bundle, nonce)
	}
	return best, seen
}

// Click taps what was sighted. The place is that of the sighting: look again
// when something may have moved. A click closes the notification centre.
// (Claim device.click.touch.)
func (d *Device) Click(ctx context.Context, s Sighting) error {
	if _, err := d.Method(fixtures.ActionClick); err != nil {
		return err
	}
	if s.Node.Bounds.Empty() {
		return fmt.Errorf("click message %q: it was not sighted, so there is no place to tap", s.Nonce)
	}
	if err := d.click(ctx, s.Tap); err != nil {
		return err
	}
	d.setShade(false)
	return nil
}

func (d *Device) click(ctx context.Context, p Point) error {
	return d.input(ctx, fmt.Sprintf("tap at %d,%d", p.X, p.Y), "uitest.click",
		map[string]string{"x": strconv.Itoa(p.X), "y": strconv.Itoa(p.Y)})
}
