// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/pushproof/pushproof/internal/json5"
)

// Package is what was found in a .hap, .hsp or .app file.
type Package struct {
	// File is its path.
	File string
	// App has the modules of the package, and of those inside of an .app.
	App App
	// Debug is set if a module is one of a debug build.
	Debug bool
	// Traces are where Pushproof is in it, at most maxTraces; Hidden is how many
	// there are beside them.
	Traces []Trace
	Hidden int
	// Members is how many were read, Bytes how many bytes they have.
	Members int
	Bytes   int64
}

// Trace is a member of a package in which Pushproof is.
type Trace struct {
	// Member is its name, behind that of the package inside of which it is.
	Member string `json:"member"`
	// Text is the first find with what stands around it; "" where the member's
	// name is the find.
	Text string `json:"text,omitempty"`
	// Count is how often the member's content has the name.
	Count int `json:"count,omitempty"`
	// Works is set for what can run or load something: a native library, or
	// code that names one. It is not set for a name alone, as an empty facade
	// leaves it behind. (Claim hap.facade.)
	Works bool `json:"works"`
}

// Absent reports whether nothing of Pushproof is in the package.
func (p *Package) Absent() bool { return len(p.Traces) == 0 }

// Idle reports whether no more of Pushproof is in the package than its name:
// an empty facade, of which nothing runs.
func (p *Package) Idle() bool {
	return p.Hidden == 0 && !slices.ContainsFunc(p.Traces, func(t Trace) bool { return t.Works })
}

const (
	maxTraces  = 100
	maxMembers = 200_000
	// DefaultMaxBytes is more than an app may have: 4 GB packed. Source:
	// AppGallery Connect, size of packages.
	DefaultMaxBytes = 16 << 30
	// maxDepth is how many packages may be inside of each other: an .app has
	// .hap and .hsp files.
	maxDepth = 3
)

// Options bound what is read.
type Options struct {
	// MaxBytes is how many bytes are read of all members together, unpacked; 0
	// means DefaultMaxBytes.
	MaxBytes int64
	// TempDir is where a packed package inside of a package is unpacked to; ""
	// means the system's.
	TempDir string
}

// NotPackageError says that a file is no HarmonyOS package.
type NotPackageError struct {
	File string
	Why  string
	Err  error
}

// Error implements error.
func (e *NotPackageError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("package %s: %s: %v", e.File, e.Why, e.Err)
	}
	return fmt.Sprintf("package %s: %s", e.File, e.Why)
}

// Unwrap returns the cause.
func (e *NotPackageError) Unwrap() error { return e.Err }

// IncompleteError says that a package was not read to its end, so that nothing
// is known of what it does not hold.
type IncompleteError struct {
	File string
	// Member is where it ended.
	Member string
	Why    string
	Err    error
}

// Error implements error.
func (e *IncompleteError) Error() string {
	text := fmt.Sprintf("package %s could not be read whole, so that nothing is proved: %s: %s", e.File, e.Member, e.Why)
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.Err }

// Open reads a .hap, .hsp or .app file to its end.
//
// Errors: *NotPackageError, *IncompleteError, *TextError, and what ctx says.
func Open(ctx context.Context, file string, o Options) (*Package, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, &NotPackageError{file, "it cannot be opened", bare(err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, &NotPackageError{file, "it cannot be opened", bare(err)}
	case !info.Mode().IsRegular():
		return nil, &NotPackageError{File: file, Why: "it is no file"}
	}
	return Read(ctx, file, f, info.Size(), o)
}

// bare returns the cause of an error that names a path, which is said already.
func bare(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Read is Open for a package of size bytes that is in memory, or elsewhere. file
// is its name in findings and errors.
func Read(ctx context.Context, file string, r io.ReaderAt, size int64, o Options) (*Package, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &NotPackageError{file, "it cannot be opened as a zip archive", err}
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	w := &walk{ctx: ctx, p: &Package{File: file}, o: o, left: o.MaxBytes}
	if err := w.archive(archive, file, "", 0); err != nil {
		return nil, err
	}
	if len(w.p.App.Modules) == 0 {
		return nil, &NotPackageError{File: file, Why: "it has neither a module.json, nor packages with one: is it a .hap, .hsp or .app file?"}
	}
	return w.p, nil
}

// bundleOf reads the bundle's name out of pack.info. Source: HarmonyOS guide,
// structure of application packages.
func bundleOf(text []byte) string {
	v, err := json5.Parse(text)
	if err != nil {
		return ""
	}
	return v.Get("summary").Get("app").Get("bundleName").Text()
}
