// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import "slices"

// The operations on a live view.
const (
	viewCreate      = 0
	viewUpdate      = 1
	viewEnd         = 2
	viewFenceCreate = 4
	viewFenceEnd    = 6
)

// activity is what the cloud must know of a live view message after its
// judgement.
type activity struct {
	id        int64
	operation int64
	event     string
	status    string
}

// creates reports whether the message makes a live view, at once or when the
// device enters or leaves a place.
func (a activity) creates() bool {
	return a.operation == viewCreate || a.operation == viewFenceCreate
}

// judgeLiveView judges push-type 7. Of subEvent and shareUrl no more than
// names is known. Source: Push Kit REST API, scenarized message,
// request parameters, LiveViewPayload.
func judgeLiveView(r *reader, payload object) notice {
	a := &activity{
		id:        r.requiredWithin(payload, "activityId", activityMin, activityMax),
		operation: r.requiredChoice(payload, "operation", operations),
		event:     r.required(payload, "event"),
	}
	r.need(events[a.event], "event value %.64q is not supported", a.event)
	r.need(a.operation != viewCreate || creatable[a.event], "event %s is not supported when operation is 0", a.event)
	a.status = judgeStatus(r, payload, a)
	for _, name := range []string{"title", "content", "subEvent", "shareUrl"} {
		r.text(payload, name)
	}
	r.truth(payload, "mute")
	r.within(payload, "version", 0, viewVersionMax)
	data := r.requiredObject(payload, "activityData")
	judgeView(r, data, a)
	judgeCapsule(r, data, a)
	judgeExternal(r, data, a)
	judgeTrigger(r, payload, a)
	return notice{view: a, right: "kind:liveview:" + a.event, reason: reasonLiveView}
}

// judgeStatus judges status: required to create; whether an update needs it
// depends on who made the live view and shows in the receipt. Of an event whose
// values are not published any text will do (claim cloud.live-view-status).
func judgeStatus(r *reader, payload object, a *activity) string {
	status, ok := r.text(payload, "status")
	r.need(ok || a.operation != viewCreate, "status is required when operation is 0")
	known := statuses[a.event]
	r.need(!ok || (len(known) == 0 && status != "") || slices.Contains(known, status), "status value %.64q is not supported by event %s", status, a.event)
	return status
}

// judgeTrigger judges the place of a live view that appears or ends there
// (claim cloud.geofence).
func judgeTrigger(r *reader, payload object, a *activity) {
	if a.operation != viewFenceCreate && a.operation != viewFenceEnd && !payload.has("trigger") {
		return
	}
	trigger := r.requiredObject(payload, "trigger")
	r.requiredChoice(trigger, "type", triggerTypes)
	condition := r.requiredObject(trigger, "condition")
	r.decimal(condition, "longitude", -longitudeMax, longitudeMax)
	r.decimal(condition, "latitude", -latitudeMax, latitudeMax)
	r.requiredChoice(condition, "coordinateSystemType", coordinates)
	r.requiredChoice(condition, "monitorEvent", monitorEvents)
	r.requiredWithin(condition, "radius", radiusMin, radiusMax)
	r.within(condition, "delayTime", 0, delayTimeMax)
	r.within(trigger, "displayTime", displayTimeMin, displayTimeMax)
}
