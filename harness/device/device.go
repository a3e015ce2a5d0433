// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package device drives one HarmonyOS device through an hdc server: it reads
// the device's profile, starts, backgrounds and kills one app, reads the
// system's UI tree for sightings, and answers the dialog that asks for
// notifications.
//
// It guarantees that the text of each tool is judged, since most of them exit
// with 0 when they fail; that what the device says otherwise is a typed error
// which tells what to do; that no two UI commands of a Device overlap; that
// the values given to a started ability reach no log and no error; and that
// an action for which no method is known on the device's type
// (fixtures.Methods) is a *NoMethodError and nothing is tried. What it changes
// on the device itself (SetCondition) it knows how to take back before it
// changes it, and RestoreAll takes back all of it; what only a person can do is
// a *ManualError that says so.
//
// It does not guarantee that a state holds after it was read, it does not wait
// for a push, and it keeps nothing of other apps: a Sighting holds nodes of the
// driven app and of the nonce only. Two Devices of the same key know nothing
// of each other. What was changed stays changed where this process dies before
// RestoreAll.
package device

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
)

// Shell runs a command on the device of that key; *hdc.Client is one.
type Shell interface {
	// Shell returns what the command printed and its exit code; its errors are
	// those of hdc.Client.Shell.
	Shell(ctx context.Context, key string, cmd hdc.Command) (hdc.Result, error)
}

// commandLimit bounds one command. The slowest is a layout of a full screen,
// about 2 s; uitest hangs where another uitest runs.
const commandLimit = 30 * time.Second

// App names the driven app.
type App struct {
	// Bundle is its bundle name. Without one the Device has a profile and a
	// UI tree, and no app.
	Bundle string
	// Ability is the ability to start; "" means the home ability by bm dump.
	Ability string
	// Module is the module of Ability, needed only where two modules have an
	// ability of the same name.
	Module string
}

// check refuses names that are none.
func (a App) check() error {
	if a.Bundle == "" {
		return nil
	}
	if err := hdc.CheckBundle(a.Bundle); err != nil {
		return err
	}
	for _, name := range []string{a.Ability, a.Module} {
		if name == "" {
			continue
		}
		if err := hdc.CheckAbility(name); err != nil {
			return err
		}
	}
	return nil
}

// Device is one device and one app on it. Its methods may be called from
// several goroutines; those that use the UI wait for each other.
type Device struct {
	shell Shell
	key   string
	app   App

	// ui holds a token while no uitest runs: overlapping calls fail or hang.
	ui chan struct{}

	log logState
	// changes are what RestoreAll takes back.
	changes changes

	mu      sync.Mutex
	profile Profile
	screen  Rect // the root's bounds of the last layout
	shade   bool // opened by us, and not closed since
	// stop is how the app was stopped last, and scenario the simulated network.
	stop     Stop
	scenario int
	// refusals says by row why a command gets no answer on this firmware.
	refusals map[string]string
}

// Open reads the device's profile and, if app names a bundle, its home ability.
//
// Errors beside those of the shell: *hdc.ArgumentError for a name that is
// none, *ProfileError for a device that is not one of the five types or has
// not started up, *NotInstalledError, *HomeError, and *OutputError.
func Open(ctx context.Context, shell Shell, key string, app App) (*Device, error) {
	if err := app.check(); err != nil {
		return nil, fmt.Errorf("open device %s: %w", key, err)
	}
	d := &Device{shell: shell, key: key, app: app, ui: make(chan struct{}, 1)}
	d.ui <- struct{}{}
	profile, err := d.readProfile(ctx)
	if err != nil {
		return nil, fmt.Errorf("open device %s: %w", key, err)
	}
	d.mu.Lock()
	d.profile = profile
	d.mu.Unlock()
	if app.Bundle != "" {
		if err := d.findHome(ctx); err != nil {
			return nil, fmt.Errorf("open device %s: %w", key, err)
		}
	}
	return d, nil
}

// Key returns the connect key.
func (d *Device) Key() string { return d.key }

// App returns the driven app, with the ability that Start starts.
func (d *Device) App() App { return d.app }

// Profile returns what the device said of itself when it was opened, and which
// tools it turned out to lack since. Its map must not be changed.
func (d *Device) Profile() Profile {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.profile
}

// Method returns how an action is done on this type of device, or a
// *NoMethodError.
func (d *Device) Method(action fixtures.Action) (fixtures.MethodRow, error) {
	deviceType := d.Profile().Type
	row, ok := fixtures.Method(deviceType, action)
	if !ok || !row.Known {
		return row, &NoMethodError{DeviceType: deviceType, Action: action, Why: row.How, Source: row.Source}
	}
	return row, nil
}

// needApp refuses where no bundle was named.
func (d *Device) needApp(doing string) error {
	if d.app.Bundle == "" {
		return fmt.Errorf("%s on %s: no app was named: give its bundle name with --bundle", doing, d.key)
	}
	return nil
}
