// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
)

// archives reads each version's recordings once: most tests want one of them.
var archives, fileArchives archive

// archive is a kind of recordings by their version.
type archive struct {
	mu       sync.Mutex
	versions map[string][]*transcripts.Recording
}

// recording returns a copy whose events a test may alter.
func (a *archive) recording(t testing.TB, read func(string) ([]*transcripts.Recording, error), version, name string) *transcripts.Recording {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	all, ok := a.versions[version]
	if !ok {
		var err error
		if all, err = read(version); err != nil {
			t.Fatal(err)
		}
		if a.versions == nil {
			a.versions = map[string][]*transcripts.Recording{}
		}
		a.versions[version] = all
	}
	i := slices.IndexFunc(all, func(r *transcripts.Recording) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("there is no recording %s of %s", name, version)
	}
	r := *all[i]
	r.Events = slices.Clone(r.Events)
	return &r
}

// load returns a recording by version and name.
func load(t testing.TB, version, name string) *transcripts.Recording {
	t.Helper()
	return archives.recording(t, transcripts.Load, version, name)
}

// loadFile returns a recording of 3.2.0f from those of files and apps.
func loadFile(t testing.TB, name string) *transcripts.Recording {
	t.Helper()
	return loadFileOf(t, "3.2.0f", name)
}

func loadFileOf(t testing.TB, version, name string) *transcripts.Recording {
	t.Helper()
	return fileArchives.recording(t, transcripts.LoadFiles, version, name)
}
