// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
)

const noticeHeader = "\n----[ability]----\n\n----DistributedNotificationService----\n"

func TestNotices(t *testing.T) {
	theOld := device.Notice{Bundle: bundle, ID: "1042", Slot: 1, Reminders: 31, Delivered: "2026-08-20, 16:20:53"}
	theNew := device.Notice{Bundle: bundle, ID: "5", Label: "order", Slot: 5, Reminders: -1, Delivered: "2026-08-20, 16:20:53"}
	tests := []struct {
		name        string
		engineering bool
		anm, dump   string
		want        []device.Notice
		fails       string
	}{
		{"hidumper of old firmware", false, "", testdata(t, "notices-hidumper.txt"), []device.Notice{theOld}, ""},
		{"hidumper, nothing shown", false, "", noticeHeader + "notification list:\nno notification\n", nil, ""},
		{"compiled out", false, "", noticeHeader, nil, "prints its header and nothing else"},
		{"anm of engineering firmware", true, testdata(t, "notices-anm.txt"), "", []device.Notice{theNew}, ""},
		{"anm, nothing shown", true, "Total:0\n", "", nil, ""},
		{"anm refuses", true, "error: user version cannot use dump.\n", testdata(t, "notices-hidumper.txt"), []device.Notice{theOld}, ""},
		{"not such a dump", false, "", noticeHeader + "a bank's own words\n", nil, "hidumper -s DistributedNotificationService"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			profile, _ := fixtures.ProfileOf("phone")
			params := maps.Clone(profile.Params)
			if tt.engineering {
				params["const.debuggable"] = "1"
			}
			s.params(params)
			s.says(`^anm dump -A -b com.example.app$`, tt.anm)
			s.says(`^hidumper -s DistributedNotificationService -a -a$`, tt.dump)
			got, err := open(t, s).Notices(t.Context())
			if tt.fails != "" {
				mentions(t, err, tt.fails)
				if strings.Contains(err.Error(), "bank") {
					t.Errorf("error %q quotes what may be another app's", err)
				}
				return
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("notices %+v, %v; want %+v", got, err, tt.want)
			}
			if !tt.engineering && len(s.sent(`^anm`)) > 0 {
				t.Error("anm was tried on consumer firmware")
			}
		})
	}
}

func TestNoticesAreAskedForOnceWhereTheyAreNotOffered(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper`, noticeHeader)
	d := open(t, s)
	for range 2 {
		var none *device.NotOfferedError
		if _, err := d.Notices(t.Context()); !errors.As(err, &none) {
			t.Errorf("error %v, want a *NotOfferedError", err)
		}
	}
	if n := len(s.sent(`^hidumper`)); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func FuzzNotices(f *testing.F) {
	f.Add(testdata(f, "notices-hidumper.txt"))
	f.Add(testdata(f, "notices-anm.txt"))
	f.Add("No.1\nOwnerBundleName: com.example.app\nSlotType = -7\nReminderFlags : x\n")
	f.Fuzz(func(t *testing.T, text string) {
		notices, known := device.ParseNotices(text, bundle)
		if !known && len(notices) > 0 {
			t.Errorf("%d notices of what is no such dump", len(notices))
		}
		for _, n := range notices {
			if n.Bundle != bundle || n.Slot < -1 || n.Reminders < -1 || strings.ContainsAny(n.ID+n.Label+n.Delivered, "\r\n") {
				t.Errorf("notice %+v", n)
			}
		}
	})
}
