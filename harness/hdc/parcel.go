// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// packageNames are what hdc takes for a package (recording
// install-not-a-package).
var packageNames = []string{".hap", ".hsp", ".app"}

// isPackage tells by the name, as hdc does.
func isPackage(name string) bool {
	return slices.Contains(packageNames, strings.ToLower(filepath.Ext(name)))
}

// parcel is what one call of bm installs: a package, or several in an archive.
type parcel struct {
	// path is what was asked for; of several, the first.
	path string
	// ending is that of its name on the device.
	ending string
	// single is set for what the server can be asked for by its path. A folder
	// is none: it may hold more than packages, and an old server knows no
	// folders.
	single bool
	// packages are its files.
	packages []string
	size     int64
	open     func() (io.ReadCloser, error)
}

// readPackage looks at a package, or at the packages in a folder.
func readPackage(key, file string) (*parcel, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	if file == "" {
		return nil, badArgument("package", "", "there is none")
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := checkPackage(file); err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	switch {
	case err != nil && !isPackage(file):
		return nil, badArgument("package", file, "hdc installs "+strings.Join(packageNames, ", ")+" files and folders of them only")
	case err != nil:
		return nil, newLocalError(file, err)
	case info.IsDir():
		return readPackages(file)
	case !isPackage(file):
		return nil, badArgument("package", file, "hdc installs "+strings.Join(packageNames, ", ")+" files and folders of them only")
	case !info.Mode().IsRegular():
		return nil, badArgument("package", file, "it is no regular file")
	case info.Size() == 0:
		return nil, badArgument("package", file, "it is empty")
	}
	return &parcel{path: file, ending: strings.ToLower(filepath.Ext(file)), single: true, packages: []string{file}, size: info.Size(),
		open: func() (io.ReadCloser, error) { return os.Open(file) }}, nil
}

// checkPackage refuses a path that cannot be quoted, or that a device may run.
func checkPackage(file string) error {
	if err := checkPath("package", file); err != nil {
		return err
	}
	if strings.ContainsAny(file, "|;&$<>`\\!") && filepath.Separator != '\\' {
		return badArgument("package", file, "a path with shell characters may be run by the device: rename it")
	}
	return nil
}

// readPackages makes a parcel of the packages in a folder, not below it, where
// bm looks for none.
func readPackages(folder string) (*parcel, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, newLocalError(folder, err)
	}
	var packages []string
	for _, e := range entries {
		if isPackage(e.Name()) {
			packages = append(packages, filepath.Join(folder, e.Name()))
		}
	}
	if len(packages) == 0 {
		return nil, badArgument("package", folder, "the folder holds no "+strings.Join(packageNames, ", ")+" file")
	}
	return pack(folder, packages)
}

// maxPackages bounds the packages of one step.
const maxPackages = 1000

// tarName is the longest name in an archive that hdcd's own reader of archives
// knows without an extension.
const tarName = 99

// pack makes an archive of packages, which hdcd unpacks for bm: names without a
// folder, each file behind a header, and nothing behind the last one, since
// hdcd takes the zeros that end other archives for one more header. (Claim
// hdc.install-folder.)
func pack(path string, packages []string) (*parcel, error) {
	p := &parcel{path: path, ending: ".tar", packages: packages}
	names := map[string]string{}
	var heads [][]byte
	var sizes []int64
	for _, file := range packages {
		one, err := readPackage("tar", file)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(file)
		switch other := names[strings.ToLower(name)]; {
		case other != "":
			return nil, badArgument("package", file, "another one has the same name: "+other)
		case len(name) > tarName:
			return nil, badArgument("package", file, fmt.Sprintf("in one step with others, a name has at most %d bytes", tarName))
		case one.ending == ".app" && len(packages) > 1:
			return nil, badArgument("package", file, "an .app holds all modules of its app: install it alone")
		case len(packages) > maxPackages:
			return nil, badArgument("package", path, fmt.Sprintf("these are more than %d packages", maxPackages))
		}
		names[strings.ToLower(name)] = file
		var head bytes.Buffer
		if err := tar.NewWriter(&head).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: one.size, Mode: 0o644, Format: tar.FormatGNU}); err != nil {
			return nil, fmt.Errorf("pack %s: %w", file, err)
		}
		heads, sizes = append(heads, head.Bytes()), append(sizes, one.size)
		p.size += int64(head.Len()) + one.size + padding(one.size)
	}
	p.open = func() (io.ReadCloser, error) { return &archive{packages: packages, heads: heads, sizes: sizes}, nil }
	return p, nil
}

// padding fills the last block of a file in an archive.
func padding(size int64) int64 { return (512 - size%512) % 512 }

// archive reads the packages one behind the other.
type archive struct {
	packages []string
	heads    [][]byte
	sizes    []int64
	next     int
	file     *os.File
	now      io.Reader
}

// Read implements io.Reader.
func (a *archive) Read(b []byte) (int, error) {
	for {
		if a.now != nil {
			if n, err := a.now.Read(b); n > 0 || err != io.EOF {
				return n, err
			}
		}
		if err := a.Close(); err != nil {
			return 0, err
		}
		if a.next == len(a.packages) {
			return 0, io.EOF
		}
		file, err := os.Open(a.packages[a.next])
		if err != nil {
			return 0, newLocalError(a.packages[a.next], err)
		}
		a.file = file
		size := a.sizes[a.next]
		a.now = io.MultiReader(bytes.NewReader(a.heads[a.next]), io.LimitReader(file, size), bytes.NewReader(make([]byte, padding(size))))
		a.next++
	}
}

// Close closes the file that is open.
func (a *archive) Close() error {
	file := a.file
	a.file, a.now = nil, nil
	if file == nil {
		return nil
	}
	return file.Close()
}

// appSince is the first API level whose bm takes .app files. Source: HarmonyOS,
// hdc guide, install.
const appSince = 22

// takes refuses packages of a kind that the device is too old for. A device
// that does not say its level is left to refuse them itself.
func (c *Client) takes(ctx context.Context, key string, parcels []*parcel) error {
	for _, p := range parcels {
		i := slices.IndexFunc(p.packages, func(f string) bool { return strings.ToLower(filepath.Ext(f)) == ".app" })
		if i < 0 {
			continue
		}
		got, err := c.Shell(ctx, key, Cmd("param", "get", "const.ohos.apiversion"))
		if err != nil {
			return fmt.Errorf("ask for the API level: %w", err)
		}
		level, err := strconv.Atoi(strings.TrimSpace(string(got.Output)))
		if err == nil && level < appSince {
			return &NeedsError{What: p.packages[i], Needs: "a device of API level " + strconv.Itoa(appSince), Has: "one of " + strconv.Itoa(level),
				Advice: "install the .hap and .hsp files that the .app holds: unzip it into a folder and install that"}
		}
		return nil
	}
	return nil
}
