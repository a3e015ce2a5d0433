// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// Every reason of fixtures/codes can be had, by the rule that leads to it or,
// for want of one, by name.
func TestEveryReason(t *testing.T) {
	const image = "https://example.com/i.png"
	byRule := map[string]func(t *testing.T) reply{
		"tokenFormatError": func(t *testing.T) reply { return newWorld(t, nil).send(6, background("x", "", "x")) },
		"noRight": func(t *testing.T) reply {
			w := newWorld(t, withClients)
			return w.send(6, background("x", "", w.token("com.example.third", &device{id: "phone"})))
		},
		"noPushTypeRight": func(t *testing.T) reply {
			w := newWorld(t, rights())
			return w.send(10, call(t, w.token(bundle, &device{id: "phone"})))
		},
		"noRightToSendThisLiveNotificationEvent": func(t *testing.T) reply {
			w := newWorld(t, rights())
			return w.send(7, taxi(t, w.token(bundle, &device{id: "phone"})))
		},
		"notSupportPlayVoice": func(t *testing.T) reply {
			w := newWorld(t, nil)
			return w.send(0, alert("PLAY_VOICE", "", w.token(bundle, &device{id: "phone"})))
		},
		"atomicUnableSendUnsubscribedMsg": func(t *testing.T) reply {
			w := newWorld(t, rights("app:atomic"))
			return w.send(0, alert("IM", "", w.token(bundle, &device{id: "phone"})))
		},
		"disableSendHuaweiMsgBecauseOfPenalty": func(t *testing.T) reply {
			w := newWorld(t, rights("penalty:disabled"))
			return w.send(0, alert("IM", "", w.token(bundle, &device{id: "phone"})))
		},
		"differentImgVerifyPolicy": func(t *testing.T) reply {
			w := newWorld(t, nil)
			return w.send(0, edit(t, alert("IM", "", w.token(bundle, &device{id: "phone"})), fmt.Sprintf("payload.notification.image=%q", w.verified(1, image))))
		},
	}
	for _, reason := range fixtures.Reasons() {
		t.Run(reason.Code, func(t *testing.T) {
			w := newWorld(t, nil)
			token := w.token(bundle, &device{id: "phone"})
			if err := w.RefuseToken(token, reason.Code); err != nil {
				t.Fatal(err)
			}
			replies := map[string]reply{"by name": w.send(6, background("x", "", token))}
			if rule, ok := byRule[reason.Code]; ok {
				replies["by rule"] = rule(t)
				delete(byRule, reason.Code)
			}
			for how, r := range replies {
				if r.Code != "80300007" || !strings.Contains(r.Msg, `{"failure":1,"illegalTokens":{"`+reason.Code+`":["`) {
					t.Errorf("%s: %s", how, r.Body)
				}
			}
		})
	}
	for reason := range byRule {
		t.Errorf("%s is no reason of fixtures/codes", reason)
	}
}

// rights gives the app these and no others.
func rights(list ...string) func(*cloud.Options) {
	return func(o *cloud.Options) { o.Projects[0].Apps = []sim.App{{Bundle: bundle, Rights: list}} }
}
