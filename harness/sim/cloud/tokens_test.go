// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

var tokenShape = regexp.MustCompile(`^MA[A-Za-z0-9_-]{110}$`)

func TestTokenShape(t *testing.T) {
	w := newWorld(t, nil)
	seen := map[string]bool{}
	for i := range 50 {
		token := w.token(bundle, &device{id: fmt.Sprint(i)})
		if !tokenShape.MatchString(token) || seen[token] {
			t.Errorf("%d characters, or there before: %q", len(token), token)
		}
		seen[token] = true
	}
}

// Rule 3: a push to an ended token is accepted and gets receipt 5, or 2 if the
// app is gone; the next getToken gives another.
func TestEndedTokens(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone"}
	first := w.token(bundle, d)
	second := w.token(bundle, d)
	if first == second {
		t.Fatal("a token that is issued again is the same")
	}
	if got := w.receipt(w.accepted(6, background("x", "", first))); got != sim.TokenGone {
		t.Errorf("a replaced token: receipt %d, want %d", got, sim.TokenGone)
	}
	for _, reason := range []sim.Receipt{sim.TokenGone, sim.AppUninstalled} {
		token := w.token(bundle, d)
		w.DropToken(token, reason)
		w.DropToken(token, sim.Other)
		if got := w.receipt(w.accepted(6, background("x", "", token))); got != reason {
			t.Errorf("a dropped token: receipt %d, want %d", got, reason)
		}
	}
	w.DropToken("none", sim.TokenGone)
	if got := d.messages(); len(got) != 0 {
		t.Errorf("%d messages were delivered to ended tokens", len(got))
	}
	if got := w.receipt(w.accepted(6, background("x", "", w.token(bundle, d)))); got != sim.Delivered {
		t.Errorf("the new token: receipt %d", got)
	}
}

// A token that ends while its message waits decides on the receipt.
func TestTokenEndsWhileWaiting(t *testing.T) {
	w := newWorld(t, nil)
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	id := w.accepted(6, background("x", "", token))
	w.state(id, cloud.Held)
	w.DropToken(token, sim.AppUninstalled)
	d.setOffline(false)
	w.Connect(d)
	if got := w.receipt(id); got != sim.AppUninstalled {
		t.Errorf("receipt %d, want %d", got, sim.AppUninstalled)
	}
}

