// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
)

// What was read of an app is one state of the matrix at most.
func TestStatesAreTold(t *testing.T) {
	for name, tt := range map[string]struct {
		read device.State
		want harness.State
	}{
		"in front":                   {device.State{App: device.Foreground}, harness.Foreground},
		"behind":                     {device.State{App: device.Background}, harness.Background},
		"behind the lock screen":     {device.State{App: device.Background, Locked: true}, harness.Locked},
		"killed":                     {device.State{App: device.Stopped, Stop: device.StopKilled}, harness.Stopped},
		"ended, and nobody says how": {device.State{App: device.Stopped}, harness.Stopped},
		"force-stopped":              {device.State{App: device.Stopped, Stop: device.StopForced}, harness.ForceStopped},
		"swiped out":                 {device.State{App: device.Stopped, Stop: device.StopSwiped}, harness.SwipedOut},
	} {
		for _, state := range harness.States() {
			if got := harness.In(tt.read, state); got != (state == tt.want) {
				t.Errorf("%s: In(%s) = %v", name, state, got)
			}
		}
	}
}

func TestStopsAreStatesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	if err := s.phone.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Each is reached from any other.
	for _, state := range []harness.State{
		harness.ForceStopped, harness.Stopped, harness.ForceStopped, harness.Background, harness.Stopped, harness.Foreground, harness.ForceStopped,
	} {
		if err := s.phone.SetState(t.Context(), state); err != nil {
			t.Fatalf("SetState(%s) = %v", state, err)
		}
		if read, err := s.phone.State(t.Context()); err != nil || !harness.In(read, state) {
			t.Errorf("the app is %s, %v, want %s", read, err, state)
		}
	}
}

// What only a person can do is told, with what to do.
func TestStatesThatNeedAPerson(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	if err := s.phone.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := s.phone.SetState(t.Context(), harness.SwipedOut)
	var manual *device.ManualError
	if !errors.As(err, &manual) || !strings.Contains(manual.Do, "swipe it out") {
		t.Errorf("SetState = %v, want a *device.ManualError that says what to do", err)
	}
	if err := s.phone.SetState(t.Context(), "asleep"); err == nil || !strings.Contains(err.Error(), "force-stopped swiped-out locked") {
		t.Errorf("SetState = %v, want the names of the states", err)
	}
}
