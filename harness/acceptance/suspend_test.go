// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Every process is stopped as soon as it is in the background: the agent is
// asleep, not lost, and no cell of the plan minds.
func TestTheWholeSuiteWithAppsThatAreSuspended(t *testing.T) {
	for _, deviceType := range []string{"phone", "wearable"} {
		t.Run(deviceType, func(t *testing.T) {
			t.Parallel()
			watch := &sleepWatch{}
			s := newStage(t, world.Options{
				Types:  []string{deviceType},
				Device: func(o *device.Options) { o.SuspendGrace = -1 },
				Cloud: func(o *cloud.Options) {
					o.Delivering = func(context.Context, sim.Message) { watch.look() }
				},
			}, nil)
			app := func() device.AppState {
				a, _ := s.world.Device(s.world.Keys()[0]).State().App(world.Bundle)
				return a
			}
			watch.from(app)
			plan, err := acceptance.Make(t.Context(), acceptance.Cells(), simulated(t, deviceType), "")
			if err != nil {
				t.Fatal(err)
			}
			background := 0
			for _, c := range plan.Cells {
				watch.reset()
				want(t, acceptance.Run(t.Context(), s.phone, c), verdict.Pass, "")
				if c.State != harness.Background {
					continue
				}
				background++
				if looks := watch.reset(); len(looks) == 0 || looks[0] != "" {
					t.Errorf("%s: when its messages came the app was: %q, want it stopped", c.ID(deviceType), looks)
				}
			}
			if background == 0 {
				t.Error("the plan has no cell for a background app")
			}
		})
	}
}

// sleepWatch looks at an app whenever a message is on its way to the device.
type sleepWatch struct {
	mu    sync.Mutex
	app   func() device.AppState
	looks []string
}

func (w *sleepWatch) from(app func() device.AppState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.app = app
}

// look notes "" for an app that is stopped, and else what it is.
func (w *sleepWatch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.app != nil {
		w.looks = append(w.looks, awake(w.app()))
	}
}

// reset returns what was seen since the last time.
func (w *sleepWatch) reset() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	looks := w.looks
	w.looks = nil
	return looks
}

// awake asks the device, and on Linux the host, which shows a process's state
// in a file.
func awake(a device.AppState) string {
	if a.PID == 0 || a.Foreground || !a.Suspended {
		return fmt.Sprintf("process %d, foreground %v, suspended %v", a.PID, a.Foreground, a.Suspended)
	}
	if runtime.GOOS != "linux" {
		return ""
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", a.PID))
	if err != nil {
		return err.Error()
	}
	if state := stat[bytes.LastIndexByte(stat, ')')+2]; state != 'T' {
		return fmt.Sprintf("process %d is in state %c", a.PID, state)
	}
	return ""
}
