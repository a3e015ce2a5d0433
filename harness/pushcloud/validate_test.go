// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// fixtureRequest reads a case as an author would have written it: payload and
// options by ParseMessage, tokens apart.
func fixtureRequest(t *testing.T, c fixtures.MessageCase) (pushcloud.Request, bool) {
	t.Helper()
	var body struct {
		Payload json.RawMessage `json:"payload"`
		Options json.RawMessage `json:"pushOptions,omitempty"`
		Target  struct {
			Token []string `json:"token"`
		} `json:"target"`
	}
	if json.Unmarshal(c.Fill(distinct(c.Tokens)...), &body) != nil {
		return pushcloud.Request{}, false
	}
	file := map[string]any{"pushType": c.PushType}
	if body.Payload != nil {
		file["payload"] = body.Payload
	}
	if body.Options != nil {
		file["pushOptions"] = body.Options
	} else {
		// The wire's default is a production message, this client's is not.
		file["pushOptions"] = json.RawMessage(`{"testMessage":false}`)
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pushcloud.ParseMessage(data)
	if err != nil {
		return pushcloud.Request{}, false
	}
	if _, set := r.Options.Extra["testMessage"]; !set && r.Options.TestMessage == nil {
		r.Options.TestMessage = new(false)
	}
	r.Tokens = tokens(body.Target.Token...)
	return r, true
}

func distinct(n int) []string {
	made := make([]string, n)
	for i := range made {
		made[i] = fmt.Sprintf("%s%04d", testToken, i)
	}
	return made
}

// Only Push Cloud knows what is wrong with these.
var beyondValidate = map[string]bool{
	"request/one malformed token":              true,
	"request/one good and one malformed token": true,
}

func TestValidateAgreesWithFixtures(t *testing.T) {
	for _, c := range fixtures.Messages() {
		t.Run(c.Name, func(t *testing.T) {
			r, readable := fixtureRequest(t, c)
			if !readable {
				if c.Valid {
					t.Fatal("a valid message cannot be read")
				}
				return
			}
			faults := pushcloud.Validate(r)
			if want := !c.Valid && !beyondValidate[c.Name]; (len(faults) > 0) != want {
				t.Errorf("faults %v, want some: %v (%s)", faults, want, c.Why)
			}
			for _, f := range faults {
				if f.Path == "" || f.Problem == "" || leaks(f.String(), testToken) {
					t.Errorf("fault %q", f)
				}
			}
		})
	}
}

// What is valid goes over the wire as its author wrote it, also the body of
// exactly 4096 bytes; what is not does not go at all.
func TestFixturesOverTheWire(t *testing.T) {
	s := serve(t, answers(200, success))
	c := s.client(t)
	sent, valid := 0, 0
	for _, m := range fixtures.Messages() {
		if m.Valid {
			valid++
		}
		r, readable := fixtureRequest(t, m)
		if !readable {
			continue
		}
		_, err := c.Send(t.Context(), r)
		if len(pushcloud.Validate(r)) > 0 {
			var invalid *pushcloud.InvalidError
			if !errors.As(err, &invalid) {
				t.Errorf("%s: got %v, want an InvalidError", m.Name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		calls := s.seen()
		sent++
		if len(calls) != sent {
			t.Fatalf("%s: %d calls, want %d", m.Name, len(calls), sent)
		}
		var got, want map[string]any
		if err := json.Unmarshal(calls[sent-1].body, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(m.Fill(distinct(m.Tokens)...), &want); err != nil {
			t.Fatal(err)
		}
		options, _ := want["pushOptions"].(map[string]any)
		if options == nil {
			options = map[string]any{}
			want["pushOptions"] = options
		}
		if options["testMessage"] == nil {
			options["testMessage"] = false
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: changed on the way (-want +got):\n%s", m.Name, diff)
		}
	}
	if sent != valid+len(beyondValidate) {
		t.Errorf("%d messages were sent, %d are valid and %d look so", sent, valid, len(beyondValidate))
	}
}

func TestValidateNamesAllFaults(t *testing.T) {
	faults := pushcloud.Validate(pushcloud.Request{
		Message: pushcloud.Alert{
			Category: "travel", Title: strings.Repeat("x", 5000), Style: 3, NotifyID: new(-2),
			ClickAction: pushcloud.ClickAction{ActionType: 1}, Badge: pushcloud.SetBadge(100),
		},
		Tokens:  tokens(" padded", ""),
		Options: pushcloud.PushOptions{CollapseKey: new(101)},
	})
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	want := []string{
		"body", "target.token[0]", "target.token[1]", "payload.notification.category", "payload.notification.body", "payload.notification.inboxContent",
		"payload.notification.notifyId", "payload.notification.clickAction.actionType", "payload.notification.badge.setNum", "pushOptions.collapseKey",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	text := (&pushcloud.InvalidError{Faults: faults}).Error()
	for _, path := range want {
		if !strings.Contains(text, path) {
			t.Errorf("%q does not name %s", text, path)
		}
	}
	if !strings.Contains(text, "TRAVEL") {
		t.Errorf("%q does not say how to write the category", text)
	}
}

func TestSizeIsExact(t *testing.T) {
	at := func(n int) pushcloud.Request {
		r := pushcloud.Request{Message: pushcloud.Background{}, Tokens: tokens(testToken)}
		const rest = len(`{"payload":{"extraData":""},"target":{"token":[]},"pushOptions":{"testMessage":true}}`)
		r.Message = pushcloud.Background{ExtraData: strings.Repeat("x", n-rest)}
		return r
	}
	if faults := pushcloud.Validate(at(4096)); faults != nil {
		t.Errorf("4096: %v", faults)
	}
	faults := pushcloud.Validate(at(4097))
	if len(faults) != 1 || faults[0].Path != "body" || faults[0].Problem != "it has 4097 bytes without its tokens, 1 more than 4096" {
		t.Errorf("4097: %v", faults)
	}
	s := serve(t, answers(200, `{"code":"80300008","msg":"Push message size is too long.","requestId":"1"}`))
	c := s.client(t)
	var invalid *pushcloud.InvalidError
	if _, err := c.Send(t.Context(), at(4097)); !errors.As(err, &invalid) || len(s.seen()) != 0 {
		t.Errorf("got %v after %d calls", err, len(s.seen()))
	}
	r := at(4097)
	r.Unchecked = true
	var refused *pushcloud.Error
	if _, err := c.Send(t.Context(), r); !errors.As(err, &refused) || refused.Code != "80300008" || len(s.seen()) != 1 {
		t.Errorf("unchecked: %v after %d calls", err, len(s.seen()))
	}
}

func TestTokenCounts(t *testing.T) {
	form := pushcloud.FormUpdate{ModuleName: "entry", AbilityName: "FormAbility", FormName: "widget", FormID: 1, FormData: map[string]any{"text": "new"}}
	for name, test := range map[string]struct {
		message    pushcloud.Message
		production bool
		count      int
		says       string
	}{
		"none":               {pushcloud.Background{}, true, 0, "0 tokens, a call has 1 to 1000"},
		"1000":               {pushcloud.Background{}, true, 1000, ""},
		"1001":               {pushcloud.Background{}, true, 1001, "1001 tokens, a call has 1 to 1000"},
		"10 in a test":       {pushcloud.Background{}, false, 10, ""},
		"11 in a test":       {pushcloud.Background{}, false, 11, "11 tokens, a test message has 1 to 10"},
		"1 form":             {form, true, 1, ""},
		"2 forms":            {form, true, 2, "2 tokens, a form has 1 to 1"},
		"2 forms, in a test": {form, false, 2, "2 tokens, a form has 1 to 1"},
	} {
		faults := pushcloud.Validate(pushcloud.Request{
			Message: test.message, Tokens: tokens(distinct(test.count)...),
			Options: pushcloud.PushOptions{TestMessage: new(!test.production)},
		})
		switch {
		case test.says == "" && faults != nil, test.says != "" && (len(faults) != 1 || !strings.Contains(faults[0].String(), test.says)):
			t.Errorf("%s: %v", name, faults)
		}
	}
}

func TestSendBody(t *testing.T) {
	s := serve(t, answers(400, `{"code":"80100001","msg":"Check Parameter Error.","requestId":"1"}`), answers(200, success))
	c := s.client(t)
	var refused *pushcloud.Error
	if _, err := c.SendBody(t.Context(), 3, []byte(`payload=hello`)); !errors.As(err, &refused) || refused.Code != "80100001" {
		t.Errorf("got %v", err)
	}
	r, err := c.SendBody(t.Context(), 0, []byte(`{"target":{"token":["a","b"]}}`))
	if err != nil || len(r.Accepted) != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
	calls := s.seen()
	if string(calls[0].body) != "payload=hello" || calls[0].pushType != "3" {
		t.Errorf("sent %s with push-type %s", calls[0].body, calls[0].pushType)
	}
}
