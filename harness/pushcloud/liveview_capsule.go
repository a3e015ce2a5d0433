// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

// Types of a live view's capsule.
const (
	// CapsuleText has an icon and a text.
	CapsuleText = 1
	// CapsuleTime has an icon and a timer: CapsuleTimer.
	CapsuleTime = 2
	// CapsuleShare has an icon and a progress: CapsuleProgress.
	CapsuleShare = 3
)

// CapsuleData is the capsule of a live view in the status bar.
// Source: Push Kit REST API, CapsuleData; what is marked so from 26.0.0.
type CapsuleData struct {
	// Type is one of the capsules.
	Type int `json:"type"`
	// Status is 1 shown or -1 hidden.
	Status int `json:"status"`
	// Icon is a file in the app's rawfile folder.
	Icon string `json:"icon,omitempty"`
	// IconURL may stand for Icon, from 26.0.0.
	IconURL string `json:"iconUrl,omitempty"`
	// BgColor is "#AARRGGBB", but none of #FF000000, #FFFFFFFF and #FFF1F3F5.
	BgColor string `json:"bgColor"`
	// Remind is DEFAULT, FLIP (at most 5 times a view) or EXPAND (at most 2).
	Remind string `json:"remind,omitempty"`
	// Title is required to create CapsuleText: at most 128 characters.
	Title string `json:"title,omitempty"`
	// Content is required to create CapsuleText and CapsuleTime: at most 128
	// characters.
	Content string `json:"content,omitempty"`
	// CapsuleTimer belongs to CapsuleTime.
	CapsuleTimer *CapsuleTimer `json:"capsuleTimer,omitempty"`
	// Progress belongs to CapsuleShare.
	Progress *CapsuleProgress `json:"progress,omitempty"`
	// TailIcon is there from 26.0.0.
	TailIcon string `json:"tailIcon,omitempty"`
	// TailIconURL is there from 26.0.0.
	TailIconURL string `json:"tailIconUrl,omitempty"`
	// IsContentDisplayed is there from 26.0.0.
	IsContentDisplayed *bool `json:"isContentDisplayed,omitempty"`
	// IsTailIconDisplayed is there from 26.0.0.
	IsTailIconDisplayed *bool `json:"isTailIconDisplayed,omitempty"`
}

// CapsuleTimer is the timer of CapsuleTime.
type CapsuleTimer struct {
	// Time is where the timer begins, in milliseconds; nil means 0.
	Time *int64 `json:"time,omitempty"`
	// CountDown true counts down; nil means false.
	CountDown *bool `json:"countDown,omitempty"`
	// Pause true stops the timer; nil means false.
	Pause *bool `json:"pause,omitempty"`
}

// CapsuleProgress is the progress of CapsuleShare.
type CapsuleProgress struct {
	// Max is 1 or more; nil means 1.
	Max *int `json:"max,omitempty"`
	// Progress is 0 to Max.
	Progress int `json:"progress"`
	// Indeterminate true shows percent, false numbers; nil means false.
	Indeterminate *bool `json:"indeterminate,omitempty"`
}

// ExternalData is what the outer screen of a small foldable shows.
// Source: Push Kit REST API, ExternalData.
type ExternalData struct {
	// Type is 0 colour or 1 picture; nil means 0.
	Type *int `json:"type,omitempty"`
	// BgColor is "#RRGGBB"; empty leaves it to the system.
	BgColor string `json:"bgColor,omitempty"`
	// BgImage is required to create a view with Type 1.
	BgImage string `json:"bgImage,omitempty"`
	// Title is required to create a view: at most 128 characters.
	Title string `json:"title,omitempty"`
	// Body is required to create a view: at most 128 characters in all, in one
	// colour.
	Body []RichText `json:"body,omitzero"`
}
