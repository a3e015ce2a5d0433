// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"net/url"
	"regexp"

	"github.com/pushproof/pushproof/fixtures"
)

const (
	playVoice = "PLAY_VOICE"
	marketing = "MARKETING"

	categoryVoIP = "VOIP"
)

// oldCategories are those that only the official Java demo still names (claim
// cloud.old-categories).
var oldCategories = set("SYSTEM_REMINDER", "CUSTOMER_SERVICE", "NEWS", "CONTENT_RECOMMENDATION", "SOCIAL_DYNAMICS", "PROMO")

var (
	categories        = set(fixtures.ValuesOf("category")...)
	overlayCategories = set(fixtures.ValuesOf("category.overlayIcon")...)
	priorityScenes    = set(fixtures.ValuesOf("priorityScene")...)
	appMessageID      = regexp.MustCompile(`^[A-Za-z0-9+/=_\-\s\v]*$`)
)

var (
	linesMax         = int(fixtures.LimitOf("inboxContent.lines.max"))
	lineMax          = fixtures.LimitOf("inboxContent.line.max")
	notifyIDMin      = fixtures.LimitOf("notifyId.min")
	notifyIDMax      = fixtures.LimitOf("notifyId.max")
	appMessageIDMin  = fixtures.LimitOf("appMessageId.min")
	appMessageIDMax  = fixtures.LimitOf("appMessageId.max")
	profileIDMax     = fixtures.LimitOf("profileId.max")
	addNumMin        = fixtures.LimitOf("badge.addNum.min")
	addNumMax        = fixtures.LimitOf("badge.addNum.max")
	setNumMin        = fixtures.LimitOf("badge.setNum.min")
	setNumMax        = fixtures.LimitOf("badge.setNum.max")
	soundDurationMin = fixtures.LimitOf("soundDuration.min")
	soundDurationMax = fixtures.LimitOf("soundDuration.max")
)

// judgeNotification judges what push-type 0 and 2 share, and returns the id by which
// the notification can be revoked, if it has one; the right to a
// priorityScene is not checked (claim cloud.priority-right). Source: Push Kit
// REST API, scenarized message, request parameters.
func judgeNotification(r *reader, n object, category string) (notifyID *int64) {
	r.required(n, "title")
	r.required(n, "body")
	judgeClick(r, n)
	judgeURL(r, n, "image")
	judgeURL(r, n, "overlayIcon")
	r.need(!n.has("overlayIcon") || overlayCategories[category], "overlayIcon is not supported by category %s", category)
	judgeStyle(r, n)
	if id, ok := r.within(n, "notifyId", notifyIDMin, notifyIDMax); ok && id >= 0 {
		notifyID = &id
	}
	if id, ok := r.text(n, "appMessageId"); ok {
		r.need(runes(id) >= appMessageIDMin && runes(id) <= appMessageIDMax && appMessageID.MatchString(id), "appMessageId is invalid")
	}
	if id, ok := r.text(n, "profileId"); ok {
		r.need(runes(id) <= profileIDMax, "profileId length should not exceed %d", profileIDMax)
	}
	judgeBadge(r, n)
	judgeSound(r, n)
	r.truth(n, "foregroundShow")
	r.oneOf(n, "priorityScene", priorityScenes)
	return notifyID
}

// judgeClick judges clickAction: 0 opens the home page, 1 the page that action
// or uri name; the documentation allows no other for push-type 0 and 2.
func judgeClick(r *reader, n object) {
	click := r.requiredObject(n, "clickAction")
	kind, ok := r.integer(click, "actionType")
	r.need(ok, "clickAction.actionType is required")
	r.need(kind == 0 || kind == 1, "clickAction.actionType value %d is not supported", kind)
	action, _ := r.text(click, "action")
	uri, _ := r.text(click, "uri")
	r.need(kind == 0 || action != "" || uri != "", "clickAction.action or clickAction.uri is required when actionType is 1")
	r.object(click, "data")
}

func judgeURL(r *reader, n object, name string) {
	value, ok := r.text(n, name)
	if !ok {
		return
	}
	u, err := url.Parse(value)
	r.need(err == nil && u.Scheme == "https" && u.Host != "", "%s only https allow", name)
}

// judgeStyle judges what a notification looks like (claim cloud.style-1).
func judgeStyle(r *reader, n object) {
	style, _ := r.integer(n, "style")
	r.need(style == 0 || style == 1 || style == 3, "style value %d is not supported", style)
	bigTitle, _ := r.text(n, "bigTitle")
	bigBody, _ := r.text(n, "bigBody")
	r.need(style != 1 || bigTitle != "" && bigBody != "", "bigTitle and bigBody are required when style is 1")
	lines, _ := r.texts(n, "inboxContent")
	r.need(style != 3 || len(lines) > 0, "inboxContent is required when style is 3")
	r.need(len(lines) <= linesMax, "inboxContent size should not exceed %d", linesMax)
	for _, line := range lines {
		r.need(runes(line) <= lineMax, "inboxContent length should not exceed %d", lineMax)
	}
}

// judgeBadge judges badge; the text for addNum is one of the few that are
// known.
func judgeBadge(r *reader, n object) {
	badge, _ := r.object(n, "badge")
	if add, ok := r.integer(badge, "addNum"); ok {
		r.need(add >= addNumMin && add <= addNumMax, "badge addNum value ranges from %d to %d", addNumMin, addNumMax)
	}
	if num, ok := r.integer(badge, "setNum"); ok {
		r.need(num >= setNumMin && num <= setNumMax, "badge setNum value ranges from %d to %d", setNumMin, setNumMax)
	}
}

func judgeSound(r *reader, n object) {
	sound, _ := r.text(n, "sound")
	if _, ok := r.within(n, "soundDuration", soundDurationMin, soundDurationMax); ok {
		r.need(sound != "", "soundDuration requires sound")
	}
}
