// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

// LiveView is liveViewManager.LiveView, as far as it has texts. Source: Live
// View Kit, ArkTS API liveViewManager.
type LiveView struct {
	ID    int64  `json:"id"`
	Event string `json:"event"`
	// Sequence is the version; one that was never set reads UnsetSequence.
	Sequence *int64       `json:"sequence,omitempty"`
	IsMute   *bool        `json:"isMute,omitempty"`
	Data     LiveViewData `json:"liveViewData"`
}

// UnsetSequence is how a sequence reads that nobody has set.
const UnsetSequence = 1<<32 - 1

// LiveViewData is what a live view shows.
type LiveViewData struct {
	Primary Primary  `json:"primary"`
	Capsule *Capsule `json:"capsule,omitempty"`
}

// Primary is the card of a live view. What an update leaves out stays.
type Primary struct {
	Title   string     `json:"title,omitempty"`
	Content []RichText `json:"content,omitempty"`
}

// RichText is a piece of a text.
type RichText struct {
	Text string `json:"text"`
}

// Capsule is what the status bar shows of a live view.
type Capsule struct {
	Title   string `json:"title,omitempty"`
	Content string `json:"content,omitempty"`
}

// LiveViewID is the argument of liveViewManager.getActiveLiveView.
type LiveViewID struct {
	ID int64 `json:"id"`
}

// LiveViewResult answers what changes a live view; ResultCode is 0.
type LiveViewResult struct {
	ResultCode int    `json:"resultCode"`
	Message    string `json:"message"`
}

// NotificationID is the argument of notificationManager.cancel.
type NotificationID struct {
	ID int `json:"id"`
}
