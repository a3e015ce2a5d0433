// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// SimulatedError says that a file confirms nothing, since what it is about was
// simulated.
type SimulatedError struct{ Path string }

// Error implements error.
func (e *SimulatedError) Error() string {
	return e.Path + " was made on simulators, which confirm nothing: probe a real device with --target, and merge that file"
}

// VersionError says that a file is about claims that a checkout does not have,
// or that say something else there.
type VersionError struct {
	Path string
	// Tool is the program that wrote the file.
	Tool string
	// Unknown are ids that the checkout does not have, Changed those whose
	// statement is another one.
	Unknown, Changed []string
}

// Error implements error.
func (e *VersionError) Error() string {
	var parts []string
	if len(e.Unknown) > 0 {
		parts = append(parts, "it knows no claim "+strings.Join(e.Unknown, ", "))
	}
	if len(e.Changed) > 0 {
		parts = append(parts, "it says something else by now: "+strings.Join(e.Changed, ", "))
	}
	return fmt.Sprintf("%s was written by %s, and this checkout is of another version: %s; nothing was merged: "+
		"check out the version that wrote the file, or probe again with this one", e.Path, e.Tool, strings.Join(parts, "; "))
}

// Confirmation is one new or newer row of a claim's Seen.
type Confirmation struct {
	Claim string
	Seen  fixtures.Seen
}

// Refutation is a claim that did not hold, and where.
type Refutation struct {
	Claim   fixtures.Claim
	Result  Result
	Subject Subject
}

// Merged says what Merge did.
type Merged struct {
	// Files are the claim files that were rewritten, relative to the root.
	Files []string
	// Confirmed are the rows that are new or newer; Known counts those that stood
	// there already.
	Confirmed []Confirmation
	Known     int
	// Broken are the claims that did not hold. Merge alters nothing for them: a
	// person has to.
	Broken []Refutation
	// Undecided counts results that are.
	Undecided int
}

// Merge writes where claims held into the claim files below root, which is a
// checkout of this project: "seen on model, version, date". Of one model and
// version the newest date stays, so that merging a file again, or files in
// another order, alters nothing. Only the values of "seen" are rewritten.
//
// A file that was simulated is a *SimulatedError, one of another version a
// *VersionError; nothing is written then.
func Merge(root string, paths ...string) (Merged, error) {
	files := os.DirFS(filepath.Join(root, "fixtures"))
	claims, err := fixtures.ReadClaims(files)
	if err != nil {
		return Merged{}, err
	}
	known := map[string]fixtures.Claim{}
	for _, c := range claims {
		known[c.ID] = c
	}
	if len(known) == 0 {
		return Merged{}, fmt.Errorf("%s has no claims in fixtures/claims: name a checkout of Pushproof by --repo", root)
	}
	var m Merged
	altered := map[string][]fixtures.Seen{}
	for _, path := range paths {
		file, err := ReadFile(path)
		if err != nil {
			return Merged{}, err
		}
		if file.Simulated {
			return Merged{}, &SimulatedError{Path: path}
		}
		if err := file.fits(path, known); err != nil {
			return Merged{}, err
		}
		m.take(file, known, altered)
	}
	m.Files, err = rewrite(root, altered)
	return m, err
}

// fits reports a file whose claims are not those of the checkout.
func (f *File) fits(path string, known map[string]fixtures.Claim) error {
	e := &VersionError{Path: path, Tool: f.Tool}
	for _, s := range f.Subjects {
		for _, r := range s.Results {
			c, ok := known[r.Claim]
			switch {
			case !ok && !slices.Contains(e.Unknown, r.Claim):
				e.Unknown = append(e.Unknown, r.Claim)
			case ok && r.Statement != Fingerprint(c) && !slices.Contains(e.Changed, r.Claim):
				e.Changed = append(e.Changed, r.Claim)
			}
		}
	}
	if len(e.Unknown)+len(e.Changed) == 0 {
		return nil
	}
	return e
}

// take adds a file's results to what is known.
func (m *Merged) take(f *File, known map[string]fixtures.Claim, altered map[string][]fixtures.Seen) {
	for _, s := range f.Subjects {
		for _, r := range s.Results {
			c := known[r.Claim]
			switch r.Outcome {
			case Broken:
				m.Broken = append(m.Broken, Refutation{Claim: c, Result: r, Subject: s})
				continue
			case Undecided:
				m.Undecided++
				continue
			}
			seen := s.seen(c, f.Date)
			row, fresh := add(c.Seen, seen)
			if !fresh {
				m.Known++
				continue
			}
			c.Seen = row
			known[r.Claim], altered[r.Claim] = c, row
			m.Confirmed = append(m.Confirmed, Confirmation{Claim: r.Claim, Seen: seen})
		}
	}
}

// seen says where a claim was seen, by what settles its kind.
func (s Subject) seen(c fixtures.Claim, date string) fixtures.Seen {
	switch {
	case s.Kind == KindCloud:
		return fixtures.Seen{Model: cmp.Or(s.Endpoint, "Push Cloud"), Version: "REST API v3", Date: date}
	case c.Kind == "hdc":
		return fixtures.Seen{Model: "hdc with " + s.model(), Version: cmp.Or(s.HDC, "unknown version"), Date: date}
	}
	return fixtures.Seen{Model: s.model(), Version: s.version(), Date: date}
}

// Name names the subject for a reader: model and version, or the cloud's host.
func (s Subject) Name() string {
	if s.Kind == KindCloud {
		return cmp.Or(s.Endpoint, "Push Cloud")
	}
	return s.model() + " " + s.version()
}

func (s Subject) model() string { return cmp.Or(s.Model, "a device without a model") }

// version is the firmware's, which often begins with the model.
func (s Subject) version() string {
	software := strings.TrimSpace(strings.TrimPrefix(s.Software, s.Model))
	return cmp.Or(software, s.OSVersion, "unknown version")
}

// add returns the rows with a new one, sorted, and whether that altered them.
func add(rows []fixtures.Seen, row fixtures.Seen) ([]fixtures.Seen, bool) {
	rows = slices.Clone(rows)
	for i, other := range rows {
		if other.Model == row.Model && other.Version == row.Version {
			if other.Date >= row.Date {
				return rows, false
			}
			rows[i].Date = row.Date
			return rows, true
		}
	}
	rows = append(rows, row)
	slices.SortFunc(rows, func(a, b fixtures.Seen) int {
		return cmp.Or(strings.Compare(a.Model, b.Model), strings.Compare(a.Version, b.Version))
	})
	return rows, true
}

// rewrite puts the rows into the claim files, each written whole or not at all.
func rewrite(root string, altered map[string][]fixtures.Seen) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(root, "fixtures", "claims", "*.json"))
	if err != nil {
		return nil, err
	}
	fresh := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the claims: %w", err)
		}
		spliced, err := splice(data, altered)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if string(spliced) != string(data) {
			fresh[name] = spliced
		}
	}
	var written []string
	for _, name := range slices.Sorted(maps.Keys(fresh)) {
		if err := replace(name, fresh[name]); err != nil {
			return written, fmt.Errorf("write the claims: %w", err)
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			relative = name
		}
		written = append(written, filepath.ToSlash(relative))
	}
	return written, nil
}

// replace writes a file beside the old one and moves it there.
func replace(name string, data []byte) (err error) {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".probe-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Chmod(mode), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
