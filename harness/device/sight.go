// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/fixtures"
)

// Sighting is what the system showed of one message.
type Sighting struct {
	Nonce string `json:"nonce"`
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

// Sight looks for the nonce in what the system shows now: the notification
// centre, a banner, the desktop, the lock screen. It reads the UI tree once,
// opens nothing and wakes no one; see OpenShade. What stands in a window of
// the app itself is no sighting, since the app may well show what it was
// handed. seen is false where the nonce is nowhere, or only outside the
// display. (Claim device.layout.notification.)
func (d *Device) Sight(ctx context.Context, nonce string) (s Sighting, seen bool, err error) {
	if nonce == "" {
		return Sighting{}, false, errNoNonce
	}
	layout, err := d.Layout(ctx)
	if err != nil {
		return Sighting{}, false, err
	}
	s, seen = layout.sight(d.app.Bundle, nonce)
	return s, seen, nil
}

func (l *Layout) sight(bundle, nonce string) (Sighting, bool) {
	for _, n := range l.nodes {
		if !n.carries(nonce) || bundle != "" && n.Bundle == bundle {
			continue
		}
		tap, ok := l.tap(n)
		if !ok {
			continue
		}
		s := Sighting{Nonce: nonce, Node: n.Node, Tap: tap, Evidence: l.Evidence(bundle, nonce)}
		for a := range n.upwards() {
			s.Clickable = s.Clickable || a.Clickable && !l.visible(a).Empty()
		}
		return s, true
	}
	return Sighting{}, false
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
