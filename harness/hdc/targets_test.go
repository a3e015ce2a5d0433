// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
)

func TestWhyATargetCannotBeUsed(t *testing.T) {
	for state, want := range map[hdc.State]hdc.TargetKind{
		hdc.StateConnected: 0, hdc.StateOffline: hdc.Offline, hdc.StateUnknown: hdc.Offline,
		hdc.StateUnauthorized: hdc.Unauthorized, hdc.StateReady: hdc.Handshaking,
	} {
		err := hdc.Target{Key: key, State: state}.Err()
		if want == 0 {
			if err != nil || state.Advice() != "" {
				t.Errorf("%s: %v, %q", state, err, state.Advice())
			}
			continue
		}
		var target *hdc.TargetError
		if !errors.As(err, &target) || target.Key != key || target.Kind != want || !strings.HasSuffix(err.Error(), ": "+state.Advice()) {
			t.Errorf("%s: %v, want kind %d and the advice %q", state, err, want, state.Advice())
		}
	}
}

func TestVersionsThatWereNotCheckedAreWarnedOf(t *testing.T) {
	for version, warns := range map[hdc.Version]bool{
		hdc.Oldest: false, hdc.Newest: false, {Major: 3, Minor: 1, Fix: 'e'}: false,
		{Major: 1, Minor: 9, Patch: 9, Fix: 'z'}: true, {Major: 3, Minor: 2, Fix: 'g'}: true, {Major: 9, Minor: 9, Patch: 9, Fix: 'z'}: true,
	} {
		warning := version.Warning()
		if warns != (warning != "") || warns == version.Checked() || warns && !strings.Contains(warning, "hdc "+version.String()+" was never checked, only 2.0.0a to 3.2.0f") {
			t.Errorf("%s: checked %v, warning %q", version, version.Checked(), warning)
		}
	}
}
