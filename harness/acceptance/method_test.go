// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"testing"

	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// A cell that was asked for by name runs although no method is known: what the
// harness cannot do is neither the app's failure nor the device's.
func TestACellWithoutAMethodIsInconclusive(t *testing.T) {
	for _, tt := range []struct{ deviceType, cell, says string }{
		{"2in1", "alert/phone/background/shown", `"background" on a 2in1`},
		{"wearable", "alert/phone/foreground/clicked", `"open-shade" on a wearable`},
		{"tv", "alert/phone/foreground/shown", `"authorise" on a tv`},
	} {
		t.Run(tt.deviceType, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{Types: []string{tt.deviceType}}, nil)
			want(t, s.run(tt.cell), verdict.Inconclusive, tt.says)
		})
	}
}
