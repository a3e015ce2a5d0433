// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"strings"

	"github.com/tidwall/gjson"
)

// formCarriers are the values of formData that hold the nonce: the card on the
// desktop shows them, and no code of the app sees them.
func formCarriers(payload []byte, nonce string) (found Carriers) {
	gjson.GetBytes(payload, "formData").ForEach(func(key, value gjson.Result) bool {
		if strings.Contains(value.Raw, nonce) {
			found = append(found, Carrier{"payload.formData." + key.Str, WitnessTree})
		}
		return true
	})
	return found
}

// formFields names the texts of formData, or formData itself if it has none.
func formFields(payload []byte) (fields []string) {
	gjson.GetBytes(payload, "formData").ForEach(func(key, value gjson.Result) bool {
		if value.Type == gjson.String {
			fields = append(fields, "payload.formData."+key.Str)
		}
		return true
	})
	if fields == nil {
		return []string{"payload.formData"}
	}
	return fields
}

// Where a live view's texts are seen. The app's own eyes see what
// getActiveLiveView returns.
// Source: Live View Kit, LiveViewData.
var (
	onTree     = []Witness{WitnessTree}
	viewPlaces = []struct {
		field string
		// layout is the one that shows the field, "" for all of them.
		layout    string
		witnesses []Witness
	}{
		{"title", "", onTree},
		{"content", "", onTree},
		{"activityData.notificationData.contentTitle", "", []Witness{WitnessTree, WitnessEyes}},
		{"activityData.notificationData.contentText", "", []Witness{WitnessTree, WitnessEyes}},
		{"activityData.notificationData.extend.text", "", onTree},
		{"activityData.notificationData.singleTextBlock", "4", onTree},
		{"activityData.notificationData.firstTextBlock", "5", onTree},
		{"activityData.notificationData.lastTextBlock", "5", onTree},
		{"activityData.notificationData.spaceText", "5", onTree},
		{"activityData.notificationData.additionalText", "5", onTree},
		{"activityData.notificationData.game", "7", onTree},
		{"activityData.capsuleData.title", "", onTree},
		{"activityData.capsuleData.content", "", onTree},
		{"activityData.notificationData.clickAction.data", "", []Witness{WitnessClick}},
	}
)

func liveViewCarriers(payload []byte, nonce string) (found Carriers) {
	layout := gjson.GetBytes(payload, "activityData.notificationData.type").Raw
	for _, place := range viewPlaces {
		if place.layout != "" && place.layout != layout ||
			!strings.Contains(gjson.GetBytes(payload, place.field).Raw, nonce) {
			continue
		}
		for _, w := range place.witnesses {
			found = append(found, Carrier{"payload." + place.field, w})
		}
	}
	return found
}
