// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// notice is what the cloud itself needs to know of a payload.
type notice struct {
	// category is what the sender asked for, "" where the kind has none.
	category string
	// right is what the app must have for this message ("" for nothing).
	right string
}

// judges is the dispatch by kind: each judge reads a payload, names what is
// wrong, and says what the cloud must know of it. A kind without one is
// refused.
var judges = map[push.Kind]func(*reader, object) notice{
	push.KindAlert:      judgeAlert,
	push.KindExtension:  judgeExtension,
	push.KindBackground: judgeBackground,
}

// rightOf names the right that a kind needs as a whole. Source: Push Kit
// guide, rights of scenarized messages.
var rightOf = map[push.Kind]string{
	push.KindExtension: "kind:extension",
	push.KindVoIP:      "kind:voip",
}

func judgePayload(r *reader, kind push.Kind, payload object) notice {
	judge := judges[kind]
	if judge == nil {
		r.fault = unknownKind(kind)
		return notice{}
	}
	n := judge(r, payload)
	if n.right == "" {
		n.right = rightOf[kind]
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
	judgeNotification(r, n, category)
	return notice{category: category}
}

// judgeExtension judges push-type 2, whose category must be PLAY_VOICE.
func judgeExtension(r *reader, payload object) notice {
	r.required(payload, "extraData")
	n := r.requiredObject(payload, "notification")
	category := r.required(n, "category")
	r.need(category == playVoice, "category should be %s", playVoice)
	judgeNotification(r, n, category)
	return notice{category: category}
}

// judgeBackground judges push-type 6.
func judgeBackground(r *reader, payload object) notice {
	r.required(payload, "extraData")
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
