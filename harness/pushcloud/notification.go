// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
)

// Alert is a notification (push-type 0). Only Title and Body must be set.
// Source: Push Kit REST API, AlertPayload, Notification.
type Alert struct {
	// Category is IM, TRAVEL, ...; empty means MARKETING, which needs no right.
	// One without an approved right is downgraded to MARKETING in silence.
	Category string `json:"category,omitempty"`
	// Title is the first line.
	Title string `json:"title"`
	// Body is the text.
	Body string `json:"body"`
	// Image is an https URL.
	Image string `json:"image,omitempty"`
	// OverlayIcon is an https URL, for the categories IM, VOIP and MISS_CALL.
	OverlayIcon string `json:"overlayIcon,omitempty"`
	// Style is 0 normal, 1 big text (deprecated) or 3 multi-line.
	Style int `json:"style,omitempty"`
	// BigTitle belongs to style 1.
	BigTitle string `json:"bigTitle,omitempty"`
	// BigBody belongs to style 1.
	BigBody string `json:"bigBody,omitempty"`
	// InboxContent belongs to style 3: up to 3 lines.
	InboxContent []string `json:"inboxContent,omitempty"`
	// NotifyID replaces the shown notification of the same id; 0 is an id, nil
	// or -1 lets the system choose.
	NotifyID *int `json:"notifyId,omitempty"`
	// AppMessageID removes duplicates for 24 hours: 1 to 64 of letters,
	// digits, + / = _ - and white space.
	AppMessageID string `json:"appMessageId,omitempty"`
	// ProfileID limits the message to a profile bound on the device.
	ProfileID string `json:"profileId,omitempty"`
	// ClickAction says what a click opens; the zero value is the home page.
	ClickAction ClickAction `json:"clickAction"`
	// Badge changes the number on the app's icon: SetBadge or AddBadge.
	Badge *Badge `json:"badge,omitempty"`
	// Sound is a file in the app's rawfile folder.
	Sound string `json:"sound,omitempty"`
	// SoundDuration is 1 to 60 seconds, with Sound only.
	SoundDuration int `json:"soundDuration,omitempty"`
	// ForegroundShow false hands the message to receiveMessage('DEFAULT') while
	// the app is in the foreground; nil means true.
	ForegroundShow *bool `json:"foregroundShow,omitempty"`
	// PriorityScene is PRIMARY_CONTACT, AT_ME, URGENT_MESSAGE or
	// SCHEDULE_REMINDER.
	PriorityScene string `json:"priorityScene,omitempty"`
}

// ClickAction says what a click on the notification opens.
type ClickAction struct {
	// ActionType is 0 for the home page, 1 for the page named by Action or
	// URI.
	ActionType int `json:"actionType"`
	// Action is preferred where both are set.
	Action string `json:"action,omitempty"`
	// URI names the page by its uri.
	URI string `json:"uri,omitempty"`
	// Data arrives in want.parameters.
	Data map[string]any `json:"data,omitempty"`
}

// Badge changes the number on the app's icon. SetNum wins.
type Badge struct {
	// AddNum is 1 to 99.
	AddNum *int `json:"addNum,omitempty"`
	// SetNum is 0 to 99; 0 removes the number.
	SetNum *int `json:"setNum,omitempty"`
}

// SetBadge returns the badge that sets the number to n (0 to 99).
func SetBadge(n int) *Badge { return &Badge{SetNum: &n} }

// AddBadge returns the badge that adds n (1 to 99) to the number.
func AddBadge(n int) *Badge { return &Badge{AddNum: &n} }

// Kind implements Message.
func (m Alert) Kind() push.Kind { return push.KindAlert }

// PushType implements Message.
func (m Alert) PushType() int { return push.KindAlert.PushType() }

// Payload implements Message.
func (m Alert) Payload() (json.RawMessage, error) {
	if m.Category == "" {
		m.Category = "MARKETING"
	}
	return marshal(struct {
		Notification Alert `json:"notification"`
	}{m})
}

// BadgeRefresh changes the number on the app's icon and shows nothing
// (push-type 0). It needs the right to category IM.
// Source: Push Kit guide, badge-refresh message.
type BadgeRefresh struct {
	// Badge is what SetBadge or AddBadge returns.
	Badge *Badge `json:"badge"`
}

// Kind implements Message.
func (m BadgeRefresh) Kind() push.Kind { return push.KindAlert }

// PushType implements Message.
func (m BadgeRefresh) PushType() int { return push.KindAlert.PushType() }

// Payload implements Message.
func (m BadgeRefresh) Payload() (json.RawMessage, error) {
	return marshal(struct {
		Notification BadgeRefresh `json:"notification"`
	}{m})
}

// Extension is a notification that the app's extension process may rewrite
// before it is shown (push-type 2).
// Source: Push Kit REST API, ExtensionPayload.
type Extension struct {
	// ExtraData is handed to the app; it is required, and any text.
	ExtraData string `json:"extraData"`
	// Notification is what is shown otherwise. An empty Category means
	// PLAY_VOICE, the only one that is allowed.
	Notification Alert `json:"notification"`
}

// Kind implements Message.
func (m Extension) Kind() push.Kind { return push.KindExtension }

// PushType implements Message.
func (m Extension) PushType() int { return push.KindExtension.PushType() }

// Payload implements Message.
func (m Extension) Payload() (json.RawMessage, error) {
	if m.Notification.Category == "" {
		m.Notification.Category = "PLAY_VOICE"
	}
	return marshal(m)
}
