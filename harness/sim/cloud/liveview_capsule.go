// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import "strings"

// The kinds of a capsule.
const (
	capsuleText     = 1
	capsuleTimer    = 2
	capsuleProgress = 3
)

// judgeCapsule judges capsuleData. How often a capsule may flip or expand is
// not counted: no result is documented for it.
func judgeCapsule(r *reader, data object, a *activity) {
	capsule, ok := r.object(data, "capsuleData")
	if !ok {
		return
	}
	create := a.operation == viewCreate
	kind := r.requiredChoice(capsule, "type", capsuleTypes)
	r.requiredChoice(capsule, "status", capsuleStates)
	r.need(r.icon(capsule, "icon", "iconUrl"), "%s is required", capsule.at("icon"))
	r.icon(capsule, "tailIcon", "tailIconUrl")
	r.truth(capsule, "isContentDisplayed")
	r.truth(capsule, "isTailIconDisplayed")
	r.required(capsule, "bgColor")
	colour := r.colour(capsule, "bgColor", argb)
	r.need(!capsuleForbidden[strings.ToUpper(colour)], "%s value %s is not allowed", capsule.at("bgColor"), colour)
	r.oneOf(capsule, "remind", reminders)
	r.filled(capsule, "title", create && kind == capsuleText)
	r.short(capsule, "title", lineOfBlockMax)
	r.filled(capsule, "content", create && kind != capsuleProgress)
	r.short(capsule, "content", lineOfBlockMax)
	judgeCapsuleTimer(r, capsule, kind == capsuleTimer)
	judgeCapsuleProgress(r, capsule, kind == capsuleProgress)
}

func judgeCapsuleTimer(r *reader, capsule object, must bool) {
	timer, ok := r.object(capsule, "capsuleTimer")
	r.need(ok || !must, "%s is required when type is %d", capsule.at("capsuleTimer"), capsuleTimer)
	r.integer(timer, "time")
	r.truth(timer, "countDown")
	r.truth(timer, "pause")
}

func judgeCapsuleProgress(r *reader, capsule object, must bool) {
	progress, ok := r.object(capsule, "progress")
	r.need(ok || !must, "%s is required when type is %d", capsule.at("progress"), capsuleProgress)
	if !ok {
		return
	}
	most, given := r.within(progress, "max", 1, capsuleMax)
	if !given {
		most = capsuleDefault
	}
	r.requiredWithin(progress, "progress", 0, most)
	r.truth(progress, "indeterminate")
}

// judgeExternal judges externalData, which the outer screen of a folding phone
// shows.
func judgeExternal(r *reader, data object, a *activity) {
	external, ok := r.object(data, "externalData")
	if !ok {
		return
	}
	create := a.operation == viewCreate
	kind := r.choice(external, "type", externalTypes)
	r.colour(external, "bgColor", rgb)
	r.filled(external, "bgImage", create && kind == 1)
	r.filled(external, "title", create)
	r.short(external, "title", lineOfBlockMax)
	judgeRichText(r, external, "body", lineOfBlockMax, create)
}
