// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// A call is declined by the button of its window, also on a lock screen, in
// either language; without a call there is no button.
func TestDeclineCall(t *testing.T) {
	for name, params := range map[string]map[string]string{
		"in Chinese": nil,
		"in English": {"persist.global.language": "en"},
	} {
		t.Run(name, func(t *testing.T) {
			d, _, phone := simulated(t, "phone", params)
			authorised(t, d)
			if err := d.DeclineCall(t.Context()); !errors.Is(err, device.ErrNoCallButton) {
				t.Errorf("without a call: %v", err)
			}
			for _, locked := range []bool{false, true} {
				phone.SetLocked(locked)
				app, _ := phone.State().App(world.PlainBundle)
				if got := phone.Deliver(t.Context(), sim.Message{Token: app.Token.Reveal(), PushType: 10, Payload: []byte(`{"extraData":"x"}`)}); got != sim.Delivered {
					t.Fatalf("receipt %d", got)
				}
				last := func() (banner bool, state int) {
					calls := phone.State().Calls
					return calls[len(calls)-1].Banner, calls[len(calls)-1].State
				}
				until := func(ok func() bool) {
					for {
						changed := phone.Changed()
						if ok() {
							return
						}
						<-changed
					}
				}
				until(func() bool { banner, _ := last(); return banner })
				if err := d.DeclineCall(t.Context()); err != nil {
					t.Errorf("locked %t: %v", locked, err)
				}
				until(func() bool { _, state := last(); return state == seam.StateDisconnected })
			}
		})
	}
}
