// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// notice is what the cloud itself needs to know of a payload.
type notice struct {
	// category is what the sender asked for, "" where the kind has none.
	category string
	// right is what the app must have for this message ("" for nothing), reason
	// why its tokens are illegal without it.
	right, reason string
	// form is the card that the message refreshes, view what it does to a live
	// view; nil for other kinds.
	form *int64
	view *activity
	// notifyID is the id by which a notification can be revoked.
	notifyID *int64
	// images are the URLs that an image check is for.
	images []string
}

// judges is the dispatch by kind: each judge reads a payload, names what is
// wrong, and says what the cloud must know of it.
var judges = map[push.Kind]func(*reader, object) notice{
	push.KindAlert:      judgeAlert,
	push.KindExtension:  judgeExtension,
	push.KindBackground: judgeBackground,
	push.KindForm:       judgeForm,
	push.KindLiveView:   judgeLiveView,
	push.KindVoIP:       judgeVoIP,
}

// rightOf names the right that a kind needs as a whole: a form needs none, a
// live view that to its event. Source: Push Kit guide, rights of scenarized
// messages.
var rightOf = map[push.Kind]string{
	push.KindExtension: "kind:extension",
	push.KindVoIP:      "kind:voip",
}

func judgePayload(r *reader, kind push.Kind, payload object) notice {
	n := judges[kind](r, payload)
	if n.right == "" {
		n.right = rightOf[kind]
	}
	if n.reason == "" {
		n.reason = reasonKind
	}
	return n
}

// judgeAlert judges push-type 0. A notification with a badge and neither title
// nor body is a badge-refresh message: it needs neither category nor
// clickAction, but the right to IM (claim cloud.badge-right).
func judgeAlert(r *reader, payload object) notice {
	n := r.requiredObject(payload, "notification")
	if n.has("badge") && !n.has("title") && !n.has("body") {
		badge, _ := r.object(n, "badge")
		r.need(badge.has("addNum") || badge.has("setNum"), "badge addNum or setNum is required")
		judgeBadge(r, n)
		return notice{right: "category:IM"}
	}
	category := r.required(n, "category")
	r.need(categories[category] || oldCategories[category], "category value %.64q is not supported", category)
	return notice{category: category, notifyID: judgeNotification(r, n, category), images: imageOf(n)}
}

// judgeExtension judges push-type 2, whose category must be PLAY_VOICE.
func judgeExtension(r *reader, payload object) notice {
	r.extraData(payload)
	n := r.requiredObject(payload, "notification")
	category := r.required(n, "category")
	r.need(category == playVoice, "category should be %s", playVoice)
	return notice{category: category, notifyID: judgeNotification(r, n, category), images: imageOf(n)}
}

// imageOf returns the URL of a notification's image, if it has one.
func imageOf(n object) []string {
	var url string
	if n.has("image") && json.Unmarshal(n.fields["image"], &url) == nil {
		return []string{url}
	}
	return nil
}

// judgeBackground judges push-type 6.
func judgeBackground(r *reader, payload object) notice {
	r.extraData(payload)
	r.oneOf(payload, "proxyData", proxyData)
	return notice{}
}

var proxyData = set(fixtures.ValuesOf("proxyData")...)

func set(values ...string) map[string]bool {
	s := make(map[string]bool, len(values))
	for _, v := range values {
		s[v] = true
	}
	return s
}
