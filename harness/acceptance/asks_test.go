// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// Most apps ask for notifications when they are started first: the dialog is
// open then before the agent asks. Where something closes notification centres,
// it closes the dialog as well; a watch has none.
func TestAppThatAsksByItself(t *testing.T) {
	s := newStage(t, world.Options{Types: []string{"wearable"}}, func(a *device.InstalledApp) { a.Behavior.AskNotifications = true })
	watch := s.world.Device(s.world.Keys()[0])
	for {
		changed := watch.Changed()
		if watch.State().DialogOpen {
			break
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the app opens no dialog")
		}
	}
	if err := s.phone.Authorise(t.Context()); err != nil {
		t.Error(err)
	}
	if on, known := s.phone.Switch(); !on || !known {
		t.Errorf("notifications are on: %v, known: %v", on, known)
	}
}