func TestTokenRefused(t *testing.T) {
	w := newWorld(t, nil)
	_, err := w.IssueToken(w.context(), sim.App{Bundle: "com.example.unknown"}, &device{id: "phone"})
	if refusal := (*sim.TokenError)(nil); !errors.As(err, &refusal) || refusal.Code != 1000900010 {
		t.Errorf("unknown bundle: %v, want 1000900010", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.IssueToken(ctx, sim.App{Bundle: bundle}, &device{id: "phone"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The reasons, each with its shape: 80300007 when no token is good, 80100000
// when some are.
func TestIllegalTokens(t *testing.T) {
	plain, elsewhere := "com.example.plain", "com.example.elsewhere"
	for _, padded := range []bool{false, true} {
		w := newWorld(t, func(o *cloud.Options) {
			o.PaddedReasons = padded
			o.Projects[0].Apps = append(o.Projects[0].Apps, sim.App{Bundle: plain})
			o.Projects = append(o.Projects, cloud.Project{ID: "2", Apps: []sim.App{{Bundle: elsewhere, Rights: allRights()}}})
		})
		d := &device{id: "phone"}
		good := w.token(bundle, d)
		without := w.token(plain, d)
		other := w.token(elsewhere, d)
		made := "MA" + strings.Repeat("x", 110)
		extension := func(tokens ...string) string {
			return strings.Replace(alert("PLAY_VOICE", "", tokens...), `"payload":{`, `"payload":{"extraData":"x",`, 1)
		}
		badge := strings.NewReplacer(`"category":"IM","title":"t","body":"b","clickAction":{"actionType":0}`, `"badge":{"setNum":1}`)
		for _, c := range []struct {
			name     string
			pushType int
			body     string
			reasons  map[string][]string
			success  int
		}{
			{"malformed", 6, background("x", "", "### no token ###"), map[string][]string{"tokenFormatError": {"### no token ###"}}, 0},
			{"never issued", 6, background("x", "", made), map[string][]string{"tokenFormatError": {made}}, 0},
			{"other project", 6, background("x", "", other), map[string][]string{"noRight": {other}}, 0},
			{"kind without right", 2, extension(without), map[string][]string{"noPushTypeRight": {without}}, 0},
			{"badge without right", 0, badge.Replace(alert("IM", "", without)), map[string][]string{"noPushTypeRight": {without}}, 0},
			{"PLAY_VOICE in an alert", 0, alert("PLAY_VOICE", "", good, without), map[string][]string{"notSupportPlayVoice": {good, without}}, 0},
			{"several", 2, extension(without, other, made), map[string][]string{"noPushTypeRight": {without}, "noRight": {other}, "tokenFormatError": {made}}, 0},
			{"some", 2, extension(good, without, made, "x"), map[string][]string{"noPushTypeRight": {without}, "tokenFormatError": {made, "x"}}, 1},
			{"twice", 2, extension(good, good, made, made), map[string][]string{"tokenFormatError": {made}}, 1},
		} {
			r := w.send(c.pushType, c.body)
			var msg struct {
				IllegalTokens map[string][]string `json:"illegalTokens"`
				Success       *int                `json:"success"`
				Failure       int                 `json:"failure"`
			}
			if err := json.Unmarshal([]byte(r.Msg), &msg); err != nil {
				t.Errorf("%s: msg is no JSON text: %s", c.name, r.Body)
				continue
			}
			want, failures := map[string][]string{}, 0
			for reason, tokens := range c.reasons {
				failures += len(tokens)
				if padded {
					reason = " " + reason + " "
				}
				want[reason] = tokens
			}
			if !reflect.DeepEqual(msg.IllegalTokens, want) || msg.Failure != failures {
				t.Errorf("%s: illegalTokens %v with failure %d, want %v with %d", c.name, msg.IllegalTokens, msg.Failure, want, failures)
			}
			code := "80300007"
			if c.success > 0 {
				code = "80100000"
			}
			if r.Code != code || (msg.Success != nil) != (c.success > 0) || msg.Success != nil && *msg.Success != c.success {
				t.Errorf("%s: %s, want code %s and success %d", c.name, r.Body, code, c.success)
			}
			a := w.settled(r.RequestID)
			if len(a.Rejected) != failures || len(a.Deliveries) != c.success {
				t.Errorf("%s: recorded %d rejected and %d delivered, want %d and %d", c.name, len(a.Rejected), len(a.Deliveries), failures, c.success)
			}
			record, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			for _, token := range []string{good, without, other, made} {
				if strings.Contains(string(record), token) || strings.Contains(a.String(), token) {
					t.Errorf("%s: the record holds a token", c.name)
				}
			}
			for _, rejected := range a.Rejected {
				if !strings.HasPrefix(rejected.Token, "token:") || c.reasons[rejected.Reason] == nil {
					t.Errorf("%s: recorded %+v", c.name, rejected)
				}
			}
		}
		if got := len(d.messages()); got != 2 {
			t.Errorf("%d messages delivered, want one each of the requests with a good token, though it stood in one twice", got)
		}
	}
}

// Rule 20: a category without right becomes MARKETING in silence; the record
// and the device see it.
func TestDowngrade(t *testing.T) {
	some := "com.example.some"
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Apps = append(o.Projects[0].Apps, sim.App{Bundle: some, Rights: []string{"category:TRAVEL", "kind:extension"}})
	})
	for _, c := range []struct {
		pushType    int
		asked, seen string
	}{{0, "IM", "MARKETING"}, {0, "TRAVEL", "TRAVEL"}, {0, "MARKETING", "MARKETING"}, {2, "PLAY_VOICE", "PLAY_VOICE"}, {6, "", ""}} {
		d := &device{id: "phone " + c.asked}
		token := w.token(some, d)
		body := strings.Replace(alert(c.asked, "", token), `"payload":{`, `"payload":{"extraData":"x",`, 1)
		a := w.settled(w.accepted(c.pushType, body))
		if a.CategoryAsked != c.asked || a.Deliveries[0].Category != c.seen {
			t.Errorf("asked for %q: recorded %q before, %q after, want %q", c.asked, a.CategoryAsked, a.Deliveries[0].Category, c.seen)
		}
		if a.Deliveries[0].Token != push.NewToken(token).Fingerprint() || a.Deliveries[0].Device != d.id || a.Deliveries[0].Bundle != some {
			t.Errorf("recorded %+v", a.Deliveries[0])
		}
		if got := d.messages(); len(got) != 1 || got[0].Category != c.seen {
			t.Errorf("asked for %q: the device got %v, want category %q", c.asked, got, c.seen)
		}
	}
}
