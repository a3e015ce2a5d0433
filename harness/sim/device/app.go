// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"archive/zip"
	"bytes"
	"io"
	"path"

	"github.com/pushproof/pushproof/harness/sim/hap"
)

// appSince is the first API level whose bm takes an .app, the archive of all
// packages of an app. Source: HarmonyOS, guides of hdc and bm.
const appSince = 22

// isPackage tells by the name, as bm does.
func isPackage(name string) bool { return path.Ext(name) == ".hap" || path.Ext(name) == ".hsp" }

// appPackages reads the packages in an .app. What a bm that knows none says of
// it is not documented; here it is what bm says of no package.
func (d *Device) appPackages(content []byte) ([]*hap.Package, InstallCode) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || d.opts.Profile.API < appSince {
		return nil, CodeProfile
	}
	var all []*hap.Package
	for _, entry := range archive.File {
		if !isPackage(entry.Name) {
			continue
		}
		file, err := entry.Open()
		if err != nil {
			return nil, CodeProfile
		}
		// What a header says of its size is not relied on.
		inner, err := io.ReadAll(io.LimitReader(file, maxFiles+1))
		if err != nil || file.Close() != nil || len(inner) > maxFiles {
			return nil, CodeProfile
		}
		p, code := d.readPackage(inner)
		if code != 0 {
			return nil, code
		}
		all = append(all, p)
	}
	return all, 0
}
