// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// firstUID is the uid of the first app; each further one gets the next.
const firstUID = 20_020_000

// Install installs an app. One that is there is replaced and keeps its data,
// unless its files were removed in between.
func (d *Device) Install(spec InstalledApp) error {
	if err := spec.check(); err != nil {
		return err
	}
	a := &app{spec: spec, updated: d.now(), dir: filepath.Join(d.opts.Dir, "apps", spec.Bundle), seen: map[string]time.Time{}}
	if err := os.MkdirAll(a.filesDir(), 0o700); err != nil {
		return fmt.Errorf("install %s: %w", spec.Bundle, err)
	}
	if err := a.load(); err != nil {
		return fmt.Errorf("install %s: %w", spec.Bundle, err)
	}
	d.stop(spec.Bundle)
	d.mu.Lock()
	defer d.mu.Unlock()
	a.uid = firstUID
	for _, other := range d.apps {
		a.uid = max(a.uid, other.uid+1)
	}
	for i, old := range d.apps {
		if old.spec.Bundle == spec.Bundle {
			if !a.updated.After(old.updated.Add(time.Millisecond)) {
				a.updated = old.updated.Add(time.Millisecond) // no two are of one time
			}
			a.uid, a.kept, a.seen, a.views, old.gone = old.uid, old.kept, old.seen, old.views, true
			d.apps[i] = a
			d.save(a)
			return nil
		}
	}
	d.apps = append(d.apps, a)
	d.save(a)
	return nil
}

// Uninstall removes an app and its data. A push to its token then gives
// receipt 2.
func (d *Device) Uninstall(bundle string) error { return d.uninstall(bundle, false) }

// uninstall removes an app. keep leaves its files for the next installation, as
// bm uninstall -k does; the token ends all the same: claim device.data.keep.
func (d *Device) uninstall(bundle string, keep bool) error {
	a, err := d.wipe(bundle, sim.AppUninstalled)
	if err != nil {
		return fmt.Errorf("uninstall %s: %w", bundle, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.apps {
		if d.apps[i] == a {
			d.apps = append(d.apps[:i:i], d.apps[i+1:]...)
			break
		}
	}
	d.notify()
	if keep {
		return errors.Join(os.RemoveAll(a.recordPath()), os.RemoveAll(a.cacheDir()))
	}
	return os.RemoveAll(a.dir)
}

// Clear removes an app's data, as `bm clean -d` does: with it go token, AAID
// and the kept message, but not the notification switch. That clearing data
// changes the token is a claim: pushservice.clear.token.
func (d *Device) Clear(bundle string) error {
	a, err := d.wipe(bundle, sim.TokenGone)
	if err != nil {
		return fmt.Errorf("clear %s: %w", bundle, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := errors.Join(os.RemoveAll(a.filesDir()), os.RemoveAll(a.cacheDir())); err != nil {
		return fmt.Errorf("clear %s: %w", bundle, err)
	}
	if err := os.MkdirAll(a.filesDir(), 0o700); err != nil {
		return fmt.Errorf("clear %s: %w", bundle, err)
	}
	return nil
}

// clearCache removes an app's cache, as `bm clean -c` does.
func (d *Device) clearCache(bundle string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(bundle)
	if a == nil {
		return errNotInstalled
	}
	return os.RemoveAll(a.cacheDir())
}

// wipe ends the app's processes and forgets what depends on its data.
func (d *Device) wipe(bundle string, reason sim.Receipt) (*app, error) {
	d.mu.Lock()
	a := d.find(bundle)
	if a == nil {
		d.mu.Unlock()
		return nil, errNotInstalled
	}
	// Nothing is started from here on.
	a.gone = reason == sim.AppUninstalled
	d.mu.Unlock()
	d.stop(bundle)
	d.files.forget(sandboxes + bundle)
	d.mu.Lock()
	token := d.forget(a)
	a.kept.AAID = ""
	a.rows = 0
	d.save(a)
	if reason == sim.AppUninstalled {
		d.withdraw(deletedWithBundle, func(n *notification) bool { return n.app == a })
		a.forgetViews()
	}
	d.mu.Unlock()
	if token != "" {
		d.opts.Cloud.DropToken(token, reason)
	}
	return a, nil
}
