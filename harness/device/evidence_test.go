// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// observed is a device of which every part of an Evidence can be had.
func observed(t *testing.T) *script {
	s := cameras(t, nil)
	logged(t).on(s)
	for service, file := range map[string]string{
		"WindowManagerService": "windows-shade.txt", "ScreenlockService": "lock-users.txt", "PowerManagerService": "power.txt",
		"FormMgr": "forms.txt", "DistributedNotificationService": "notices-hidumper.txt",
	} {
		s.says(`^hidumper -s `+service, testdata(t, file))
	}
	return s
}

func TestEvidence(t *testing.T) {
	s := observed(t)
	e := open(t, s).Evidence(t.Context(), nonce)
	if len(e.Missing) != 0 {
		t.Errorf("missing %q", e.Missing)
	}
	if e.Screenshot == nil || e.Windows == nil || e.Lock == nil || e.Power == nil || e.State == nil || e.Log == nil ||
		len(e.Nodes) == 0 || len(e.Forms) != 2 || len(e.Notices) != 1 || e.Nonce != nonce || e.At.IsZero() {
		t.Errorf("evidence %+v", e)
	}
	kept, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"Mum", "bank", "mum and me", "MAMzLg"} {
		if strings.Contains(string(kept), private) {
			t.Errorf("the evidence keeps %q", private)
		}
	}
	// Whatever would alter the display or the app.
	if got := s.sent(`^(aa (start|force|send)|uitest uiInput|power-shell|devicedebug|hilog -r)`); len(got) != 0 {
		t.Errorf("gathering evidence sent %q", got)
	}
}

func TestEvidenceTellsWhatIsMissing(t *testing.T) {
	s := observed(t)
	s.lacks["hidumper"], s.lacks["snapshot_display"], s.lacks["uitest"] = true, true, true
	e := open(t, s).Evidence(t.Context(), nonce)
	for _, part := range []string{device.PartWindows, device.PartPower, device.PartForms, device.PartNotices, device.PartScreenshot, device.PartNodes} {
		if !strings.Contains(e.Missing[part], "not offered") {
			t.Errorf("%s is missing for %q, want what is not offered", part, e.Missing[part])
		}
	}
	if e.Lock == nil || e.Lock.Known || e.State == nil || e.Log == nil {
		t.Errorf("evidence %+v: the lock state is unknown with its reason, the rest is there", e)
	}
}

func TestEvidenceOfADeviceThatIsGone(t *testing.T) {
	s := observed(t)
	d := open(t, s)
	s.does(`.`, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{}, &hdc.TargetError{Key: "SERIAL7", Kind: hdc.Offline}
	})
	e := d.Evidence(t.Context(), nonce)
	parts := []string{device.PartState, device.PartLock, device.PartPower, device.PartWindows, device.PartScreenshot,
		device.PartNodes, device.PartForms, device.PartNotices, device.PartLog}
	for part, why := range e.Missing {
		if !slices.Contains(parts, part) || why == "" {
			t.Errorf("missing %q: %q", part, why)
		}
	}
	if len(e.Missing) != len(parts) {
		t.Errorf("%d parts are missing, want all %d: %q", len(e.Missing), len(parts), e.Missing)
	}
}
