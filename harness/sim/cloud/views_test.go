// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// stage is a world with one device and one token that live views are sent to.
type stage struct {
	*world
	device *device
	token  string
	// says is what the device answers next; it is read and written between
	// deliveries only.
	says sim.Receipt
}

func newStage(t *testing.T, alter func(*cloud.Options)) *stage {
	s := &stage{world: newWorld(t, alter)}
	s.device = &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt { return s.says }}
	s.token = s.world.token(bundle, s.device)
	return s
}

// expect sends a message of a live view and compares its receipt.
func (s *stage) expect(name string, want sim.Receipt, changes ...string) {
	s.Helper()
	if got := s.receipt(s.accepted(7, taxi(s, s.token, changes...))); got != want {
		s.Errorf("%s: receipt %d, want %d", name, got, want)
	}
}

const (
	update = "payload.operation=1"
	end    = "payload.operation=2"
	noStat = "-payload.status"
)

// Push does not create a live view twice within 12 hours.
func TestLiveViewCreatedTwice(t *testing.T) {
	s := newStage(t, nil)
	s.expect("create", sim.Delivered)
	s.expect("create again", sim.LiveViewDuplicate)
	s.expect("another", sim.Delivered, "payload.activityId=3")
	s.expect("end", sim.Delivered, end)
	s.expect("create after its end", sim.LiveViewDuplicate)
	s.clock.Advance(12*time.Hour - time.Minute)
	s.expect("create after almost 12 hours", sim.LiveViewDuplicate)
	s.clock.Advance(time.Minute)
	s.expect("create after 12 hours", sim.Delivered)
	if got := len(s.device.messages()); got != 4 {
		t.Errorf("the device got %d messages, want 4", got)
	}
}

// Rule 37: an update without status of a live view that push created gets 268,
// as long as that should still be there; one of the app's own needs none.
func TestLiveViewStatusMissing(t *testing.T) {
	s := newStage(t, nil)
	s.expect("update of the app's own", sim.Delivered, update, noStat)
	s.expect("create", sim.Delivered)
	s.expect("update without status", sim.LiveViewStatusMissing, update, noStat)
	s.expect("end without status", sim.Delivered, end, noStat)
	s.expect("update after the end", sim.Delivered, update, noStat)
	s.expect("create 3", sim.Delivered, "payload.activityId=3")
	s.clock.Advance(4 * time.Hour)
	s.expect("update after 4 hours without any", sim.Delivered, update, noStat, "payload.activityId=3")
	s.expect("create 4", sim.Delivered, "payload.activityId=4")
	for range 3 {
		s.clock.Advance(2 * time.Hour)
		s.expect("kept alive", sim.Delivered, update, "payload.activityId=4")
	}
	s.expect("alive", sim.LiveViewStatusMissing, update, noStat, "payload.activityId=4")
	s.clock.Advance(2 * time.Hour)
	s.expect("after 8 hours", sim.Delivered, update, noStat, "payload.activityId=4")
	s.says = sim.LiveViewExists
	s.expect("create of the app's own", sim.LiveViewExists, "payload.activityId=5")
	s.says = sim.Delivered
	s.expect("update of it", sim.Delivered, update, noStat, "payload.activityId=5")
}

// Rule 37: after an update of a live view that is not there the cloud refuses
// its id for 24 hours.
func TestLiveViewBlocked(t *testing.T) {
	s := newStage(t, nil)
	s.says = sim.LiveViewUpdateFail
	s.expect("update of none", sim.LiveViewUpdateFail, update)
	s.says = sim.LiveViewOutOfOrder
	s.expect("blocked", sim.LiveViewBlocked, update)
	s.expect("create is blocked, too", sim.LiveViewBlocked)
	s.expect("another id, out of order", sim.LiveViewOutOfOrder, update, "payload.activityId=3")
	s.expect("that is no reason to block it", sim.LiveViewOutOfOrder, update, "payload.activityId=3")
	s.says = sim.LiveViewUpdateFail
	s.expect("end of none", sim.LiveViewUpdateFail, end, "payload.activityId=4")
	s.expect("end of none blocks", sim.LiveViewBlocked, end, "payload.activityId=4")
	s.expect("create that fails", sim.LiveViewUpdateFail, "payload.activityId=5")
	s.expect("create that fails does not block", sim.LiveViewUpdateFail, end, "payload.activityId=5")
	s.clock.Advance(24*time.Hour - time.Minute)
	s.expect("still blocked", sim.LiveViewBlocked, end, "payload.activityId=4")
	s.says = sim.Delivered
	s.clock.Advance(time.Minute)
	s.expect("free again", sim.Delivered, update)
}

// Rule 39: the 11th update in 5 minutes (the 31st of TAXI and SCORE) gets 256,
// and so does the 61st (181st) in an hour. Creates, ends, test messages and
// other live views do not count.
func TestLiveViewRate(t *testing.T) {
	for event, c := range map[string]struct{ short, hour int }{"TAXI": {30, 180}, "SCORE": {30, 180}, "DELIVERY": {10, 60}} {
		t.Run(event, func(t *testing.T) {
			s := newStage(t, nil)
			real := []string{fmt.Sprintf("payload.event=%q", event), "pushOptions.testMessage=false", update}
			if event != "SCORE" {
				s.expect("create", sim.Delivered, real[0], real[1])
			}
			status := `payload.status="DRIVER_ARRIVE"`
			for sent := 0; sent < c.hour; sent += c.short {
				for range c.short {
					s.expect("within", sim.Delivered, append(real, status)...)
				}
				s.expect("test message", sim.Delivered, real[0], update, status)
				s.expect("another", sim.Delivered, append(real, status, "payload.activityId=9"+fmt.Sprint(sent))...)
				s.clock.Advance(5 * time.Minute)
			}
			for range c.short {
				s.expect("one more in an hour", sim.FrequencyLimit, append(real, status)...)
			}
			s.expect("end", sim.Delivered, real[0], real[1], end)
			s.clock.Advance(time.Hour)
			s.expect("an hour later", sim.Delivered, append(real, status)...)
		})
	}
}

// The count is that of requests: an update that does not go out counts as well,
// be it for its own fault or since there were too many.
func TestLiveViewRateCountsRequests(t *testing.T) {
	s := newStage(t, nil)
	const real, delivery = "pushOptions.testMessage=false", `payload.event="DELIVERY"`
	status := `payload.status="DRIVER_ARRIVE"`
	s.expect("create", sim.Delivered, real)
	for range 30 {
		s.expect("update without status", sim.LiveViewStatusMissing, real, update, noStat)
	}
	s.expect("one with status, after 30", sim.FrequencyLimit, real, update, status)

	other := []string{real, delivery, update, status, "payload.activityId=3"}
	expect := func(name string, n int, want sim.Receipt) {
		t.Helper()
		for range n {
			s.expect(name, want, other...)
		}
	}
	expect("within", 10, sim.Delivered)
	expect("the eleventh and more", 9, sim.FrequencyLimit)
	s.clock.Advance(4 * time.Minute)
	expect("later ones", 10, sim.FrequencyLimit)
	s.clock.Advance(time.Minute)
	expect("the later ones are in the way", 1, sim.FrequencyLimit)
	s.clock.Advance(4 * time.Minute)
	expect("nine are left", 9, sim.Delivered)
	expect("no tenth", 1, sim.FrequencyLimit)
}
