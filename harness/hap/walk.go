// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/internal/json5"
)

// walk reads a package, and those inside of it.
type walk struct {
	ctx  context.Context
	p    *Package
	o    Options
	left int64
}

// errTooMuch ends a read at the bound.
var errTooMuch = errors.New("too much")

func (w *walk) fail(member, why string, err error) error {
	if ctx := w.ctx.Err(); ctx != nil {
		return ctx
	}
	if errors.Is(err, errTooMuch) {
		why, err = "its members have more than "+strconv.FormatInt(w.o.MaxBytes, 10)+" bytes, unpacked", nil
	}
	return &IncompleteError{w.p.File, member, why, err}
}

// profilePrefix is where the files are to which module.json refers as $profile.
// (Claim hap.profiles.)
const profilePrefix = "resources/base/profile/"

// archive reads one package; outer is what stands in front of its members'
// names, bundle the name that the package around it has.
func (w *walk) archive(z *zip.Reader, name, bundle string, depth int) error {
	outer := ""
	if depth > 0 {
		outer = strings.TrimPrefix(name, w.p.File+": ") + ": "
	}
	if len(z.File) > maxMembers {
		return w.fail(name, "it has "+strconv.Itoa(len(z.File))+" members", nil)
	}
	m, own, err := w.module(z, name)
	if err != nil {
		return err
	}
	if own != "" {
		bundle = own
		w.p.App.Bundle = own
	}
	if m != nil {
		w.p.App.Modules = append(w.p.App.Modules, m)
	}
	s := newSearcher(bundle)
	for _, f := range z.File {
		if err := w.member(s, f, outer, bundle, depth); err != nil {
			return err
		}
	}
	return nil
}

// module reads module.json and its profiles; nil for a package that has none,
// as an .app. bundle is what either that or pack.info says.
func (w *walk) module(z *zip.Reader, name string) (m *Module, bundle string, err error) {
	read := func(f *zip.File) (text []byte, err error) {
		r, err := f.Open()
		if err == nil {
			text, err = readBounded(w.counted(r))
			err = errors.Join(err, r.Close())
		}
		if err != nil {
			err = w.fail(f.Name, "it cannot be read", err)
		}
		return text, err
	}
	profiles := map[string]*zip.File{}
	for _, f := range z.File {
		base, isProfile := strings.CutPrefix(f.Name, profilePrefix)
		switch {
		case f.Name == "module.json":
			text, err := read(f)
			if err != nil {
				return nil, "", err
			}
			if m, bundle, err = ParseModule(name+": module.json", text); err != nil {
				return nil, "", err
			}
			v, _ := json5.Parse(text) // it has just been read
			w.p.Debug = w.p.Debug || v.Get("app").Get("debug").True()
		case f.Name == "pack.info" && bundle == "":
			text, err := read(f)
			if err != nil {
				return nil, "", err
			}
			bundle = bundleOf(text)
		case isProfile && path.Ext(base) == ".json" && !strings.Contains(base, "/"):
			profiles[strings.TrimSuffix(base, ".json")] = f
		}
	}
	if m == nil {
		return nil, bundle, nil
	}
	for base, f := range profiles {
		text, err := read(f)
		if err != nil {
			return nil, "", err
		}
		m.addProfile(base, name+": "+f.Name, text)
	}
	return m, bundle, nil
}

// member reads one file to its end.
func (w *walk) member(s searcher, f *zip.File, outer, bundle string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.p.Members++
	name := outer + f.Name
	isPackage := false
	switch path.Ext(f.Name) {
	case ".hap", ".hsp", ".app":
		isPackage = true
	}
	if isPackage {
		if depth+1 >= maxDepth {
			return w.fail(name, "packages are inside of each other, more than "+strconv.Itoa(maxDepth)+" deep", nil)
		}
		if err := w.inner(f, name, bundle, depth+1); err != nil {
			return err
		}
		if s.text(f.Name) {
			w.trace(Trace{Member: name})
		}
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return w.fail(name, "it cannot be read", err)
	}
	found, err := s.reader(w.counted(r))
	if err = errors.Join(err, r.Close()); err != nil {
		return w.fail(name, "it cannot be read", err)
	}
	t := Trace{Member: name, Count: found.count, Works: found.works && runs(f.Name)}
	switch {
	case s.text(f.Name):
		t.Works = t.Works || path.Ext(f.Name) == ".so"
		w.trace(t)
	case found.count > 0:
		t.Text = found.first
		w.trace(t)
	}
	return nil
}

// runs reports whether a member is code: a list of names that an app's build
// leaves behind does nothing.
func runs(name string) bool {
	return path.Ext(name) != ".json" && path.Ext(name) != ".map" && path.Ext(name) != ".txt"
}

func (w *walk) trace(t Trace) {
	if len(w.p.Traces) >= maxTraces {
		w.p.Hidden++
		return
	}
	w.p.Traces = append(w.p.Traces, t)
}

// inner reads a package inside of a package: in a file of its own, since a
// packed one can be read forwards only.
func (w *walk) inner(f *zip.File, name, bundle string, depth int) (err error) {
	spool, err := os.CreateTemp(w.o.TempDir, "pushproof-package-*")
	if err != nil {
		return w.fail(name, "it cannot be unpacked", err)
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	r, err := f.Open()
	if err != nil {
		return w.fail(name, "it cannot be read", err)
	}
	size, err := io.Copy(spool, w.counted(r))
	if err = errors.Join(err, r.Close()); err != nil {
		return w.fail(name, "it cannot be unpacked", err)
	}
	z, err := zip.NewReader(spool, size)
	if err != nil {
		return w.fail(name, "it cannot be opened as a zip archive", err)
	}
	return w.archive(z, w.p.File+": "+name, bundle, depth)
}

// counted takes what is read from what is left.
func (w *walk) counted(r io.Reader) io.Reader { return &counter{w, r} }

type counter struct {
	w *walk
	r io.Reader
}

// Read implements io.Reader.
func (c *counter) Read(b []byte) (int, error) {
	if err := c.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(b)
	c.w.left -= int64(n)
	c.w.p.Bytes += int64(n)
	if c.w.left < 0 {
		return n, errTooMuch
	}
	return n, err
}
