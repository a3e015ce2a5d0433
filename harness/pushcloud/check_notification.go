// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// alert checks the payload of push-type 0: a notification, or a badge and
// nothing else.
func (o object) alert() {
	n, ok := o.child("notification", required)
	if !ok {
		return
	}
	if n.badgeOnly() {
		n.badgeRefresh()
		return
	}
	n.notification(push.KindAlert)
}

// badgeOnly recognises a badge-refresh message: it has a badge, and neither
// title nor body (claim pushcloud.badge). One that has them, but neither
// category nor clickAction, which every other notification must have, was
// meant to be one as well.
func (o object) badgeOnly() bool {
	return o.has("badge") && (!o.has("title") && !o.has("body") || !o.has("category") && !o.has("clickAction"))
}

func (o object) badgeRefresh() {
	for _, key := range []string{"title", "body"} {
		if o.has(key) {
			o.fault(key, "a badge-refresh message must not have it; with category and clickAction it is a notification")
		}
	}
	o.badge(required)
}

func (o object) notification(kind push.Kind) {
	category := o.category(kind)
	// That they must not be empty is inferred (claim cloud.empty-text).
	o.filled("title", required)
	o.filled("body", required)
	o.https("image")
	if o.has("overlayIcon") {
		o.https("overlayIcon")
		allowed := fixtures.ValuesOf("category.overlayIcon")
		if category != "" && !slices.Contains(allowed, category) {
			o.fault("overlayIcon", "it goes with category "+strings.Join(allowed, ", ")+" only")
		}
	}
	o.style()
	o.integer("notifyId", fixtures.LimitOf("notifyId.min"), fixtures.LimitOf("notifyId.max"), optional)
	o.appMessageID()
	o.characters("profileId", 0, fixtures.LimitOf("profileId.max"))
	o.click("clickAction", "actionType", required)
	o.badge(optional)
	o.sound()
	o.boolean("foregroundShow")
	o.oneOf("priorityScene", "priorityScene", optional)
}

func (o object) category(kind push.Kind) string {
	if kind == push.KindExtension {
		category, _ := o.oneOf("category", "category.extension", required)
		return category
	}
	category, ok := o.oneOf("category", "category", required)
	if ok && slices.Contains(fixtures.ValuesOf("category.extension"), category) {
		o.fault("category", category+" goes with push-type 2 only")
	}
	return category
}

func (o object) style() {
	style, _ := o.number("style", "style", optional)
	o.filled("bigTitle", style == "1")
	o.filled("bigBody", style == "1")
	o.inboxContent(style == "3")
}

func (o object) inboxContent(needed bool) {
	v, ok := o.member("inboxContent", presence(needed))
	if !ok {
		return
	}
	if !v.IsArray() {
		o.fault("inboxContent", "it must be an array of strings, and is "+typeName(v))
		return
	}
	lines := v.Array()
	most := int(fixtures.LimitOf("inboxContent.lines.max"))
	if len(lines) > most || needed && len(lines) == 0 {
		o.fault("inboxContent", fmt.Sprintf("it has %d lines, and must have 1 to %d", len(lines), most))
	}
	longest := int(fixtures.LimitOf("inboxContent.line.max"))
	for i, v := range lines {
		key := func() string { return fmt.Sprintf("inboxContent[%d]", i) }
		if v.Type != gjson.String {
			o.fault(key(), "it must be a string, and is "+typeName(v))
		} else if n := utf8.RuneCountInString(v.Str); n > longest {
			o.fault(key(), fmt.Sprintf("it has %d characters, at most %d are allowed", n, longest))
		}
	}
}

func (o object) appMessageID() {
	text, ok := o.characters("appMessageId", fixtures.LimitOf("appMessageId.min"), fixtures.LimitOf("appMessageId.max"))
	if ok && !isAppMessageID(text) {
		o.fault("appMessageId", "it may have letters, digits, + / = _ - and white space only")
	}
}

// isAppMessageID reports whether text has the alphabet of appMessageId.
func isAppMessageID(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=_- \t\n\v\f\r", r))
	}) < 0
}

// badge checks the badge, which may have no number unless it is all there is.
func (o object) badge(number presence) {
	badge, ok := o.child("badge", optional)
	if !ok {
		return
	}
	if number == required && !badge.has("addNum") && !badge.has("setNum") {
		o.fault("badge", "it needs addNum or setNum")
	}
	badge.integer("addNum", fixtures.LimitOf("badge.addNum.min"), fixtures.LimitOf("badge.addNum.max"), optional)
	badge.integer("setNum", fixtures.LimitOf("badge.setNum.min"), fixtures.LimitOf("badge.setNum.max"), optional)
}

func (o object) sound() {
	sound, _ := o.text("sound", optional)
	if o.has("soundDuration") {
		o.integer("soundDuration", fixtures.LimitOf("soundDuration.min"), fixtures.LimitOf("soundDuration.max"), optional)
		if sound == "" {
			o.fault("soundDuration", "it goes with sound only")
		}
	}
}
