// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// PackageError says which of several packages was not installed.
type PackageError struct {
	// Path is the package or folder as it was asked for.
	Path string
	// Err is an *InstallError, or another error of Install.
	Err error
}

// Error implements error.
func (e *PackageError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *PackageError) Unwrap() error { return e.Err }

// ErrNotTried is the error of a package behind one whose outcome is unknown.
var ErrNotTried = errors.New("not tried, since the device or the server was lost before")

// InstallAll installs packages and folders of packages, as Install does each of
// them, in the order given; so name a library before what needs it. With
// Together it is one step for all. All are looked at before the first is sent.
//
// One that the device refuses does not keep the others from being installed:
// the error joins a *PackageError for each that was not, in order. Once the
// device or the server is lost the others are not tried (ErrNotTried).
//
// Each package is a command of its own: hdc's own command for several says of
// the second one only what is longer than what it said of the first (claim
// hdc.install-several).
func (c *Client) InstallAll(ctx context.Context, key string, files []string, o InstallOptions) error {
	if len(files) == 0 {
		return badArgument("package", "", "there is none")
	}
	parcels, err := readParcels(key, files, o)
	if err != nil {
		return err
	}
	at := Progress{AllFiles: len(parcels)}
	for _, p := range parcels {
		at.AllBytes += p.size
	}
	ctx, cancel := c.boundFor(ctx, at.AllBytes)
	defer cancel()
	if err := c.takes(ctx, key, parcels); err != nil {
		return err
	}
	var failed []error
	lost := false
	for i, p := range parcels {
		path := files[i]
		if lost {
			failed = append(failed, &PackageError{path, ErrNotTried})
			continue
		}
		if err := c.install(ctx, key, p, o, at); err != nil {
			failed = append(failed, &PackageError{path, err})
			var refused *InstallError
			lost = !errors.As(err, &refused) && !errors.Is(err, fs.ErrNotExist)
		}
		at.Files++
		at.Bytes += p.size
	}
	return errors.Join(failed...)
}

// readParcels looks at all files; with Together they are one parcel.
func readParcels(key string, files []string, o InstallOptions) ([]*parcel, error) {
	var parcels []*parcel
	var packages []string
	for _, file := range files {
		p, err := readPackage(key, file)
		if err != nil {
			return nil, err
		}
		parcels, packages = append(parcels, p), append(packages, p.packages...)
	}
	if !o.Together || len(packages) == 1 {
		return parcels, nil
	}
	p, err := pack(parcels[0].path, packages)
	if err != nil {
		return nil, fmt.Errorf("install together: %w", err)
	}
	return []*parcel{p}, nil
}
