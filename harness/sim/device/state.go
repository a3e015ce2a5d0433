// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// app is an installed app and what the system knows of it; d.mu guards it.
type app struct {
	spec InstalledApp
	uid  int
	// updated is when it was installed last.
	updated time.Time
	dir     string
	kept    record
	// seen holds appMessageIds and when they were first shown. A reboot
	// forgets them.
	seen map[string]time.Time

	// rows is how many the table holds, as far as this boot has written it.
	rows int

	main       *proc
	extensions []*proc
	gone       bool
	// ended says how the last main process ended.
	ended Ended
	// views are its live views by id, those that have ended as well.
	views map[int64]*liveView
	// waiting holds messages for types that are not registered yet, if the
	// device keeps them.
	waiting []heldMessage
}

// record is what survives processes and reboots.
type record struct {
	Token string `json:"token,omitempty"`
	AAID  string `json:"aaid,omitempty"`
	// Enabled is the notification switch, off by default.
	Enabled bool `json:"enabled"`
	// NoLiveViews is set once the user has turned live views off.
	NoLiveViews bool `json:"noLiveViews,omitempty"`
	// Asked is set once the user has answered the authorisation dialog.
	Asked      bool         `json:"asked"`
	Badge      int          `json:"badge"`
	Background *keptMessage `json:"background,omitempty"`
	LastRow    int64        `json:"lastRow"`
	Profiles   []profile    `json:"profiles,omitempty"`
	Cards      []card       `json:"cards,omitempty"`
}

// keptMessage is the newest background message of an app that was not in
// front.
type keptMessage struct {
	Data string    `json:"data"`
	At   time.Time `json:"at"`
}

func (a *app) filesDir() string   { return filepath.Join(a.dir, "files") }
func (a *app) cacheDir() string   { return filepath.Join(a.dir, "cache") }
func (a *app) recordPath() string { return filepath.Join(a.dir, "system.json") }

// load reads the record of an earlier boot, if there is one.
func (a *app) load() error {
	b, err := os.ReadFile(a.recordPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the system's record of %s: %w", a.spec.Bundle, err)
	}
	if err := json.Unmarshal(b, &a.kept); err != nil {
		return fmt.Errorf("read the system's record of %s: %w", a.spec.Bundle, err)
	}
	return nil
}

// save writes the record. It is written whole, so a crash leaves the old one.
func (d *Device) save(a *app) {
	if a.gone {
		return
	}
	b, err := json.Marshal(a.kept)
	if err == nil {
		tmp := a.recordPath() + ".new"
		if err = os.WriteFile(tmp, b, 0o600); err == nil {
			err = os.Rename(tmp, a.recordPath())
		}
	}
	if err != nil {
		d.log.Error("the system's record was not written", "bundle", a.spec.Bundle, "error", err)
	}
	d.notify()
}

// find returns the installed app, or nil; d.mu is held.
func (d *Device) find(bundle string) *app {
	for _, a := range d.apps {
		if a.spec.Bundle == bundle {
			return a
		}
	}
	return nil
}

// byToken returns the app that a push is for; d.mu is held.
func (d *Device) byToken(token string) *app {
	for _, a := range d.apps {
		if token != "" && a.kept.Token == token {
			return a
		}
	}
	return nil
}
