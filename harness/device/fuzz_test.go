// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

func FuzzParams(f *testing.F) {
	for _, p := range fixtures.Profiles() {
		var text strings.Builder
		for name, value := range p.Params {
			fmt.Fprintf(&text, "@%s\n%s\n", name, value)
		}
		f.Add(text.String())
	}
	f.Add("@const.product.devicetype\nGet parameter \"const.product.devicetype\" fail! errNum is:106!\n")
	f.Fuzz(func(t *testing.T, text string) {
		params, profile, err := device.ParseParams(text)
		for name, value := range params {
			if value == "" || !strings.Contains(text, value) || !strings.Contains(text, "@"+name) {
				t.Errorf("param %q = %q is not in the text", name, value)
			}
		}
		if err == nil && (!slices.Contains(fixtures.DeviceTypes(), profile.Type) || profile.API <= 0) {
			t.Errorf("a profile of type %q, API %d was taken", profile.Type, profile.API)
		}
	})
}

func FuzzBundleDump(f *testing.F) {
	f.Add(testdata(f, "bm-dump.txt"))
	f.Add("error: failed to get information and the parameters may be wrong.\n")
	f.Add(`x:{"mainAbility":"A","abilityInfos":[{"name":"A"}],"hapModuleInfos":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		home, abilities, err := device.ParseHome(text)
		if err == nil && home != "" && !slices.Contains(abilities, home) {
			t.Errorf("home %q is none of %q", home, abilities)
		}
	})
}

func FuzzState(f *testing.F) {
	for _, name := range []string{"aa-dump-foreground.txt", "aa-dump-background.txt", "aa-dump-none.txt"} {
		f.Add(testdata(f, name), "4711 4790\n", bundle)
	}
	f.Fuzz(func(t *testing.T, dump, pidof, name string) {
		s, _, err := device.ParseState(dump, pidof, name)
		if err != nil {
			return
		}
		if (s.PID == 0) != (s.App == device.Stopped) {
			t.Errorf("state %v: no process means stopped, and nothing else does", s)
		}
		if s.App == device.Foreground && !strings.Contains(dump, "state #") {
			t.Errorf("state %v from a dump without states", s)
		}
	})
}

func FuzzLayout(f *testing.F) {
	for _, name := range []string{"layout-shade.json", "layout-dialog-zh.json", "layout-dialog-en.json", "layout-dialog-opaque.json", "layout-page.json"} {
		f.Add([]byte(testdata(f, name)), "n-7f3ac19e")
	}
	f.Add([]byte(`{"attributes":{"bounds":"[0,0][9,9]","text":7},"children":[{"attributes":null,"children":null}]}`), "7")
	f.Fuzz(func(t *testing.T, data []byte, nonce string) {
		layout, err := device.ParseLayout(data)
		if err != nil {
			return
		}
		screen := layout.Screen()
		if screen.Empty() {
			t.Fatalf("a layout of an empty display: %v", screen)
		}
		if n := layout.DialogNodes(); n > layout.Nodes() {
			t.Errorf("%d nodes of the dialog among %d", n, layout.Nodes())
		}
		s, seen := layout.Sight(bundle, nonce)
		if !seen {
			return
		}
		inside := s.Tap.X >= screen.Left && s.Tap.X < screen.Right && s.Tap.Y >= screen.Top && s.Tap.Y < screen.Bottom
		if !inside {
			t.Errorf("tap %v is outside the display %v", s.Tap, screen)
		}
		if nonce == "" || s.Node.Bundle == bundle || utf8.ValidString(nonce) && !carries(s.Node, nonce) {
			t.Errorf("sighting of %q in %+v", nonce, s.Node)
		}
		for _, n := range s.Evidence {
			if n.Bundle != bundle && !carries(n, nonce) {
				t.Errorf("evidence keeps %+v", n)
			}
		}
	})
}

func carries(n device.Node, nonce string) bool {
	return strings.Contains(n.Text, nonce) || strings.Contains(n.OriginalText, nonce) || strings.Contains(n.Description, nonce)
}
