// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import (
	"encoding/json"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// Process tells a new process what it is.
type Process struct {
	Bundle string      `json:"bundle"`
	Role   wire.Role   `json:"role"`
	Device wire.Device `json:"device"`
	// Files is the app's files folder, kept until the app is removed.
	Files string `json:"files"`
	// ProxyTable is the table for background messages, "" for none.
	ProxyTable string `json:"proxyTable,omitempty"`
	// Capabilities are those of the device that another may lack, by the names
	// of canIUse, in no order.
	Capabilities []string `json:"capabilities,omitempty"`
	Behavior     Behavior `json:"behavior"`
}

// Behavior says how the simulated app was written.
type Behavior struct {
	// Agent is set if the app carries the agent.
	Agent bool `json:"agent,omitempty"`
	// Unregistered names receiveMessage types for which the app does not
	// register.
	Unregistered []string `json:"unregistered,omitempty"`
	// RegisterLate makes the app register after its first getToken has
	// answered instead of in onCreate.
	RegisterLate bool `json:"registerLate,omitempty"`
	// AskNotifications makes the app ask for notifications when it comes to
	// the foreground.
	AskNotifications bool `json:"askNotifications,omitempty"`
	// RegisterTwice names a type for which the app registers a second time.
	RegisterTwice string `json:"registerTwice,omitempty"`
	// ClearBadge makes the app clear its badge when it comes to the
	// foreground.
	ClearBadge bool `json:"clearBadge,omitempty"`
	// NoToken keeps the app from calling getToken in the foreground.
	NoToken bool `json:"noToken,omitempty"`
	// Answer is what the extension of an app without agent returns; nil leaves
	// the message as it is.
	Answer *Answer `json:"answer,omitempty"`
	// NoProxy names keys of the card for which the app makes no proxy.
	NoProxy []string `json:"noProxy,omitempty"`
	// Call says how the app deals with a call; nil is the zero CallBehavior.
	Call *CallBehavior `json:"call,omitempty"`
	// Calls are methods that the extension calls before it answers.
	Calls []string `json:"calls,omitempty"`
}

// Answer is an extension's answer and the time it takes.
type Answer struct {
	Content     Content `json:"content"`
	DelayMillis int64   `json:"delayMillis,omitempty"`
	// Fail makes the ability throw instead.
	Fail bool `json:"fail,omitempty"`
}

// Want is what starts an ability. Source: Ability Kit, Want.
type Want struct {
	BundleName  string   `json:"bundleName"`
	ModuleName  string   `json:"moduleName,omitempty"`
	AbilityName string   `json:"abilityName"`
	Action      string   `json:"action,omitempty"`
	Entities    []string `json:"entities,omitempty"`
	URI         string   `json:"uri,omitempty"`
	// Parameters is a JSON object.
	Parameters json.RawMessage `json:"parameters"`
}

// Ability names the ability that a lifecycle method is for, and the want of
// onCreate and onNewWant.
type Ability struct {
	Name string `json:"name"`
	Want *Want  `json:"want,omitempty"`
}

// Registration is the argument of receiveMessage: DEFAULT, IM, BACKGROUND or
// VoIP.
type Registration struct {
	PushType string `json:"pushType"`
}

// Message is a call of the callback given to receiveMessage.
type Message struct {
	PushType string       `json:"pushType"`
	Payload  push.Payload `json:"payload"`
}

// Info is RemoteNotificationInfo: the payload and the notification's id.
type Info struct {
	push.Payload
	ID int `json:"id"`
}

// Content is RemoteNotificationContent. A field that is not set leaves the
// message's own value. Source: Push Kit, ArkTS API pushCommon.
type Content struct {
	Title *string `json:"title,omitempty"`
	Text  *string `json:"text,omitempty"`
	// BadgeNumber adds, 0 to 100; SetBadgeNumber sets, 0 to 99, and wins.
	BadgeNumber    *int       `json:"badgeNumber,omitempty"`
	SetBadgeNumber *int       `json:"setBadgeNumber,omitempty"`
	WantAgent      *WantAgent `json:"wantAgent,omitempty"`
}

// WantAgent is RemoteWantAgent: what a click on the notification starts.
type WantAgent struct {
	AbilityName string          `json:"abilityName"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
}

// Token carries a Push Token in clear: the seam is the one place between
// platform and app where it must.
type Token struct {
	Value string `json:"token"`
}

// AAID is an app's anonymous id.
type AAID struct {
	Value string `json:"aaid"`
}

// Badge is a badge number, 0 and up.
type Badge struct {
	Number int `json:"badge"`
}

// Enabled is the notification switch.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// Active is one notification as the app sees it.
type Active struct {
	ID           int       `json:"id"`
	Title        string    `json:"title"`
	Text         string    `json:"text"`
	AppMessageID string    `json:"appMessageId,omitempty"`
	Slot         string    `json:"slot"`
	Badge        int       `json:"badge,omitempty"`
	DeliveredAt  time.Time `json:"deliveredAt"`
}

// Table names a table of the app's database.
type Table struct {
	Name string `json:"table"`
}

// Row is a row of the table that receives background messages with proxyData.
// Source: Push Kit, sending background messages.
type Row struct {
	ID            int64  `json:"id"`
	MessageID     string `json:"message_id"`
	PushType      string `json:"push_type"`
	MessageAction int    `json:"message_action"`
	// Message is {"data":"<extraData>"}.
	Message string `json:"message"`
	// CreateTime is in milliseconds since 1970.
	CreateTime int64 `json:"create_time"`
}

// Deletion removes the rows with these ids.
type Deletion struct {
	Table string  `json:"table"`
	IDs   []int64 `json:"ids"`
}

// Line is a line for hilog: Level is D, I, W, E or F.
type Line struct {
	Level   string `json:"level"`
	Tag     string `json:"tag"`
	Message string `json:"message"`
}

// Wait is a time on the world's clock.
type Wait struct {
	Millis int64 `json:"millis"`
}
