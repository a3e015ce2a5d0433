// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/device"
)

// undone registers changes that note when they are taken back.
func undone(t *testing.T, d *device.Device, names ...string) *[]string {
	t.Helper()
	var order []string
	for _, name := range names {
		if err := d.OnRestore(name, func(context.Context) error { order = append(order, name); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return &order
}

func TestRestoreAllTakesTheLastChangeBackFirstAndOnce(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	order := undone(t, d, "the network", "the screen", "the network", "the date")
	if diff := cmp.Diff([]string{"the date", "the screen", "the network"}, d.Changed()); diff != "" {
		t.Errorf("changed:\n%s", diff)
	}
	for range 2 {
		if err := d.RestoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"the date", "the screen", "the network"}, *order); diff != "" {
		t.Errorf("taken back:\n%s", diff)
	}
	if left := d.Changed(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

func TestTheFirstUndoOfANameStays(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	first := undone(t, d, "the date")
	second := undone(t, d, "the date")
	if err := d.RestoreAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(*first) != 1 || len(*second) != 0 {
		t.Errorf("first %q, second %q: the first one knows what was before both", *first, *second)
	}
}

func TestRestoreAllGoesOnWhereOneFailsAndTriesItAgain(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	order := undone(t, d, "the network")
	lost := errors.New("the device is gone")
	fails := true
	err := d.OnRestore("the date", func(context.Context) error {
		if fails {
			return &device.ManualError{What: "set the date back", Why: lost.Error(), Do: "set it in the settings", Err: lost}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = d.RestoreAll(t.Context())
	var left *device.RestoreError
	var manual *device.ManualError
	if !errors.As(err, &left) || left.What != "the date" || !errors.As(err, &manual) || !errors.Is(err, lost) {
		t.Fatalf("error %v, want a *RestoreError of the date with a *ManualError", err)
	}
	mentions(t, err, "the date of device SERIAL7", "not put back", "set it in the settings")
	if !slices.Equal(*order, []string{"the network"}) || !slices.Equal(d.Changed(), []string{"the date"}) {
		t.Errorf("taken back %q, left %q", *order, d.Changed())
	}
	fails = false
	if err := d.RestoreAll(t.Context()); err != nil || len(d.Changed()) != 0 {
		t.Errorf("the second time: %v, left %q", err, d.Changed())
	}
}

func TestEachUndoHasADeadlineOfItsOwn(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	ends := 0
	for _, name := range []string{"a", "b"} {
		if err := d.OnRestore(name, func(ctx context.Context) error {
			if _, ok := ctx.Deadline(); ok {
				ends++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.RestoreAll(context.WithoutCancel(t.Context())); err != nil || ends != 2 {
		t.Errorf("%d of 2 had a deadline, error %v", ends, err)
	}
}

func TestTooManyChangesAreRefused(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	for i := range device.MaxUndos {
		undone(t, d, fmt.Sprintf("change %d", i))
	}
	err := d.OnRestore("one more", func(context.Context) error { return nil })
	mentions(t, err, "one more", "RestoreAll")
	if n := len(d.Changed()); n != device.MaxUndos {
		t.Errorf("%d changes stand, want %d", n, device.MaxUndos)
	}
}

func TestConcurrentRestoresTakeEachChangeBackOnce(t *testing.T) {
	d := open(t, newScript(t, "phone"))
	order := undone(t, d, "a", "b", "c") // unguarded: the race detector sees two at a time
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := d.RestoreAll(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if !slices.Equal(*order, []string{"c", "b", "a"}) {
		t.Errorf("taken back %q", *order)
	}
}
