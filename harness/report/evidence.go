// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import "time"

// EvidenceFolder is the folder of the screenshots, below the report's.
const EvidenceFolder = "evidence"

// Evidence is what the device showed when a cell had not passed, in the words of
// its tools. It holds nothing of other apps, except what the screenshot shows.
type Evidence struct {
	// At is when gathering began.
	At time.Time `json:"at"`
	// Screenshot is the picture's file, relative to the report's folder; "" if
	// there is none.
	Screenshot string `json:"screenshot,omitempty"`
	// State is the app's, Lock and Power are the device's.
	State string `json:"state,omitempty"`
	Lock  string `json:"lock,omitempty"`
	Power string `json:"power,omitempty"`
	// Windows are the system's and the app's, Nodes the parts of the UI tree that
	// are the app's or carry the nonce, Notifications and Cards the app's.
	Windows       []string `json:"windows,omitempty"`
	Nodes         []string `json:"nodes,omitempty"`
	Notifications []string `json:"notifications,omitempty"`
	Cards         []string `json:"cards,omitempty"`
	// Log is the device's log around the message, LogGaps why lines of it may be
	// missing.
	Log     []string `json:"log,omitempty"`
	LogGaps []string `json:"logGaps,omitempty"`
	// Missing says by part why it is not there.
	Missing map[string]string `json:"missing,omitempty"`
}
