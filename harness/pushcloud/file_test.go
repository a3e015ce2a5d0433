// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestParseMessage(t *testing.T) {
	for name, file := range map[string]string{
		"push-type":       `{"pushType":6,"payload":{"extraData":"x"}}`,
		"kind":            `{"kind":"background","payload":{"extraData":"x"}}`,
		"both":            `{"kind":"background","pushType":6,"payload":{"extraData":"x"}}`,
		"byte order mark": "\ufeff" + `{"kind":"background","payload":{"extraData":"x"}}`,
		"white space":     " {\n\"kind\" : \"background\", \"payload\" : { \"extraData\" : \"x\" } }\n",
	} {
		r, err := pushcloud.ParseMessage([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		payload, err := r.Message.Payload()
		if err != nil || string(payload) != `{"extraData":"x"}` || r.Message.Kind() != push.KindBackground {
			t.Errorf("%s: %s, %v of kind %v", name, payload, err, r.Message.Kind())
		}
	}
}

func TestParseMessageKeepsNumbers(t *testing.T) {
	const payload = `{"formId":9223372036854775807,"version":1.0,"formData":{"price":1.50,"big":1e400}}`
	r, err := pushcloud.ParseMessage([]byte(`{"kind":"form","payload":` + payload + `,"pushOptions":{"ttl":86400,"collapseKey":0,"biTag":"b","testMessage":false,"backgroundMode":1.0,"new":12345678901234567890}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Message.Payload()
	if err != nil || string(got) != payload {
		t.Errorf("payload %s, %v", got, err)
	}
	o := r.Options
	if o.TTL != 24*time.Hour || o.CollapseKey == nil || *o.CollapseKey != 0 || o.BiTag != "b" || o.TestMessage == nil || *o.TestMessage {
		t.Errorf("options %+v", o)
	}
	if string(o.Extra["backgroundMode"]) != "1.0" || string(o.Extra["new"]) != "12345678901234567890" || len(o.Extra) != 2 {
		t.Errorf("extra %s", o.Extra)
	}
}

func TestParseMessageRefuses(t *testing.T) {
	for name, test := range map[string]struct{ file, field, says string }{
		"empty":               {``, "", "is empty"},
		"text":                {`hello`, "", "no JSON"},
		"syntax":              {"{\n\"kind\": \"alert\",\n}", "", "line 3"},
		"cut off":             {"{\n\"kind\":\"alert\",\n", "", "ends too early, in line 2"},
		"array":               {`[]`, "", "no JSON object"},
		"null":                {`null`, "", "no JSON object"},
		"two":                 {`{"kind":"alert","payload":{}} {}`, "", "something follows the JSON object, in line 1"},
		"a brace too many":    {"{\"kind\":\"alert\",\"payload\":{}}\n\n}", "", "something follows the JSON object, in line 3"},
		"no kind":             {`{"payload":{}}`, "pushType", "is missing"},
		"unknown kind":        {`{"kind":"sms","payload":{}}`, "kind", "the kinds are alert, form, extension"},
		"kind is a number":    {`{"kind":0,"payload":{}}`, "kind", "must be a string"},
		"unknown push-type":   {`{"pushType":3,"payload":{}}`, "pushType", "0 (alert)"},
		"push-type as text":   {`{"pushType":"0","payload":{}}`, "pushType", "whole number"},
		"push-type 6.0":       {`{"pushType":6.0,"payload":{}}`, "pushType", "whole number"},
		"contradiction":       {`{"kind":"alert","pushType":6,"payload":{}}`, "pushType", `is 6 and kind is "alert", which is 0`},
		"no payload":          {`{"kind":"alert"}`, "payload", "is missing"},
		"payload is text":     {`{"kind":"alert","payload":"x"}`, "payload", "JSON object"},
		"payload is null":     {`{"kind":"alert","payload":null}`, "payload", "JSON object"},
		"options is a list":   {`{"kind":"alert","payload":{},"pushOptions":[]}`, "pushOptions", "JSON object"},
		"a whole body":        {`{"kind":"alert","payload":{},"target":{"token":["x"]}}`, "target", "tokens are given apart"},
		"unknown field":       {`{"kind":"alert","payload":{},"options":{}}`, "options", "is not known"},
		"misspelt field":      {`{"kind":"alert","paylaod":{}}`, "paylaod", `is not known; did you mean "payload"?`},
		"in another spelling": {`{"Kind":"alert","payload":{}}`, "Kind", `is not known; did you mean "kind"?`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pushcloud.ParseMessage([]byte(test.file))
			var bad *pushcloud.MessageFileError
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a MessageFileError", err)
			}
			if bad.Field != test.field || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got field %q and %q, want %q and %q", bad.Field, err, test.field, test.says)
			}
			if !strings.Contains(err.Error(), `{"pushType":0,"payload":{...}`) {
				t.Errorf("%q does not show what to write", err)
			}
		})
	}
}
