// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func pathsOf(faults []pushcloud.Fault) (paths []string) {
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	return paths
}

// All faults come at once, each with the path at which it stands.
func TestFaultsOfFormsAndLiveViews(t *testing.T) {
	const (
		card    = "payload.activityData.notificationData."
		capsule = "payload.activityData.capsuleData."
		outer   = "payload.activityData.externalData."
	)
	for name, test := range map[string]struct {
		message pushcloud.Message
		paths   []string
	}{
		"form": {
			raw(1, `{"moduleName":7,"abilityName":"","formId":1.5,"version":-1,"formData":{"a":null,"datashareproxy://b":1,"c":1e300},
				"images":[{"keyName":"a","url":"http://x","require":2},7]}`),
			[]string{
				"payload.moduleName", "payload.abilityName", "payload.formName", "payload.formId", "payload.version",
				"payload.formData.a", "payload.formData.datashareproxy://b", "payload.formData.c",
				"payload.images", "payload.images[0].keyName", "payload.images[0].url", "payload.images[0].require", "payload.images[1]",
			},
		},
		"call": {raw(10, `{"extraData":{"scene":"voice"}}`), []string{"payload.extraData"}},
		"live view, nothing": {raw(7, `{}`), []string{
			"payload.activityId", "payload.operation", "payload.event", "payload.activityData",
		}},
		"live view, create": {
			raw(7, `{"activityId":2147483648,"operation":0,"event":"FLIGHT","status":"LOST","mute":1,"version":-1,"title":1,
				"activityData":{"notificationData":{"type":3,"contentText":[{"text":"a","foregroundColor":"#FF317AF7"},{"foregroundColor":"#FF000000"},"b"],
				"richProgress":{"progress":101,"nodeIcons":["a"],"indicatorType":2,"color":"red"},"extend":{"type":1,"clickAction":{"actionType":2}},
				"keepTime":3601,"lockScreen":{"picture":1},"weather":{"highTemperature":"hot"},"backgroundType":7},
				"capsuleData":{"type":3,"status":0,"bgColor":"#ffffffff","remind":"BLINK","progress":{"max":1,"progress":2}},
				"externalData":{"type":1,"bgColor":"#FF317AF7","body":[]}}}`),
			[]string{
				"payload.activityId", "payload.status", "payload.title", "payload.mute", "payload.version",
				card + "type", card + "keywords", card + "contentTitle", card + "contentText[1].text", card + "contentText[1].foregroundColor",
				card + "contentText[2]", card + "richProgress.progress", card + "richProgress.nodeIcons", card + "richProgress.indicatorIcon",
				card + "richProgress.color", card + "extend.text", card + "extend.clickAction.actionType", card + "clickAction", card + "keepTime",
				card + "backgroundType", card + "lockScreen.picture", card + "weather.highTemperature",
				strings.TrimSuffix(card, "."), strings.TrimSuffix(card, "."),
				capsule + "status", capsule + "icon", capsule + "bgColor", capsule + "remind", capsule + "progress.progress",
				outer + "bgColor", outer + "bgImage", outer + "title", outer + "body",
			},
		},
		"live view, sides": {
			raw(7, `{"activityId":1,"operation":0,"event":"TAXI","status":"CALLING","activityData":{"notificationData":{"type":5,"contentTitle":"{{status}}",
				"contentText":[{"text":"a"}],"firstTextBlock":{"firstLine":""},"spaceType":1,"clickAction":{"actionType":1}}}}`),
			[]string{
				card + "firstTextBlock.firstLine", card + "firstTextBlock.secondLine", card + "lastTextBlock", card + "spaceText", card + "clickAction.actionType",
			},
		},
		"live view, match": {
			raw(7, `{"activityId":1,"operation":0,"event":"TAXI","status":"CALLING","activityData":{"notificationData":{"type":7,"contentTitle":"{{status}}",
				"contentText":[{"text":"a"}],"game":{"host":{"icon":"","iconUrl":"http://x","name":1},"competition":{"desc":""}},"clickAction":{"actionType":0}}}}`),
			[]string{
				card + "game.host.iconUrl", card + "game.host.name", card + "game.host.score", card + "game.guest",
				card + "game.competition.time", card + "game.competition.desc",
			},
		},
		"live view, geofence": {
			raw(7, `{"activityId":1,"operation":4,"event":"EXPRESS","trigger":{"type":0,"displayTime":14,"condition":{"longitude":-180.5,"latitude":"0",
				"monitorEvent":3,"radius":199,"delayTime":301}},"activityData":{"notificationData":{"type":-1,"clickAction":{"actionType":0}}}}`),
			[]string{
				"payload.trigger.type", "payload.trigger.displayTime", "payload.trigger.condition.longitude", "payload.trigger.condition.latitude",
				"payload.trigger.condition.coordinateSystemType", "payload.trigger.condition.monitorEvent", "payload.trigger.condition.radius",
				"payload.trigger.condition.delayTime",
			},
		},
	} {
		faults := pushcloud.Validate(pushcloud.Request{Message: test.message, Tokens: tokens(testToken)})
		if diff := cmp.Diff(test.paths, pathsOf(faults)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%v", name, diff, faults)
		}
	}
}

