// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"time"
)

// The parts of an Evidence, as Missing names them.
const (
	PartState      = "state"
	PartLock       = "lock"
	PartPower      = "power"
	PartWindows    = "windows"
	PartScreenshot = "screenshot"
	PartNodes      = "nodes"
	PartForms      = "cards"
	PartNotices    = "notifications"
	PartLog        = "log"
)

// evidenceAround is how much of the log before and after a message is kept.
const evidenceAround = 30 * time.Second

// Evidence is what the device shows when a check has failed. It holds nothing of
// other apps, except what the screenshot shows.
type Evidence struct {
	Nonce string `json:"nonce"`
	// At is when gathering began, by this machine's clock.
	At time.Time `json:"at"`
	// What could not be had is nil, and Missing says why.
	State      *State        `json:"state,omitempty"`
	Lock       *LockReading  `json:"lock,omitempty"`
	Power      *PowerReading `json:"power,omitempty"`
	Windows    *WindowList   `json:"windows,omitempty"`
	Screenshot *Screenshot   `json:"screenshot,omitempty"`
	// Nodes are those of the UI tree that are the app's or carry the nonce.
	Nodes []Node `json:"nodes,omitempty"`
	// Forms are the app's cards, Notices its notifications by the service's dump.
	Forms   []Form     `json:"cards,omitempty"`
	Notices []Notice   `json:"notifications,omitempty"`
	Log     *LogWindow `json:"log,omitempty"`
	// Missing says by part (PartState and so on) why it is not there.
	Missing map[string]string `json:"missing,omitempty"`
}

// Evidence gathers all that the device shows of a message: what changes soonest
// comes first. It sends nothing to the app, wakes nothing and taps nothing, and
// takes a few seconds; parts that ctx leaves no time for are missing. It never
// fails: each part that is not there has its reason.
func (d *Device) Evidence(ctx context.Context, nonce string) Evidence {
	e := Evidence{Nonce: nonce, At: time.Now(), Missing: map[string]string{}}
	collect(&e, PartScreenshot, &e.Screenshot, func() (Screenshot, error) { return d.Screenshot(ctx) })
	collect(&e, PartWindows, &e.Windows, func() (WindowList, error) { return d.Windows(ctx) })
	layout, err := d.Layout(ctx)
	if err == nil {
		e.Nodes = layout.Evidence(d.app.Bundle, nonce)
	}
	e.lacks(PartNodes, err)
	collect(&e, PartState, &e.State, func() (State, error) { return d.State(ctx) })
	collect(&e, PartLock, &e.Lock, func() (LockReading, error) { return d.LockState(ctx) })
	collect(&e, PartPower, &e.Power, func() (PowerReading, error) { return d.PowerState(ctx) })
	e.Notices, err = d.Notices(ctx)
	e.lacks(PartNotices, err)
	err = d.needApp("list the cards")
	if err == nil {
		e.Forms, err = d.Forms(ctx, d.app.Bundle)
	}
	e.lacks(PartForms, err)
	collect(&e, PartLog, &e.Log, func() (LogWindow, error) { return d.LogWindow(ctx, nonce, evidenceAround) })
	return e
}

// collect takes one part, or why it is missing.
func collect[T any](e *Evidence, name string, to **T, get func() (T, error)) {
	value, err := get()
	if err == nil {
		*to = &value
	}
	e.lacks(name, err)
}

func (e *Evidence) lacks(name string, err error) {
	if err != nil {
		e.Missing[name] = missing(err)
	}
}
