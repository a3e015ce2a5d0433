// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"fmt"
	"log"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func ExampleFormUpdate() {
	printPayload(pushcloud.FormUpdate{
		ModuleName:  "entry",
		AbilityName: "EntryFormAbility",
		FormName:    "widget",
		FormID:      423434262,
		Version:     0, // starts anew
		FormData:    map[string]any{"left": 0, "text": "Order {{nonce}}"},
		Images:      []pushcloud.FormImage{{KeyName: "image", URL: "https://example.com/a.png", Require: new(0)}},
	})
	// Output:
	// push-type 1: {"moduleName":"entry","abilityName":"EntryFormAbility","formName":"widget","formId":423434262,"version":0,"formData":{"left":0,"text":"Order {{nonce}}"},"images":[{"keyName":"image","url":"https://example.com/a.png","require":0}]}
}

func ExampleVoIP() {
	printPayload(pushcloud.VoIP{ExtraData: `{"scene":"voice"}`})
	// Output:
	// push-type 10: {"extraData":"{\"scene\":\"voice\"}"}
}

func ExampleLiveView() {
	message := pushcloud.LiveView{
		ActivityID: 2,
		Operation:  pushcloud.LiveViewCreate,
		Event:      "TAXI",
		Status:     "DRIVER_ON_THE_WAY",
		Mute:       new(false),
		ActivityData: pushcloud.ActivityData{
			NotificationData: pushcloud.NotificationData{
				Type:         pushcloud.LayoutProgress,
				ContentTitle: "{{status}}", // the cloud writes the status in words
				ContentText:  []pushcloud.RichText{{Text: "1.2 km", ForegroundColor: "#FF317AF7"}},
				RichProgress: &pushcloud.RichProgress{Progress: 40, NodeIcons: []string{"a.png", "b.png"}},
			},
			CapsuleData: &pushcloud.CapsuleData{
				Type: pushcloud.CapsuleText, Status: 1, Icon: "taxi.svg", BgColor: "#FF317AF7", Title: "Taxi", Content: "1.2 km",
			},
		},
	}
	printPayload(message)
	fmt.Println(pushcloud.Validate(pushcloud.Request{Message: message, Tokens: []push.Token{push.NewToken("MAMz...")}}))
	// Output:
	// push-type 7: {"activityId":2,"operation":0,"event":"TAXI","status":"DRIVER_ON_THE_WAY","mute":false,"activityData":{"notificationData":{"type":3,"contentTitle":"{{status}}","contentText":[{"text":"1.2 km","foregroundColor":"#FF317AF7"}],"richProgress":{"progress":40,"nodeIcons":["a.png","b.png"]},"clickAction":{"actionType":0}},"capsuleData":{"type":1,"status":1,"icon":"taxi.svg","bgColor":"#FF317AF7","title":"Taxi","content":"1.2 km"}}}
	// []
}

func ExampleLiveView_end() {
	printPayload(pushcloud.LiveView{
		ActivityID: 2,
		Operation:  pushcloud.LiveViewEnd,
		Event:      "TAXI",
		Status:     "COMPLETED",
		Version:    new(3),
		ActivityData: pushcloud.ActivityData{NotificationData: pushcloud.NotificationData{
			Type: pushcloud.LayoutBase, ContentTitle: "Arrived", KeepTime: new(60),
		}},
	})
	// Output:
	// push-type 7: {"activityId":2,"operation":2,"event":"TAXI","status":"COMPLETED","version":3,"activityData":{"notificationData":{"type":-1,"keepTime":60,"contentTitle":"Arrived","clickAction":{"actionType":0}}}}
}

func ExampleLiveView_geofence() {
	printPayload(pushcloud.LiveView{
		ActivityID: 3,
		Operation:  pushcloud.LiveViewCreateAt,
		Event:      "EXPRESS",
		ActivityData: pushcloud.ActivityData{NotificationData: pushcloud.NotificationData{
			Type: pushcloud.LayoutBase, ContentTitle: "A parcel waits for you",
		}},
		Trigger: &pushcloud.Trigger{Type: 1, Condition: pushcloud.Geofence{
			Longitude: 116.397, Latitude: 39.918, CoordinateSystemType: 2, MonitorEvent: 1, Radius: 200,
		}},
	})
	// Output:
	// push-type 7: {"activityId":3,"operation":4,"event":"EXPRESS","activityData":{"notificationData":{"type":-1,"contentTitle":"A parcel waits for you","clickAction":{"actionType":0}}},"trigger":{"type":1,"condition":{"longitude":116.397,"latitude":39.918,"coordinateSystemType":2,"monitorEvent":1,"radius":200}}}
}

func ExampleCarry_form() {
	request, carriers, err := pushcloud.Carry(pushcloud.Request{Message: pushcloud.FormUpdate{
		ModuleName: "entry", AbilityName: "EntryFormAbility", FormName: "widget", FormID: 7, Version: 1,
		FormData: map[string]any{"text": "Order {{nonce}}"},
	}}, "n-4f21")
	if err != nil {
		log.Fatal(err)
	}
	printPayload(request.Message)
	fmt.Println(carriers)
	// Output:
	// push-type 1: {"moduleName":"entry","abilityName":"EntryFormAbility","formName":"widget","formId":7,"version":1,"formData":{"text":"Order n-4f21"}}
	// [{pushOptions.biTag receipt} {payload.formData.text ui tree}]
}
