// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// liveView is a live view under check: what its parts must know of the whole.
type liveView struct {
	// create is true for operation 0 alone: the documentation ties what a new
	// view needs to it and is silent about operation 4 (claim cloud.geofence).
	create bool
	event  string
	// places are the placeholders of which each must stand somewhere.
	places []string
}

// ofEvent names the enumerations of the events whose states and layouts are
// published; others take any.
var ofEvent = map[string]struct{ status, layouts, keyword string }{
	"FLIGHT": {"liveview.status.FLIGHT", "liveview.type.FLIGHT", "liveview.keyword.FLIGHT"},
	"TAXI":   {"liveview.status.TAXI", "liveview.type.TAXI", ""},
	"TRAIN":  {"liveview.status.TRAIN", "liveview.type.TRAIN", "liveview.keyword.TRAIN"},
}

// liveView checks the payload of push-type 7.
func (o object) liveView() {
	o.integer("activityId", fixtures.LimitOf("liveview.activityId.min"), fixtures.LimitOf("liveview.activityId.max"), required)
	operation, _ := o.number("operation", "liveview.operation", required)
	v := liveView{create: operation == "0"}
	v.event, _ = o.oneOf("event", "liveview.event", required)
	if creatable := fixtures.ValuesOf("liveview.create"); v.create && v.event != "" && !slices.Contains(creatable, v.event) {
		// Which events these are depends on the page's date (claim
		// cloud.live-view-events).
		o.fault("event", fmt.Sprintf("%s cannot be created by push; operation 0 takes %s", v.event, strings.Join(creatable, ", ")))
	}
	v.status(o, operation)
	for _, key := range []string{"title", "content", "subEvent", "shareUrl"} {
		o.text(key, optional)
	}
	o.boolean("mute")
	o.integer("version", 0, fixtures.LimitOf("liveview.version.max"), optional)
	o.trigger(presence(operation == "4" || operation == "6"))
	data, ok := o.child("activityData", required)
	if !ok {
		return
	}
	if card, ok := data.child("notificationData", required); ok {
		v.card(card)
	}
	if capsule, ok := data.child("capsuleData", optional); ok {
		v.capsule(capsule)
	}
	if external, ok := data.child("externalData", optional); ok {
		v.external(external)
	}
}

// status checks the state (claim cloud.live-view-status), and notes that
// {{status}} must be there: on create, and on an update with a status, while
// one without is for a view that the app created (claim
// cloud.live-view-placeholders).
func (v *liveView) status(o object, operation string) {
	var ok bool
	if known := ofEvent[v.event].status; known != "" {
		_, ok = o.oneOf("status", known, presence(v.create))
	} else if _, ok = o.text("status", presence(v.create)); ok {
		o.filled("status", required)
	}
	if v.create || operation == "1" && ok {
		v.places = append(v.places, "status")
	}
}

func (o object) trigger(p presence) {
	t, ok := o.child("trigger", p)
	if !ok {
		return
	}
	t.number("type", "liveview.trigger.type", required)
	t.integer("displayTime", fixtures.LimitOf("liveview.displayTime.min"), fixtures.LimitOf("liveview.displayTime.max"), optional)
	fence, ok := t.child("condition", required)
	if !ok {
		return
	}
	fence.measure("longitude", fixtures.LimitOf("liveview.longitude.max"))
	fence.measure("latitude", fixtures.LimitOf("liveview.latitude.max"))
	fence.number("coordinateSystemType", "liveview.coordinateSystemType", required)
	fence.number("monitorEvent", "liveview.monitorEvent", required)
	fence.integer("radius", fixtures.LimitOf("liveview.radius.min"), fixtures.LimitOf("liveview.radius.max"), required)
	fence.integer("delayTime", 0, fixtures.LimitOf("liveview.delayTime.max"), optional)
}
