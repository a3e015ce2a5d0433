// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// desktop is a layout of the desktop with two icons, of which ours has a badge.
func desktop(window, badge string) string {
	icon := func(label, badge string) string {
		texts := []string{node("[0,80][100,100]", `"text":"`+label+`"`)}
		if badge != "" {
			texts = append(texts, node("[80,0][100,20]", `"text":"`+badge+`"`))
		}
		return node("[0,0][100,100]", `"type":"Column","clickable":"true"`, texts...)
	}
	return `{"attributes":{"bounds":"[0,0][1000,2000]"},"children":[` +
		node("[0,0][1000,2000]", `"bundleName":"com.ohos.sceneboard",`+window, icon("Mail", "7"), icon("Shop", badge), node("[0,500][100,600]", `"text":"12"`)) + `]}`
}

func TestBadge(t *testing.T) {
	named := `"abilityName":"SCBDesktop2"`
	tests := []struct {
		name, layout string
		want         device.BadgeReading
	}{
		{"a number", desktop(named, "3"), device.BadgeReading{Known: true, Count: 3}},
		{"more than it shows", desktop(named, "99+"), device.BadgeReading{Known: true, Count: 99, More: true}},
		{"none", desktop(named, ""), device.BadgeReading{Known: true}},
		{"another text on the icon", desktop(named, "new"), device.BadgeReading{Known: true}},
		{"the desktop by its window's id", desktop(`"hostWindowId":"2"`, "3"), device.BadgeReading{Known: true, Count: 3}},
		{"another window", desktop(`"abilityName":"SCBDropdownPanel17"`, "3"), device.BadgeReading{}},
		{"no such icon", strings.ReplaceAll(desktop(named, "3"), "Shop", "Shopping"), device.BadgeReading{}},
		{"a label that cannot be tapped", strings.ReplaceAll(desktop(named, "3"), `"clickable":"true"`, `"clickable":"false"`), device.BadgeReading{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.screens = []string{tt.layout}
			s.says(`^hidumper -s WindowManagerService`, testdata(t, "windows-shade.txt"))
			got, err := open(t, s).Badge(t.Context(), "Shop")
			if err != nil || got.Known != (got.Why == "") {
				t.Fatalf("badge %+v, %v", got, err)
			}
			got.Why = ""
			if got != tt.want {
				t.Errorf("badge %+v, want %+v", got, tt.want)
			}
		})
	}
	s := newScript(t, "phone")
	if _, err := open(t, s).Badge(t.Context(), " "); err == nil || len(s.sent(`^uitest`)) > 0 {
		t.Errorf("an empty label stands below every icon: %v", err)
	}
}

func TestTheBadgeOfASimulatedApp(t *testing.T) {
	d, _, phone := simulated(t, "phone", nil)
	authorised(t, d)
	deliverWith(t, phone, `"title":"T","body":"B","badge":{"addNum":2}`)
	// An app without a label has its bundle name below its icon.
	if got, err := d.Badge(t.Context(), world.PlainBundle); err != nil || !got.Known || got.Count != 2 {
		t.Errorf("badge %+v, %v; want 2", got, err)
	}
}
