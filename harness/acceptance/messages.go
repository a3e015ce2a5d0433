// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// answerTitle is how a sighting tells the extension's answer from the original.
const answerTitle = "Pushproof answered {{nonce}}"

// Answer is what the session has the extension process return. Its title
// differs from the original's, so that a sighting tells which one is shown.
func Answer() *session.Answer {
	return &session.Answer{Title: answerTitle, Text: "by the extension process"}
}

// alert needs no right: category MARKETING, which is shown without sound, and
// as a test message it is free of the daily limit.
func alert() pushcloud.Message {
	return pushcloud.Alert{Title: "Pushproof {{nonce}}", Body: "alert", ClickAction: pushcloud.ClickAction{Data: map[string]any{"order": 7, "_pp": "{{nonce}}"}}}
}

// alertForApp goes to the app itself while that is in the foreground.
func alertForApp() pushcloud.Message {
	no := false
	return pushcloud.Alert{Title: "Pushproof {{nonce}}", Body: "alert for the app", ForegroundShow: &no}
}

func extension() pushcloud.Message {
	return pushcloud.Extension{
		ExtraData:    `{"amount":1}`,
		Notification: pushcloud.Alert{Title: "Pushproof original {{nonce}}", Body: "extension"},
	}
}

func background() pushcloud.Message {
	return pushcloud.Background{ExtraData: `{"order":7}`}
}

func rows() pushcloud.Message {
	return pushcloud.Background{ExtraData: `{"order":7}`, ProxyData: "ENABLE"}
}
