// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Installer is what a Shell must also be for apps to be installed; *hdc.Client
// is one. What each promises is said there.
type Installer interface {
	// InstallAll installs package files, or replaces what is installed.
	InstallAll(ctx context.Context, key string, files []string, o hdc.InstallOptions) error
	// Uninstall removes an app, and its data unless they are to be kept.
	Uninstall(ctx context.Context, key, bundle string, keepData bool) error
	// Send writes a file of this computer to a path on the device.
	Send(ctx context.Context, key, local, remote string, o hdc.FileOptions) (hdc.Transfer, error)
}

// Installation is what InstallIfChanged did.
type Installation struct {
	// Bundle is the app that the files hold.
	Bundle string `json:"bundle"`
	// Changed says that it was installed, Why why.
	Changed bool   `json:"changed"`
	Why     string `json:"why,omitempty"`
	// Fresh says that it was not installed before.
	Fresh bool `json:"fresh"`
	// TokenEnds says that a Push Token from before is of no use: the app has to
	// fetch a new one. (Claim device.install.token.)
	TokenEnds bool `json:"tokenEnds"`
	// Hash is the files' SHA-256, in hex; of several files that of their hashes
	// and names.
	Hash string `json:"hash"`
	// Note says why the next call will install again whatever the hash, "" where
	// it will not.
	Note string `json:"note,omitempty"`
}

// errNoInstaller is the answer of a Device whose Shell runs commands only.
var errNoInstaller = errors.New("what reaches this device can run commands and cannot install")

// InstallIfChanged installs the app of these package files (.hap, .hsp, .app,
// all of one app) if another one is installed, or none. A Device that was
// opened without an app will do: the packages name theirs.
//
// The device does not tell the hash of what is installed. So after each
// installation the hash is left in a small file in /data/local/tmp/pushproof,
// with the versionCode and the time of installation that bm dump then shows.
// Only while all three still hold is the app taken for the same: one that was
// installed by someone else in between has another time, and is replaced.
// Where bm dump has no time, nothing can be told, and the app is installed each
// time. (Claim device.bm.times.)
//
// An app that is there is replaced and keeps its data and its Push Token; a
// first installation begins with another token. Errors: *PackageError,
// *hdc.ArgumentError, *hdc.InstallError with what to do (a signature of someone
// else is not uninstalled here: that would end the token), and those of the
// shell.
func (d *Device) InstallIfChanged(ctx context.Context, paths []string) (Installation, error) {
	result, err := d.packages(paths)
	if err != nil {
		return result, fmt.Errorf("install on %s: %w", d.key, err)
	}
	doing := fmt.Sprintf("install %s on %s", result.Bundle, d.key)
	installer, ok := d.shell.(Installer)
	if !ok {
		return result, fmt.Errorf("%s: %w", doing, errNoInstaller)
	}
	before, err := d.Installed(ctx, result.Bundle)
	if err != nil {
		return result, fmt.Errorf("%s: %w", doing, err)
	}
	if result.Why, err = d.stale(ctx, result, before); err != nil {
		return result, fmt.Errorf("%s: %w", doing, err)
	}
	if result.Why == "" {
		return result, nil
	}
	if err := d.forgetInstalled(ctx, result.Bundle); err != nil {
		return result, fmt.Errorf("%s: %w", doing, err)
	}
	// Modules of one app that depend on each other are installed in one step.
	if err := installer.InstallAll(ctx, d.key, paths, hdc.InstallOptions{Together: true}); err != nil {
		return result, fmt.Errorf("%s: %w", doing, err)
	}
	result.Changed, result.Fresh, result.TokenEnds = true, !before.Found, !before.Found
	d.setStop(StopUnknown)
	after, err := d.Installed(ctx, result.Bundle)
	if err != nil {
		return result, fmt.Errorf("%s: look at what was installed: %w", doing, err)
	}
	if !after.Found {
		return result, fmt.Errorf("%s: %w", doing, &NotInstalledError{Key: d.key, Bundle: result.Bundle})
	}
	switch err := d.rememberInstalled(ctx, installer, installRecord{Bundle: result.Bundle, Hash: result.Hash, Code: after.Code, Updated: after.Updated}); {
	case ctx.Err() != nil:
		return result, fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	case err != nil:
		result.Note = "what was installed could not be noted on the device: " + err.Error()
	case after.Updated == 0:
		result.Note = noTime
	}
	return result, nil
}

// noTime is why an app is installed again where the device gives no time.
const noTime = "bm dump does not say when it was installed, so whether someone replaced it cannot be told"

// packages checks the files and returns whose they are, and their hash.
func (d *Device) packages(paths []string) (Installation, error) {
	if len(paths) == 0 {
		return Installation{}, errors.New("no package file was named")
	}
	var result Installation
	for _, path := range paths {
		bundle, err := PackageBundle(path)
		if err != nil {
			return result, err
		}
		if result.Bundle == "" {
			result.Bundle = bundle
		}
		if bundle != result.Bundle {
			return result, &PackageError{path, fmt.Sprintf("it is of %s, and %s of %s: install one app at a time", bundle, paths[0], result.Bundle), nil}
		}
	}
	if d.app.Bundle != "" && d.app.Bundle != result.Bundle {
		return result, &PackageError{paths[0], fmt.Sprintf("it is of %s, and the app to be driven is %s", result.Bundle, d.app.Bundle), nil}
	}
	hash, err := hashFiles(paths)
	result.Hash = hash
	return result, err
}

// stale says why the files have to be installed, or "".
func (d *Device) stale(ctx context.Context, want Installation, now Version) (string, error) {
	if !now.Found {
		return "it is not installed", nil
	}
	record, found, err := d.recallInstalled(ctx, want.Bundle)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "what is installed was not installed by this tool", nil
	case record.Hash != want.Hash:
		return "another build is installed", nil
	case record.Code != now.Code || record.Updated != now.Updated:
		return "someone has installed it since", nil
	case now.Updated == 0:
		return noTime, nil
	}
	return "", nil
}

// codeNotInstalled is bm's code for an app that is not there.
const codeNotInstalled = 9568386

// Uninstall removes the app, and its data unless keepData is set. Its Push
// Token ends either way. Errors: *NotInstalledError, *hdc.InstallError, and
// those of the shell.
func (d *Device) Uninstall(ctx context.Context, keepData bool) error {
	if err := d.needApp("uninstall the app"); err != nil {
		return err
	}
	doing := "uninstall " + d.app.Bundle
	installer, ok := d.shell.(Installer)
	if !ok {
		return fmt.Errorf("%s: %w", doing, errNoInstaller)
	}
	err := installer.Uninstall(ctx, d.key, d.app.Bundle, keepData)
	if refused := (*hdc.InstallError)(nil); errors.As(err, &refused) && refused.Code == codeNotInstalled {
		return fmt.Errorf("%s: %w", doing, &NotInstalledError{Key: d.key, Bundle: d.app.Bundle})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.setStop(StopUnknown)
	return d.forgetInstalled(ctx, d.app.Bundle)
}