// What breaks one rule has one fault: nothing is said twice, and nothing is
// said that follows from something else.
func TestOneFaultForOneMistake(t *testing.T) {
	several := map[string]int{
		"form/payload in notification": 6, "liveview/payload in notification": 4, "liveview/richProgress nodeIcons of numbers": 2,
	}
	for _, c := range fixtures.Messages() {
		if c.Valid || c.Kind != push.KindForm && c.Kind != push.KindLiveView && c.Kind != push.KindVoIP {
			continue
		}
		r, readable := fixtureRequest(t, c)
		if !readable {
			t.Errorf("%s cannot be read", c.Name)
			continue
		}
		want := max(several[c.Name], 1)
		if faults := pushcloud.Validate(r); len(faults) != want {
			t.Errorf("%s: %d faults, want %d: %v", c.Name, len(faults), want, faults)
		}
	}
}

// Each fault says what is wrong and what is allowed.
func TestProblemsTeach(t *testing.T) {
	view := zeroView()
	view.Event, view.Status = "SCORE", "GOAL"
	form := pushcloud.FormUpdate{ModuleName: "m", AbilityName: "a", FormName: "f", FormData: map[string]any{"big": uint64(1) << 53}}
	for _, test := range []struct {
		message pushcloud.Message
		says    string
	}{
		{view, "payload.event: SCORE cannot be created by push; operation 0 takes FLIGHT, TAXI, TRAIN, "},
		{form, "payload.formData.big: it is 9007199254740992, and a number must be at most 9007199254740991; write it as a string"},
		{raw(7, `{"operation":0,"event":"TRAIN","activityData":{"notificationData":{"type":7,"keywords":{}}}}`), "notificationData.type: it is 7, and TRAIN is created with 5, -1 only"},
		{raw(7, `{"operation":0,"event":"TRAIN","activityData":{"notificationData":{"type":7,"keywords":{}}}}`), "keywords.trainNo: it is the keyword of TRAIN"},
		{raw(7, `{"operation":0,"event":"TAXI","activityData":{"notificationData":{"type":4}}}`), "{{status}} must stand at least once in contentTitle, contentText[].text, extend.text, singleTextBlock.firstLine, singleTextBlock.secondLine"},
		{raw(7, `{"operation":0,"event":"TAXI","activityData":{"notificationData":{"type":4}}}`), "notificationData.descPic: it is required, or descPicUrl in its place"},
		{raw(7, `{"event":"taxi"}`), `payload.event: it is "taxi", and must be written in upper case: TAXI`},
		{raw(7, `{"trigger":{"condition":{"longitude":181}}}`), "trigger.condition.longitude: it is 181, and must be a number from -180 to 180"},
	} {
		faults := pushcloud.Validate(pushcloud.Request{Message: test.message, Tokens: tokens(testToken)})
		var texts []string
		for _, f := range faults {
			texts = append(texts, f.String())
		}
		if !strings.Contains(strings.Join(texts, "\n"), test.says) {
			t.Errorf("no fault says %q:\n%s", test.says, strings.Join(texts, "\n"))
		}
	}
}
