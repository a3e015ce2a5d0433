// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "strconv"

// slot is a notification channel.
type slot struct {
	// name and value are the ArkTS enum's, dump is the number in dumps, which
	// differs. Source: Notification Kit, managing channels; OpenHarmony,
	// notification_slot.h.
	name        string
	value, dump int
	// silent notifications go to the notification centre only.
	silent bool
}

var (
	slotSocial  = slot{"SOCIAL_COMMUNICATION", 1, 0, false}
	slotService = slot{"SERVICE_INFORMATION", 2, 1, false}
	slotContent = slot{"CONTENT_INFORMATION", 3, 2, true}
	slotLive    = slot{"LIVE_VIEW", 4, 5, false}
)

// slotOf returns the channel of a category: the conversation categories are
// social, MARKETING (also what a category without right became) is silent, the
// rest are services. Source: Push Kit, rights of scenarios.
func slotOf(category string) slot {
	switch category {
	case "IM", "VOIP", "MISS_CALL":
		return slotSocial
	case "MARKETING", "":
		return slotContent
	}
	return slotService
}

func itoa(n int) string { return strconv.Itoa(n) }
