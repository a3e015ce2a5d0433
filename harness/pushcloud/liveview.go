// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
)

// LiveViewOperation is what a live-view message does.
type LiveViewOperation int

// The operations of a live view.
// Source: Push Kit REST API, LiveViewPayload; the last two from 6.1.0(23).
const (
	// LiveViewCreate creates the view.
	LiveViewCreate LiveViewOperation = 0
	// LiveViewUpdate updates a view that is there.
	LiveViewUpdate LiveViewOperation = 1
	// LiveViewEnd ends it.
	LiveViewEnd LiveViewOperation = 2
	// LiveViewCreateAt creates the view when the Trigger's geofence says so.
	LiveViewCreateAt LiveViewOperation = 4
	// LiveViewEndAt ends the view when the Trigger's geofence says so.
	LiveViewEndAt LiveViewOperation = 6
)

// LiveView creates, updates or ends a live view (push-type 7). What an update
// or an end leaves out stays as it was, but ActivityData is always required.
// Source: Push Kit REST API, LiveViewPayload.
type LiveView struct {
	// ActivityID names the view; the sender chooses it. An update of one that is
	// not there blocks the id for 24 hours, and the same one is not created again
	// within 12.
	ActivityID int32 `json:"activityId"`
	// Operation is create, update, end, or one of these by geofence.
	Operation LiveViewOperation `json:"operation"`
	// Event is TAXI, DELIVERY, FLIGHT, ...; the app needs the right to it. Not
	// all of them can be created by push.
	Event string `json:"event"`
	// Status is one of the event's states. It is required to create a view and
	// to update one that was created by push, and replaces {{status}}.
	Status string `json:"status,omitempty"`
	// Title is shown where live views are not supported.
	Title string `json:"title,omitempty"`
	// Content is shown where live views are not supported.
	Content string `json:"content,omitempty"`
	// Mute false rings and vibrates; nil means true.
	Mute *bool `json:"mute,omitempty"`
	// Version is 0 or more and must be greater than the view's current one.
	Version *int `json:"version,omitempty"`
	// ActivityData is what the view shows.
	ActivityData ActivityData `json:"activityData"`
	// Trigger belongs to LiveViewCreateAt and LiveViewEndAt.
	Trigger *Trigger `json:"trigger,omitempty"`
	// SubEvent is in the documentation by name only.
	SubEvent string `json:"subEvent,omitempty"`
	// ShareURL is in the documentation by name only.
	ShareURL string `json:"shareUrl,omitempty"`
}

// ActivityData is what a live view shows, by place.
type ActivityData struct {
	// NotificationData is the card in the notification centre and on the lock
	// screen.
	NotificationData NotificationData `json:"notificationData"`
	// CapsuleData is the capsule in the status bar.
	CapsuleData *CapsuleData `json:"capsuleData,omitempty"`
	// ExternalData is the outer screen of a small foldable.
	ExternalData *ExternalData `json:"externalData,omitempty"`
}

// Trigger is the place at which a live view is created or ended.
type Trigger struct {
	// Type is 1, a geofence.
	Type int `json:"type"`
	// Condition is the geofence.
	Condition Geofence `json:"condition"`
	// DisplayTime is 15 to 1800 seconds; nil means 900.
	DisplayTime *int `json:"displayTime,omitempty"`
}

// Geofence is a circle on the ground.
type Geofence struct {
	// Longitude of the centre is -180 to 180 degrees.
	Longitude float64 `json:"longitude"`
	// Latitude of the centre is -90 to 90 degrees.
	Latitude float64 `json:"latitude"`
	// CoordinateSystemType is 1 for WGS84, 2 for GCJ02.
	CoordinateSystemType int `json:"coordinateSystemType"`
	// MonitorEvent is 1 for entering the circle, 2 for leaving it.
	MonitorEvent int `json:"monitorEvent"`
	// Radius is 200 to 2000 metres.
	Radius int `json:"radius"`
	// DelayTime is 0 to 300 seconds for which the event must hold; nil means 0.
	DelayTime *int `json:"delayTime,omitempty"`
}

// Kind implements Message.
func (m LiveView) Kind() push.Kind { return push.KindLiveView }

// PushType implements Message.
func (m LiveView) PushType() int { return push.KindLiveView.PushType() }

// Payload implements Message.
func (m LiveView) Payload() (json.RawMessage, error) { return marshal(m) }
