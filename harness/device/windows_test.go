// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
)

func TestWindows(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper -s WindowManagerService -a -a$`, testdata(t, "windows-shade.txt"))
	list, err := open(t, s).Windows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shade := list.Visible(device.PlaceShade)
	if len(shade) != 1 || shade[0].ID != 17 || !shade[0].Focus || shade[0].Z != 120 ||
		shade[0].Bounds != (device.Rect{Right: 1260, Bottom: 2720}) {
		t.Errorf("the notification centre is %+v", shade)
	}
	for place, want := range map[device.Place]int{
		device.PlaceDesktop: 1, device.PlaceLockScreen: 0, device.PlaceBanner: 0, device.PlaceCall: 0,
	} {
		if got := list.Visible(place); len(got) != want {
			t.Errorf("%d visible windows are the %s, want %d", len(got), place, want)
		}
	}
	names := map[string]device.Window{}
	for _, w := range list.Windows {
		names[w.Name] = w
	}
	if w := names["EntryAbility0"]; w.PID != 4711 || !w.Visible {
		t.Errorf("the app's window is %+v", w)
	}
	if w := names["SCBBannerNotificatio"]; w.Place() != device.PlaceBanner || w.Visible {
		t.Errorf("the banner, whose name the system cuts, is %+v, place %q", w, w.Place())
	}
	if list.Others != 1 || list.FocusElsewhere {
		t.Errorf("%d visible windows of others, focus elsewhere %v; want 1, false", list.Others, list.FocusElsewhere)
	}
	kept, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"mum and me", "bank0"} {
		if strings.Contains(string(kept), private) {
			t.Errorf("the list keeps another app's window %q", private)
		}
	}
}

func TestWindowsOfACall(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper -s WindowManagerService`, testdata(t, "windows-call.txt"))
	list, err := open(t, s).Windows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := list.Visible(device.PlaceCall); len(got) != 1 || got[0].Type != device.WindowCall {
		t.Errorf("the call's window is %+v", got)
	}
}

func TestWindowsThatCannotBeRead(t *testing.T) {
	header := "\n----[ability]----\n\n----WindowManagerService----\n"
	tests := []struct {
		name, text string
		offered    bool
	}{
		{"the header only", header, false},
		{"a refusal", header + "Permission denied\n", false},
		{"something else", header + "The arguments are illegal and you can enter '-h' for help.\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.says(`^hidumper -s WindowManagerService`, tt.text)
			d := open(t, s)
			for range 2 {
				_, err := d.Windows(t.Context())
				none, bad := (*device.NotOfferedError)(nil), (*device.OutputError)(nil)
				if errors.As(err, &none) == tt.offered || errors.As(err, &bad) != tt.offered {
					t.Errorf("error %v", err)
				}
			}
			if n := len(s.sent(`^hidumper`)); (n == 1) == tt.offered {
				t.Errorf("asked %d times: a refusal is remembered, and nothing else is", n)
			}
		})
	}
}

func FuzzWindows(f *testing.F) {
	for _, name := range []string{"windows-shade.txt", "windows-locked.txt", "windows-call.txt"} {
		f.Add(testdata(f, name))
	}
	f.Add("WindowName\na 0 1 2 1 1 0 99999999999 0 [ 0 0 1 1 ]\n---\nb 0 1 2 1 1 0 -1 0 [ -1 -1 1 1 ]\nFocus window: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		windows, known := device.ParseWindows(text)
		if !known && len(windows) > 0 {
			t.Errorf("%d windows of what is no list", len(windows))
		}
		for _, w := range windows {
			if w.Name == "" || w.Visible && w.Z < 0 || w.ID < 0 || w.Bounds.Width() < 0 || w.Bounds.Height() < 0 {
				t.Errorf("window %+v", w)
			}
			if strings.ContainsAny(w.Name, "\r\n") {
				t.Errorf("name %q", w.Name)
			}
		}
		if r := device.LockByWindows(windows); r.Known == (r.Why != "") {
			t.Errorf("lock reading %+v: what is not known has a reason", r)
		}
	})
}
