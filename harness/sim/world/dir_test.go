// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/world"
)

// start starts a world that the test's end closes at the latest.
func start(t *testing.T, o world.Options) (*world.World, func()) {
	t.Helper()
	w, err := world.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	end := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return w, end
}

// What a person wrote down of a device holds for the next world in the folder.
func TestDevicesKeepTheirSerialsInAFolder(t *testing.T) {
	dir := t.TempDir()
	first, end := start(t, world.Options{Dir: dir, Types: []string{"phone", "tv"}})
	if again := first.Again(); len(again) > 0 {
		t.Errorf("a new folder held %v before", again)
	}
	keys := first.Keys()
	old, err := first.StartPlain(t.Context(), keys[0])
	if err != nil {
		t.Fatal(err)
	}
	end()
	second, _ := start(t, world.Options{Dir: dir, Types: []string{"phone", "tv"}})
	if !slices.Equal(second.Keys(), keys) || !slices.Equal(second.Again(), keys) {
		t.Errorf("the second world has %v, of which %v are said to have been there; they are %v", second.Keys(), second.Again(), keys)
	}
	token, err := second.StartPlain(t.Context(), keys[0])
	if err != nil {
		t.Fatal(err)
	}
	if token == old {
		t.Error("an app has the token of a world that is gone")
	}
}

func TestAFolderHasOneWorld(t *testing.T) {
	dir := t.TempDir()
	_, end := start(t, world.Options{Dir: dir, Types: []string{"tv"}})
	var used *world.InUseError
	if _, err := world.New(t.Context(), world.Options{Dir: dir, Types: []string{"tv"}}); !errors.As(err, &used) || used.Dir != dir {
		t.Errorf("a second world in the folder: %v, want a *world.InUseError", err)
	}
	end()
	start(t, world.Options{Dir: dir, Types: []string{"tv"}})
}
