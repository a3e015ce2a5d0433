// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// A dropped message is accepted, never delivered, and has no receipt.
func TestDropFault(t *testing.T) {
	f := newFaulty(t, faults.Fault{ID: "f", Kind: faults.Drop, Count: 1})
	a := f.settled(f.accepted(6, background("x", "", f.token)))
	if d := a.Deliveries[0]; d.State != cloud.Lost || d.Receipt != nil || !slices.Equal(d.Faults, []string{"f"}) {
		t.Errorf("%+v", d)
	}
	f.settled(f.accepted(6, background("y", "", f.token)))
	if got := f.phone.extras(t); !slices.Equal(got, []string{"y"}) {
		t.Errorf("delivered %v", got)
	}
}

// A duplicate is a second delivery with a receipt of its own.
func TestDuplicateFault(t *testing.T) {
	f := newFaulty(t, faults.Fault{Kind: faults.Duplicate, Count: 1})
	a := f.settled(f.accepted(6, background("x", "", f.token)))
	if len(a.Deliveries) != 2 || *a.Deliveries[0].Receipt != sim.Delivered || *a.Deliveries[1].Receipt != sim.Delivered {
		t.Errorf("%v", a)
	}
	f.settled(f.accepted(6, background("y", "", f.token)))
	if got := f.phone.extras(t); !slices.Equal(got, []string{"x", "x", "y"}) {
		t.Errorf("delivered %v", got)
	}
	if got := f.phone.messages(); got[0].RequestID != got[1].RequestID {
		t.Error("the second has another requestId")
	}
}

// A reordered message comes after the next one, or after a while.
func TestReorderFault(t *testing.T) {
	f := newFaulty(t, faults.Fault{Kind: faults.Reorder, Count: 1, Millis: hour})
	first := f.accepted(6, background("first", "", f.token))
	f.settled(f.accepted(6, background("second", "", f.token)))
	f.settled(first)
	if got := f.phone.extras(t); !slices.Equal(got, []string{"second", "first"}) {
		t.Errorf("delivered %v", got)
	}
	// What has come is not delivered once more when its time is over.
	f.pass(time.Hour)

	if _, err := f.Faults().Replace([]faults.Fault{{Kind: faults.Reorder, Count: 1, Millis: hour}}); err != nil {
		t.Fatal(err)
	}
	alone := f.accepted(6, background("alone", "", f.token))
	f.pass(time.Hour)
	f.settled(alone)
	if got := f.phone.extras(t); !slices.Equal(got, []string{"second", "first", "alone"}) {
		t.Errorf("delivered %v", got)
	}
}

// A delayed message is overtaken.
func TestDeliveryDelayFault(t *testing.T) {
	f := newFaulty(t, faults.Fault{Kind: faults.Delay, Count: 1, Millis: minute})
	slow := f.accepted(6, background("slow", "", f.token))
	f.settled(f.accepted(6, background("quick", "", f.token)))
	if a := f.Activity(); a[0].RequestID != slow || a[0].Final() {
		t.Errorf("the delayed one: %v", a[0])
	}
	f.pass(time.Minute)
	f.settled(slow)
	if got := f.phone.extras(t); !slices.Equal(got, []string{"quick", "slow"}) {
		t.Errorf("delivered %v", got)
	}
}

// A receipt fault answers in the device's place.
func TestReceiptFault(t *testing.T) {
	result := 102
	f := newFaulty(t, faults.Fault{Kind: faults.Receipt, Result: &result, Count: 1})
	if got := f.receipt(f.accepted(6, background("x", "", f.token))); got != sim.DeviceFrequency {
		t.Errorf("receipt %d", got)
	}
	if got := f.receipt(f.accepted(6, background("y", "", f.token))); got != sim.Delivered {
		t.Errorf("the next receipt is %d", got)
	}
	if got := f.phone.extras(t); !slices.Equal(got, []string{"y"}) {
		t.Errorf("delivered %v", got)
	}
}

// Delayed messages count towards the queue of their device.
func TestDelayedFillTheQueue(t *testing.T) {
	f := &faulty{made: make(chan time.Duration, 100), phone: &device{id: "phone"}}
	f.world = newWorld(t, func(o *cloud.Options) { o.QueueLimit = 2 })
	f.token = f.world.token(bundle, f.phone)
	if _, err := f.Faults().Replace([]faults.Fault{{Kind: faults.Delay, Millis: hour, Count: 1}, {Kind: faults.Reorder, Millis: hour, Skip: 1, Count: 1}}); err != nil {
		t.Fatal(err)
	}
	f.accepted(6, background("x", "", f.token))
	f.accepted(6, background("y", "", f.token))
	if r := f.send(6, background("z", "", f.token)); r.Status != 503 {
		t.Errorf("HTTP %d %s", r.Status, r.Body)
	}
}
