// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestAnswerDialog(t *testing.T) {
	page := testdata(t, "layout-page.json")
	zh := testdata(t, "layout-dialog-zh.json")
	en := testdata(t, "layout-dialog-en.json")
	opaque := testdata(t, "layout-dialog-opaque.json")
	tests := []struct {
		name    string
		allow   bool
		screens []string
		want    string
	}{
		{"allow, in Chinese", true, []string{zh, page}, "uitest uiInput click 910 2460"},
		{"refuse, in Chinese", false, []string{zh, page}, "uitest uiInput click 350 2460"},
		{"allow, in English, in an unnamed window", true, []string{en, page}, "uitest uiInput click 910 2460"},
		{"refuse, in English", false, []string{en, page}, "uitest uiInput click 350 2460"},
		{"it comes late", true, []string{page, page, zh, page}, "uitest uiInput click 910 2460"},
		{"its buttons come late", true, []string{opaque, zh, page}, "uitest uiInput click 910 2460"},
		{"it goes late", true, []string{zh, zh, zh, page}, "uitest uiInput click 910 2460"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.screens = tt.screens
			if err := open(t, s).AnswerDialog(t.Context(), tt.allow); err != nil {
				t.Fatal(err)
			}
			if got := s.sent(`^uitest uiInput`); !slices.Equal(got, []string{tt.want}) {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
			if len(s.screens) != 1 {
				t.Errorf("%d layouts were not read: it waits for the dialog and for its end", len(s.screens)-1)
			}
		})
	}
}

func TestAnswerDialogThatNeedsAPerson(t *testing.T) {
	page := testdata(t, "layout-page.json")
	zh := testdata(t, "layout-dialog-zh.json")
	opaque := testdata(t, "layout-dialog-opaque.json")
	tests := []struct {
		name    string
		screens []string
		problem device.DialogProblem
		taps    int
	}{
		{"there is none, only a page with a button Allow", []string{page}, device.DialogAbsent, 0},
		{"the tree shows no button", []string{opaque}, device.DialogOpaque, 0},
		{"it stays", []string{zh}, device.DialogStays, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.screens = tt.screens
			d := open(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			layouts := 0
			s.does(`^rm -f`, func(context.Context, string) (hdc.Result, error) {
				if layouts++; layouts == 4 {
					cancel()
				}
				return said("")
			})
			err := d.AnswerDialog(ctx, true)
			var failed *device.DialogError
			if !errors.As(err, &failed) || failed.Problem != tt.problem || !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want a *DialogError: %s", err, tt.problem)
			}
			mentions(t, err, "SERIAL7", "by hand", "Settings > Notifications > "+bundle)
			if got := s.sent(`^uitest uiInput`); len(got) != tt.taps {
				t.Errorf("sent %q, want %d taps", got, tt.taps)
			}
		})
	}
}
