// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// edit changes a JSON text: "a.b=VALUE" sets a value, "-a.b" removes one.
// Digits are indexes of arrays.
func edit(tb testing.TB, body string, changes ...string) string {
	tb.Helper()
	var top any
	if err := json.Unmarshal([]byte(body), &top); err != nil {
		tb.Fatalf("%v in %s", err, body)
	}
	for _, change := range changes {
		path, value, sets := strings.Cut(change, "=")
		var v any
		if sets {
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				tb.Fatalf("%v in %s", err, change)
			}
		}
		editAt(tb, top, strings.Split(strings.TrimPrefix(path, "-"), "."), v, sets)
	}
	out, err := json.Marshal(top)
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

func editAt(tb testing.TB, at any, path []string, v any, sets bool) {
	tb.Helper()
	switch node := at.(type) {
	case map[string]any:
		if len(path) > 1 {
			editAt(tb, node[path[0]], path[1:], v, sets)
			return
		}
		if _, there := node[path[0]]; !there && !sets {
			tb.Fatalf("nothing to remove at %v", path)
		}
		if delete(node, path[0]); sets {
			node[path[0]] = v
		}
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i >= len(node) {
			tb.Fatalf("no index %v", path)
		}
		if len(path) > 1 {
			editAt(tb, node[i], path[1:], v, sets)
			return
		}
		node[i] = v
	default:
		tb.Fatalf("nothing at %v", path)
	}
}

// judged is what a change of a good body should get.
type judged struct {
	name    string
	good    bool
	changes []string
}

func yes(name string, changes ...string) judged { return judged{name, true, changes} }
func no(name string, changes ...string) judged  { return judged{name, false, changes} }

// judge sends each change of a good body and compares the code.
func (w *world) judge(pushType int, body string, cases []judged) {
	w.Helper()
	for _, c := range cases {
		r := w.send(pushType, edit(w, body, c.changes...))
		want := "80100003"
		if c.good {
			want = "80000000"
		}
		if r.Code != want {
			w.Errorf("%s: %s, want %s", c.name, r.Body, want)
		}
	}
}

func form(tb testing.TB, token string, changes ...string) string {
	return edit(tb, fmt.Sprintf(`{"payload":{"moduleName":"entry","abilityName":"A","formName":"f","formId":1,"version":1,
		"formData":{"k":"v"}},"target":{"token":[%q]},"pushOptions":{"testMessage":true}}`, token), changes...)
}

func TestForm(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	image := func(fields string) string { return `payload.images=[{` + fields + `}]` }
	w.judge(1, form(t, token), []judged{
		yes("as it is"),
		no("no formId", "-payload.formId"),
		no("formId a string", `payload.formId="1"`),
		no("no version", "-payload.version"),
		yes("version 0", "payload.version=0"),
		yes("version 2^31-1", "payload.version=2147483647"),
		no("version 2^31", "payload.version=2147483648"),
		no("version -1", "payload.version=-1"),
		no("no moduleName", "-payload.moduleName"),
		no("empty formName", `payload.formName=""`),
		no("no abilityName", "-payload.abilityName"),
		no("no formData", "-payload.formData"),
		no("formData an array", "payload.formData=[]"),
		yes("empty formData", "payload.formData={}"),
		no("a key of the data proxy", `payload.formData={"datashareproxy://x":1}`),
		no("a null", `payload.formData={"k":null}`),
		yes("nested", `payload.formData={"k":{"x":[1,null]}}`),
		yes("an image", image(`"keyName":"i","url":"https://example.com/i.png","require":1`)),
		yes("an image that need not be there", image(`"keyName":"i","url":"https://example.com/i.png","require":0`)),
		no("require 2", image(`"keyName":"i","url":"https://example.com/i.png","require":2`)),
		no("an image by http", image(`"keyName":"i","url":"http://example.com/i.png"`)),
		no("an image's key is one of formData", image(`"keyName":"k","url":"https://example.com/i.png"`)),
		no("two images", `payload.images=[{"keyName":"i"},{"keyName":"j"}]`),
		no("images an object", `payload.images={}`),
		no("a null for an image", `payload.images=[null]`),
	})
	for value, code := range map[string]string{
		"9007199254740991": "80000000", "9007199254740992": "80100003", "1e300": "80100003", "-1e300": "80000000", "0.5": "80000000", `"9007199254740992"`: "80000000",
	} {
		if r := w.send(1, strings.Replace(form(t, token), `"v"`, value, 1)); r.Code != code {
			t.Errorf("formData %s: %s, want %s", value, r.Body, code)
		}
	}
	for id, code := range map[string]string{"9223372036854775807": "80000000", "9223372036854775808": "80100003"} {
		if r := w.send(1, strings.Replace(form(t, token), `"formId":1`, `"formId":`+id, 1)); r.Code != code {
			t.Errorf("formId %s: %s, want %s", id, r.Body, code)
		}
	}
}

// A form is for one token, also as a test message; each has its code.
func TestFormTokens(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	two := fmt.Sprintf("target.token=[%q,%q]", token, "x")
	if r := w.send(1, form(t, token, two)); r.Code != "80300030" {
		t.Errorf("a test message with two tokens: %s", r.Body)
	}
	if r := w.send(1, form(t, token, two, "-pushOptions.testMessage")); r.Code != "80300010" || r.Msg != "token count should within 1 and 1." {
		t.Errorf("two tokens: %s", r.Body)
	}
}

func call(tb testing.TB, token string, changes ...string) string {
	return edit(tb, fmt.Sprintf(`{"payload":{"extraData":"{\"scene\":\"voice\"}"},"target":{"token":[%q]},"pushOptions":{"ttl":30}}`, token), changes...)
}

func TestVoIP(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	w.judge(10, call(t, token), []judged{
		yes("as it is"),
		no("no extraData", "-payload.extraData"),
		yes("empty extraData", `payload.extraData=""`),
		no("extraData an object", "payload.extraData={}"),
	})
}

// Each kind wants its right: form none, voip that to the kind, a live view
// that to its event.
func TestRights(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Apps[0].Rights = []string{"kind:liveview:TAXI"} })
	token := w.token(bundle, &device{id: "phone"})
	for _, c := range []struct {
		name         string
		pushType     int
		body, reason string
	}{
		{"form", 1, form(t, token), ""},
		{"voip", 10, call(t, token), "noPushTypeRight"},
		{"extension", 2, strings.Replace(alert("PLAY_VOICE", "", token), `"payload":{`, `"payload":{"extraData":"x",`, 1), "noPushTypeRight"},
		{"TAXI", 7, taxi(t, token), ""},
		{"FLIGHT", 7, flight(t, token), "noRightToSendThisLiveNotificationEvent"},
	} {
		switch r := w.send(c.pushType, c.body); {
		case c.reason == "" && r.Code != "80000000":
			t.Errorf("%s: %s", c.name, r.Body)
		case c.reason != "" && (r.Code != "80300007" || !strings.Contains(r.Msg, c.reason)):
			t.Errorf("%s: %s, want %s", c.name, r.Body, c.reason)
		}
	}
}
