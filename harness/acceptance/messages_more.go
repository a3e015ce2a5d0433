// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"math/rand/v2"
	"time"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

// form refreshes the card that stands on the desktop: which one that is, and by
// which key, is filled in when the cell is run. Version 0 is applied whatever the
// card's version is.
func form() pushcloud.Message { return formOf(0, 0) }

func formOf(id int64, version int) pushcloud.FormUpdate {
	return pushcloud.FormUpdate{FormID: id, Version: version, FormData: map[string]any{}}
}

// formOfNobody is for a card that no device makes: ids end at 2^31-1.
func formOfNobody() pushcloud.Message {
	return formOf(nobodysCard+rand.Int64N(1<<20), 0)
}

// nobodysCard is the first id above those that devices make. Source: Push Kit
// REST API, FormUpdatePayload.
const nobodysCard = 1 << 31

// blocked is what a refresh of a card that is not there leaves behind.
var blocked = Lasting{
	Effect: "Push Cloud refuses a formId that is not on the device for 30 days; this one is made up, and no device makes such",
	Source: "Push Kit, message receipt, results 151 and 261",
}

// olderForm is a refresh and one whose version is below it: the seconds since
// 1970 are above any version that another suite has left.
func olderForm() []pushcloud.Message {
	now := int(time.Now().Unix())
	return []pushcloud.Message{formOf(0, now), formOf(0, now-1)}
}

func voip() pushcloud.Message { return pushcloud.VoIP{ExtraData: `{"scene":"voice"}`} }

// voipTTL is how long a call waits for a device. Source: Push Kit, in-app calls.
const voipTTL = 60 * time.Second

// viewOf is a live view of an event that push may create. Its status stands in
// the title, as Push Kit wants it to.
func viewOf(id int32, operation pushcloud.LiveViewOperation, version int) pushcloud.LiveView {
	m := pushcloud.LiveView{
		ActivityID: id, Operation: operation, Event: "TAXI", Version: &version,
		ActivityData: pushcloud.ActivityData{
			NotificationData: pushcloud.NotificationData{
				// The one layout that needs no picture of the app's.
				Type: pushcloud.LayoutSides, ContentTitle: "{{status}} {{nonce}}",
				ContentText:    []pushcloud.RichText{{Text: "Pushproof"}},
				FirstTextBlock: &pushcloud.TextBlock{FirstLine: "here", SecondLine: "now"},
				LastTextBlock:  &pushcloud.LastTextBlock{FirstLine: "there", SecondLine: "soon"},
				SpaceType:      new(1), SpaceText: "to",
			},
		},
	}
	if operation != pushcloud.LiveViewEnd {
		m.Status = "DRIVER_ON_THE_WAY"
	}
	return m
}

// newView is an activityId that nobody has: one that was created is not created
// again by push for 12 hours.
func newView() int32 { return 1 + rand.Int32N(1<<31-2) }

func createView() []pushcloud.Message {
	return []pushcloud.Message{viewOf(newView(), pushcloud.LiveViewCreate, 2)}
}

func updateView() []pushcloud.Message { return thenView(pushcloud.LiveViewUpdate, 3) }

func olderView() []pushcloud.Message { return thenView(pushcloud.LiveViewUpdate, 1) }

func endView() []pushcloud.Message { return thenView(pushcloud.LiveViewEnd, 3) }

func thenView(operation pushcloud.LiveViewOperation, version int) []pushcloud.Message {
	id := newView()
	return []pushcloud.Message{viewOf(id, pushcloud.LiveViewCreate, 2), viewOf(id, operation, version)}
}

// endViews ends the live views that messages have made.
func endViews(sent []pushcloud.Message) []pushcloud.Message {
	var ends []pushcloud.Message
	for _, m := range sent {
		if v, ok := m.(pushcloud.LiveView); ok && v.Operation == pushcloud.LiveViewCreate {
			ends = append(ends, viewOf(v.ActivityID, pushcloud.LiveViewEnd, 9))
		}
	}
	return ends
}
