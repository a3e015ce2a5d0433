// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
)

// windowed is a layout of one window of the system per name, each with the
// nonce at another height; a name that is a number is the window's id only.
func windowed(names ...string) string {
	var windows []string
	for i, name := range names {
		attributes := `"bundleName":"com.ohos.sceneboard","abilityName":"` + name + `"`
		if strings.Trim(name, "0123456789") == "" {
			attributes = `"bundleName":"com.ohos.sceneboard","hostWindowId":"` + name + `"`
		}
		y := string(rune('1' + i))
		windows = append(windows, node("[0,0][1000,2000]", attributes, node("[0,"+y+"00][100,"+y+"50]", `"text":"`+nonce+`"`)))
	}
	return `{"attributes":{"bounds":"[0,0][1000,2000]"},"children":[` + strings.Join(windows, ",") + `]}`
}

func TestSightSaysWhere(t *testing.T) {
	tests := []struct {
		name    string
		layout  string
		windows string // the list's file
		place   device.Place
		y       int
		asked   int
	}{
		{"the notification centre", windowed("SCBDropdownPanel17"), "", device.PlaceShade, 125, 0},
		{"the lock screen", windowed("SCBScreenLock10"), "", device.PlaceLockScreen, 125, 0},
		{"a banner", windowed("SCBBannerNotification9"), "", device.PlaceBanner, 125, 0},
		{"a card on the desktop", windowed("SCBDesktop2"), "", device.PlaceDesktop, 125, 0},
		{"above a card", windowed("SCBDesktop2", "SCBDropdownPanel17"), "", device.PlaceShade, 225, 0},
		{"above the notification centre", windowed("SCBDropdownPanel17", "52"), "windows-call.txt", device.PlaceCall, 225, 1},
		{"by the window's id", windowed("17"), "windows-shade.txt", device.PlaceShade, 125, 1},
		{"the lock screen by its id", windowed("2", "10"), "windows-locked.txt", device.PlaceLockScreen, 225, 1},
		{"an id that is not in the list", windowed("99"), "windows-shade.txt", device.PlaceUnknown, 125, 1},
		{"no list", windowed("17"), "power.txt", device.PlaceUnknown, 125, 1},
		{"a window without id", windowed("SomethingElse"), "", device.PlaceUnknown, 125, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.screens = []string{tt.layout}
			if tt.windows != "" {
				s.says(`^hidumper -s WindowManagerService`, testdata(t, tt.windows))
			}
			got, seen, err := open(t, s).Sight(t.Context(), nonce)
			if err != nil || !seen {
				t.Fatal(seen, err)
			}
			if got.Place != tt.place || got.Tap.Y != tt.y {
				t.Errorf("place %q at %d, want %q at %d", got.Place, got.Tap.Y, tt.place, tt.y)
			}
			if n := len(s.sent(`^hidumper`)); n != tt.asked {
				t.Errorf("the list of windows was read %d times, want %d", n, tt.asked)
			}
		})
	}
}
