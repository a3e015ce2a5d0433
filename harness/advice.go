// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/verdict"
)

// advice says, by the witness that was silent, what usually is the cause. Each
// names the fact behind it; the first row whose witness and kind fit is used.
var advice = []struct {
	witness verdict.Witness
	kinds   []push.Kind
	text    string
}{
	{verdict.Tree, []push.Kind{push.KindAlert, push.KindExtension}, "are notifications on for the app (they are off by default)? " +
		"does the home skill in module.json5 have no uris (with them the message is not received)? is the token of this installation, and the category's daily limit (2 a day without a right) not used up?"},
	{verdict.Tree, []push.Kind{push.KindForm}, "does the card's page show a key that formBindingData.proxies names (the suite writes --form-key), has form_config.json dataProxyEnabled, and is the version above the card's? " +
		"is the daily number of refreshes (2 for a released app) not used up?"},
	{verdict.Tree, []push.Kind{push.KindLiveView}, liveViewAdvice},
	{verdict.Eyes, []push.Kind{push.KindLiveView}, liveViewAdvice},
	{verdict.Call, nil, "does the app call voipCall.reportIncomingCall within 10 s, with the callId that came, state RINGING, an ability of its own, and from a UIAbility (a VoIPExtensionAbility gets no such message)? " +
		"are notifications on for the app, without which there is no banner? What the system does with a call that is never reported is not documented: nothing rings, and that is the app's failure"},
	{verdict.Arrival(push.VoIP), nil, "is receiveMessage('VoIP') registered first and synchronously in onCreate, before any await, in the one ability with action.ohos.push.listener? is the right for in-app calls granted?"},
	{verdict.Arrival(push.Call), nil, "does the app listen by voipCall.on('voipCallUiEvent'), and hand what it hears to Pushproof.call?"},
	{verdict.Eyes, []push.Kind{push.KindAlert, push.KindExtension}, "are notifications on for the app (they are off by default)? " +
		"does the home skill in module.json5 have no uris? is the token of this installation?"},
	{verdict.Arrival(push.Background), nil, "is receiveMessage('BACKGROUND') registered synchronously at the start of onCreate, in the one ability with action.ohos.push.listener? " +
		"outside the foreground the newest message is handed over after the next getToken() in the foreground; more than two an hour may be dropped"},
	{verdict.Arrival(push.Default), nil, "is receiveMessage('DEFAULT') registered, is the app really in the foreground, and does the message have foregroundShow=false?"},
	{verdict.Arrival(push.IM), nil, "is receiveMessage('IM') registered? is the app in the foreground? is the right for this message type granted?"},
	{verdict.Arrival(push.Extension), nil, "is the RemoteNotificationExtensionAbility declared with action.hms.push.extension.remotenotification, exactly once? does it hand the message to the agent before it answers?"},
	{verdict.Arrival(push.OnCreate), nil, "does the home ability, or the one named by clickAction, hand its want to the agent in onCreate? do action and uris stand in skills of their own?"},
	{verdict.Arrival(push.OnNewWant), nil, "does the ability hand its want to the agent in onNewWant? is its launchType singleton?"},
	{verdict.Arrival(push.Row), nil, "does module.json5 declare proxyData with WRITE_PRIVACY_PUSH_DATA, and has the table all documented columns?"},
	{verdict.Receipt, nil, "the receipt says above what became of the message. If none comes: is the collector's address registered in AppGallery Connect (version V2), and for this app? is the device online? receipts may be late"},
	{verdict.Accepted, nil, "Push Cloud says above what is wrong and what to do about it"},
}

const liveViewAdvice = "are live views on for the app (a switch of their own in the settings), and is the formal right to the event granted (a test device's token in the white list is good for local ones only)? " +
	"is the version above the view's, and has nobody removed the view (it is not shown again)?"

// LeftOpen is what to do about a message of which nobody said whether it was
// taken.
const LeftOpen = "nobody said whether the message was taken, and nobody has seen it: look for it on the device before it is sent again, or repeat it with the same " +
	"appMessageId, by which the device drops a second one for 24 hours; check network, proxy and push endpoint"

// Advice returns what to check next, by the first witness that was silent or
// denied; "" if none was.
func Advice(kind push.Kind, said []verdict.Testimony) string {
	for _, t := range said {
		if t.Witness == verdict.Accepted && (t.Answer == verdict.Waiting || t.Answer == verdict.Broken && t.Closed != "") {
			return LeftOpen
		}
		if t.Answer != verdict.Silent && t.Answer != verdict.Denied && t.Answer != verdict.Waiting {
			continue
		}
		for _, row := range advice {
			if row.witness == t.Witness && (row.kinds == nil || contains(row.kinds, kind)) {
				return row.text
			}
		}
	}
	return ""
}

func contains(kinds []push.Kind, kind push.Kind) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// MatchingExtra matches an arrival whose extraData is a JSON object in which
// key has that value; numbers compare by value. It is for Device.Expect.
func MatchingExtra(key string, value any) func(Arrival) bool {
	want, err := json.Marshal(value)
	return func(a Arrival) bool {
		if err != nil {
			return false
		}
		var p push.Payload
		if json.Unmarshal(a.Payload, &p) != nil {
			return false
		}
		extra, xerr := p.ExtraData()
		if xerr != nil {
			return false
		}
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(extra), &object) != nil {
			return false
		}
		return sameJSON(object[key], want)
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	left, lerr := json.Marshal(x)
	right, rerr := json.Marshal(y)
	return lerr == nil && rerr == nil && string(left) == string(right)
}
