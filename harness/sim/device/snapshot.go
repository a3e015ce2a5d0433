// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// State is what the device holds, at one moment.
type State struct {
	BootID string
	Online bool
	// Front is the bundle in the foreground, "" for the launcher.
	Front  string
	On     bool
	Locked bool
	// KeepsOn is set by the power service's -t; ScreenTimeout is in
	// milliseconds.
	KeepsOn       bool
	ScreenTimeout int
	// ShadeOpen and DialogOpen say what lies over the app.
	ShadeOpen, DialogOpen bool
	Apps                  []AppState
	// Calls are newest last, at most 64.
	Calls []CallState
	// Notifications are newest first.
	Notifications []Shown
}

// AppState is an installed app.
type AppState struct {
	Bundle string
	// PID is the main process, 0 if there is none; Extensions are the others.
	PID        int
	Extensions []int
	Foreground bool
	Suspended  bool
	// Ended says how the last main process ended; "" while one runs, and where
	// none has run since the device started up.
	Ended Ended
	// Enabled is the notification switch.
	Enabled bool
	Badge   int
	// Token is the current one.
	Token push.Token
	// KeepsMessage is set while a background message waits.
	KeepsMessage bool
	// Rows is how many rows the table for background messages holds, as far as
	// they were written or deleted since the device was made.
	Rows int
	// Cards are on the desktop, in the order in which they were put there.
	Cards []CardState
	// LiveViews are those of which the device knows, by id.
	LiveViews  []LiveViewState
	Registered []string
	// Files is the app's files folder on the host.
	Files string
}

// Shown is a notification in the shade.
type Shown struct {
	Bundle       string
	ID           int
	AppMessageID string
	Title, Text  string
	Slot         string
	// Silent ones stand in the notification centre only.
	Silent bool
	// Banner is set while its banner covers the upper edge of the screen.
	Banner bool
	At     time.Time
}

// State returns the device's state.
func (d *Device) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := State{BootID: d.boot.id, Online: d.net.reachable(), On: d.screen.on, Locked: d.screen.locked,
		KeepsOn: d.power.keepOn, ScreenTimeout: d.power.off(), ShadeOpen: d.screen.shade, DialogOpen: d.dialog != nil, Calls: d.callStates()}
	if d.front != nil {
		s.Front = d.front.spec.Bundle
	}
	for _, a := range d.apps {
		app := AppState{Bundle: a.spec.Bundle, Enabled: a.kept.Enabled, Badge: a.kept.Badge, Token: push.NewToken(a.kept.Token),
			KeepsMessage: a.kept.Background != nil, Rows: a.rows, Cards: a.cardStates(), LiveViews: a.viewStates(), Files: a.filesDir(), Ended: a.ended}
		if p := a.main; p != nil {
			app.PID, app.Foreground, app.Suspended = p.child.PID(), p.foreground, p.suspended
			app.Registered = append(app.Registered, p.registered...)
		}
		for _, e := range a.extensions {
			app.Extensions = append(app.Extensions, e.child.PID())
		}
		s.Apps = append(s.Apps, app)
	}
	for _, n := range d.shade {
		s.Notifications = append(s.Notifications, Shown{Bundle: n.app.spec.Bundle, ID: n.id, AppMessageID: n.appMessageID,
			Title: n.title, Text: n.text, Slot: n.slot.name, Silent: n.slot.silent, Banner: d.bannerShown() == n, At: n.at})
	}
	return s
}

// App returns the app's state, and whether it is installed.
func (s State) App(bundle string) (AppState, bool) {
	for _, a := range s.Apps {
		if a.Bundle == bundle {
			return a, true
		}
	}
	return AppState{}, false
}
