// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pushproof/pushproof/harness/sim/plane"
)

// handled is a device that somebody holds in the hand, as *device.Device of the
// simulator is.
type handled interface {
	SetOnline(bool)
	SetLocked(bool)
	SetPIN(bool)
	OpaqueDialog(bool)
	LoseLogs(int)
	MissLogs(int)
	SwipeAway(ctx context.Context, bundle string) error
}

// Hand is the body of PUT /hand: what is done to one device without hdc. What is
// left out stays as it is; what is there is done in the order of the fields.
type Hand struct {
	Key string `json:"key"`
	// Network is whether the cloud reaches the device.
	Network *bool `json:"network,omitempty"`
	// OpaqueDialog hides the buttons of the dialog that asks for notifications
	// from the UI tree.
	OpaqueDialog *bool `json:"opaqueDialog,omitempty"`
	// LoseLogs and MissLogs are how many of the next lines of the log are lost:
	// to its quota, or to a slow reader. 0 ends it.
	LoseLogs *int `json:"loseLogs,omitempty"`
	MissLogs *int `json:"missLogs,omitempty"`
	// SwipeAway names an app that is swiped out of the recent apps.
	SwipeAway string `json:"swipeAway,omitempty"`
	// PIN is whether the lock screen asks for one, Locked whether it is up.
	PIN    *bool `json:"pin,omitempty"`
	Locked *bool `json:"locked,omitempty"`
}

func (s *Server) putHand(w http.ResponseWriter, r *http.Request) {
	var hand Hand
	if !plane.Read(w, r, &hand) {
		return
	}
	target, ok := s.hdc.Device(hand.Key)
	if !ok {
		plane.Refuse(w, http.StatusNotFound, fmt.Errorf("no device has the key %.64q: GET /devices lists them", hand.Key))
		return
	}
	device, ok := target.(handled)
	if !ok {
		plane.Refuse(w, http.StatusConflict, errors.New("nobody holds this device in the hand: it is no simulated phone"))
		return
	}
	if hand == (Hand{Key: hand.Key}) {
		plane.Refuse(w, http.StatusBadRequest, errors.New("nothing is to be done: docs/simulated-hdc.md lists the fields"))
		return
	}
	if err := hand.do(r.Context(), device); err != nil {
		plane.Refuse(w, http.StatusConflict, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h Hand) do(ctx context.Context, device handled) error {
	set(h.Network, device.SetOnline)
	set(h.OpaqueDialog, device.OpaqueDialog)
	set(h.LoseLogs, device.LoseLogs)
	set(h.MissLogs, device.MissLogs)
	if h.SwipeAway != "" {
		if err := device.SwipeAway(ctx, h.SwipeAway); err != nil {
			return err
		}
	}
	set(h.PIN, device.SetPIN)
	set(h.Locked, device.SetLocked)
	return nil
}

func set[T any](value *T, method func(T)) {
	if value != nil {
		method(*value)
	}
}

// resetHands takes back what the fields of a Hand can do, but for the end of an
// app.
func (s *Server) resetHands(ctx context.Context) {
	back := Hand{Network: new(true), OpaqueDialog: new(false), LoseLogs: new(0), PIN: new(false), Locked: new(false)}
	for _, row := range s.hdc.Rows() {
		target, _ := s.hdc.Device(row.Key)
		if device, ok := target.(handled); ok {
			// Only a swipe could fail.
			_ = back.do(ctx, device)
		}
	}
}
