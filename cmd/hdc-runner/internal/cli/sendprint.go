// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// sendOutcome is what send prints.
type sendOutcome struct {
	Nonce     string             `json:"nonce"`
	Kind      string             `json:"kind"`
	Code      string             `json:"code"`
	RequestID string             `json:"requestId"`
	Token     string             `json:"token"`
	Carriers  pushcloud.Carriers `json:"carriers"`
	Simulated bool               `json:"simulated,omitempty"`
	// Target is the device that was looked at, Waited for how long.
	Target string           `json:"target,omitempty"`
	Waited harness.Duration `json:"waited,omitzero"`
	// Shown is "shown", "not seen", or "" without a target.
	Shown string `json:"shown,omitempty"`
	Where string `json:"where,omitempty"`
	Next  string `json:"next,omitempty"`
	// NoAnswer says why nobody knows whether Push Cloud took the message; one
	// that is shown was taken.
	NoAnswer string `json:"noAnswer,omitempty"`
	// Interrupted says that it was not looked for to the end.
	Interrupted bool `json:"interrupted,omitempty"`
}

// begin prints what is known when the message has been sent; a wait may
// follow. JSON comes at the end, in one piece.
func (r *sendOutcome) begin(w io.Writer, asJSON bool) {
	if asJSON {
		return
	}
	if r.Simulated {
		fmt.Fprintln(w, "SIMULATED")
	}
	if r.NoAnswer != "" {
		fmt.Fprintf(w, "no answer: %s\n%s, nonce %s\n", r.NoAnswer, r.Token, r.Nonce)
		return
	}
	fmt.Fprintf(w, "accepted: code %s, requestId %s, %s, nonce %s\n", r.Code, r.RequestID, r.Token, r.Nonce)
}

// end prints the rest.
func (r *sendOutcome) end(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	switch {
	case r.Interrupted:
		sent := "the message was sent (requestId " + r.RequestID + "), and"
		if r.NoAnswer != "" {
			sent = "the message may have been taken, and"
		}
		fmt.Fprintf(w, "interrupted: %s was not looked for on %s to the end\n", sent, r.Target)
	case r.Shown == "":
		fmt.Fprintln(w, "accepted is not arrived: name the device with --target to look for the message on it")
	case r.Shown == shown && r.NoAnswer != "":
		fmt.Fprintf(w, "shown, so it was taken: %s\n", r.Where)
	case r.Shown == shown:
		fmt.Fprintf(w, "shown: %s\n", r.Where)
	default:
		fmt.Fprintf(w, "not seen on %s within %s\nwhat to check next: %s\n", r.Target, time.Duration(r.Waited), r.Next)
	}
	if r.Simulated {
		fmt.Fprintln(w, "SIMULATED")
	}
	return nil
}
