// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
)

// screen is a layout of one window of the bundle that holds the nodes.
func screen(windowBundle string, nodes ...string) string {
	return `{"attributes":{"bounds":"[0,0][1000,2000]"},"children":[{"attributes":{"bounds":"[0,0][1000,2000]","bundleName":"` +
		windowBundle + `","type":"root"},"children":[` + strings.Join(nodes, ",") + `]}]}`
}

func node(bounds, attributes string, children ...string) string {
	return fmt.Sprintf(`{"attributes":{"bounds":%q,%s},"children":[%s]}`, bounds, attributes, strings.Join(children, ","))
}

func TestSight(t *testing.T) {
	const nonce = "n-7f3ac19e"
	system := "com.ohos.sceneboard"
	row := func(bounds, clickable, inner string) string {
		return node(bounds, `"type":"Row","clickable":"`+clickable+`"`, inner)
	}
	text := node("[100,100][500,200]", `"text":"Order `+nonce+`"`)
	tests := []struct {
		name   string
		layout string
		seen   bool
		tap    device.Point
		click  bool
	}{
		{"in the shade, shortened by the system", testdata(t, "layout-shade.json"), true, device.Point{X: 630, Y: 560}, true},
		{"in text, nothing clickable", screen(system, text), true, device.Point{X: 300, Y: 150}, false},
		{"in a description", screen(system, node("[0,0][100,100]", `"description":"`+nonce+`"`)), true, device.Point{X: 50, Y: 50}, false},
		{"the nearest clickable counts", screen(system, row("[0,0][1000,1000]", "true", row("[100,0][600,300]", "true", text))), true, device.Point{X: 350, Y: 150}, true},
		{"what is not clickable is passed over", screen(system, row("[0,0][1000,1000]", "true", row("[100,0][600,300]", "false", text))), true, device.Point{X: 500, Y: 500}, true},
		{"only the visible part is tapped", screen(system, row("[0,1900][1000,2500]", "true", node("[0,1900][1000,1990]", `"text":"`+nonce+`"`))), true, device.Point{X: 500, Y: 1950}, true},
		{"nowhere", screen(system, node("[0,0][100,100]", `"text":"Order n-00000000"`)), false, device.Point{}, false},
		{"outside the display", screen(system, node("[0,-300][100,-100]", `"text":"`+nonce+`"`)), false, device.Point{}, false},
		{"without any extent", screen(system, node("[10,10][10,10]", `"text":"`+nonce+`"`)), false, device.Point{}, false},
		{"in the app's own window", screen(bundle, text), false, device.Point{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.screens = []string{tt.layout}
			got, seen, err := open(t, s).Sight(t.Context(), nonce)
			if err != nil || seen != tt.seen {
				t.Fatalf("seen %v, error %v; want %v", seen, err, tt.seen)
			}
			if got.Tap != tt.tap || got.Clickable != tt.click {
				t.Errorf("tap %v, clickable %v; want %v, %v", got.Tap, got.Clickable, tt.tap, tt.click)
			}
			if seen && (got.Nonce != nonce || len(got.Evidence) == 0) {
				t.Errorf("sighting %+v has nonce and evidence", got)
			}
		})
	}
}

func TestSightKeepsNothingOfOthers(t *testing.T) {
	s := newScript(t, "phone")
	got, seen, err := open(t, s).Sight(t.Context(), "n-7f3ac19e")
	if err != nil || !seen {
		t.Fatal(seen, err)
	}
	kept, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"Mum", "dinner at eight?"} {
		if strings.Contains(string(kept), private) {
			t.Errorf("the sighting keeps %q", private)
		}
	}
	for _, ours := range []string{"our page", "Order 7 n-7f3ac19e shipped"} {
		if !strings.Contains(string(kept), ours) {
			t.Errorf("the sighting lost %q", ours)
		}
	}
}

func TestSightOfNothing(t *testing.T) {
	s := newScript(t, "phone")
	if _, seen, err := open(t, s).Sight(t.Context(), ""); err == nil || seen {
		t.Errorf("an empty nonce, which stands in every text: seen %v, error %v", seen, err)
	}
	if got := s.sent(`^uitest`); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

func TestClick(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	if err := d.OpenShade(t.Context()); err != nil {
		t.Fatal(err)
	}
	sighting, _, err := d.Sight(t.Context(), "n-7f3ac19e")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Click(t.Context(), sighting); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`^uitest uiInput click`); len(got) != 1 || got[0] != "uitest uiInput click 630 560" {
		t.Errorf("sent %q", got)
	}
	if err := d.CloseShade(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.sent(`Back$`); len(got) != 0 {
		t.Errorf("sent %q: the click has closed the shade, and Back would reach the app", got)
	}
}

func TestClickOfNoSighting(t *testing.T) {
	s := newScript(t, "phone")
	mentions(t, open(t, s).Click(t.Context(), device.Sighting{Nonce: "n-1"}), "n-1", "not sighted")
	if got := s.sent(`^uitest`); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}
