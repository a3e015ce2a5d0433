// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
)

func TestRedactReplacesTheTokenAndNothingElse(t *testing.T) {
	mark := push.NewToken(secret).Fingerprint()
	for _, c := range []struct{ name, data, want string }{
		{"background", `{"data":"{\"order\":7}","header":{"token":"` + secret + `"}}`, `{"data":"{\"order\":7}","header":{"token":"` + mark + `"}}`},
		{"header first", `{"header":{"token":"` + secret + `"},"data":"x"}`, `{"header":{"token":"` + mark + `"},"data":"x"}`},
		{"other members of the header", `{"header":{"a":1,"token":"` + secret + `","z":[2]}}`, `{"header":{"a":1,"token":"` + mark + `","z":[2]}}`},
		{"white space", "{ \"header\" :\t{ \"token\" :\n \"" + secret + "\" } , \"data\" : \"x\" }\n", "{ \"header\" :\t{ \"token\" :\n \"" + mark + "\" } , \"data\" : \"x\" }\n"},
		{"order, escapes, big and long numbers", `{"z":1e400,"a":12345678901234567890,"s":"\u003c<\/\ud83d\ude00","header":{"token":"` + secret + `"},"m":{"b":1, "a":2}}`, `{"z":1e400,"a":12345678901234567890,"s":"\u003c<\/\ud83d\ude00","header":{"token":"` + mark + `"},"m":{"b":1, "a":2}}`},
		{"escapes in the token", `{"header":{"token":"\u004d` + secret[1:] + `"}}`, `{"header":{"token":"` + mark + `"}}`},
		{"token twice", `{"header":{"token":"` + secret + `","token":"` + secret + `"}}`, `{"header":{"token":"` + mark + `","token":"` + mark + `"}}`},
		{"header twice", `{"header":{"token":"` + secret + `"},"header":{}}`, `{"header":{"token":"` + mark + `"},"header":{}}`},
		{"token that is an array", `{"header":{"token":["` + secret + `"]}}`, `{"header":{"token":"` + push.NewToken(`["`+secret+`"]`).Fingerprint() + `"}}`},
		{"header quoted once more", `{"header":"{\"token\":\"` + secret + `\"}"}`, `{"header":"{\"token\":\"redacted\"}"}`},
		{"all quoted once more", `"{\"header\":{\"token\":\"` + secret + `\"}}"`, `"{\"header\":{\"token\":\"redacted\"}}"`},
		{"cut off behind the token", `{"header":{"token":"` + secret + `"},"da`, `{"header":{"token":"redacted"},"da`},
		{"cut off in the token", `{"header": {"token" : "` + secret, `{"header": {"token" : "redacted`},
		{"something behind the object", `{"header":{"token":"` + secret + `"}} {}`, `{"header":{"token":"redacted"}} {}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := push.Payload{Type: "BACKGROUND", Data: c.data}.Redact()
			if got.Data != c.want {
				t.Errorf("Redact = %s\n    want %s", got.Data, c.want)
			}
			if got.Type != "BACKGROUND" {
				t.Errorf("Type = %q", got.Type)
			}
			if leaks(got.Data) {
				t.Error("the token is still there")
			}
		})
	}
}

func TestRedactLeavesWhatHoldsNoToken(t *testing.T) {
	for name, data := range map[string]string{
		"empty":                      ``,
		"not JSON":                   `order 7`,
		"a number":                   `7`,
		"null":                       `null`,
		"an array":                   `[{"header":{}}]`,
		"no header":                  `{"data":"token"}`,
		"a header without token":     `{"header":{},"data":""}`,
		"a header with a null":       `{"header":{"token":null}}`,
		"a null header":              `{"header":null}`,
		"a token of the sender":      `{"token":"mine","data":{"token":"mine"},"header":{}}`,
		"a header within the data":   `{"data":{"header":{"token":"mine"}}}`,
		"a token deep in a header":   `{"header":{"x":{"token":"mine"}}}`,
		"extraData that speaks JSON": `{"data":"{\"header\":{\"token\":\"mine\"}}","header":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got := (push.Payload{Type: "IM", Data: data}).Redact(); got.Data != data {
				t.Errorf("Redact(%s) = %s", data, got.Data)
			}
		})
	}
}

func TestRedactDoesNotTouchItsReceiver(t *testing.T) {
	p := push.Payload{Type: "IM", Data: `{"header":{"token":"` + secret + `"}}`}
	before := p
	_ = p.Redact()
	if p != before {
		t.Errorf("the payload became %v", p)
	}
}

func TestExtraData(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"a text", `{"data":"order 7","header":{}}`, "order 7"},
		{"a JSON text", `{"data":"{\"order\":7}"}`, `{"order":7}`},
		{"an object", `{"data":{"order": 7}}`, `{"order": 7}`},
		{"a number", `{"data":7}`, `7`},
		{"none, as in an alert", `{"data":"","notification":{"title":"t"}}`, ""},
		{"null", `{"data":null}`, ""},
		{"missing", `{"header":{}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := push.Payload{Type: "BACKGROUND", Data: c.data}.ExtraData()
			if err != nil || got != c.want {
				t.Errorf("ExtraData() = %q, %v; want %q", got, err, c.want)
			}
		})
	}
	for name, data := range map[string]string{"not JSON": "order 7", "empty": "", "an array": "[]", "cut off": `{"data":"` + secret} {
		t.Run(name, func(t *testing.T) {
			_, err := push.Payload{Type: "VoIP", Data: data}.ExtraData()
			if err == nil || !strings.HasPrefix(err.Error(), "read a VoIP payload: ") || leaks(err.Error()) {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// FuzzPayload holds for any Data that is an object: what is no token stays, and
// the token goes.
func FuzzPayload(f *testing.F) {
	seeds, err := filepath.Glob("testdata/payloads/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, data := range []string{``, `{`, `{"header":{"token":`, `"{\"header\":{\"token\":\"x\"}}"`, `{"header":{"token":"a"},"header":{"token":1}}`} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		p := push.Payload{Type: "IM", Data: data}
		_, _ = p.ExtraData()
		redacted := p.Redact()

		before, isObject := decode(data)
		after, stillObject := decode(redacted.Data)
		if !isObject {
			return
		}
		if !stillObject {
			t.Fatalf("an object became %s", redacted.Data)
		}
		if token, ok := headerToken(after).(string); ok && token == headerToken(before) && token != "token:none" {
			t.Fatalf("%q is still in the header", token)
		}
		dropHeader(before)
		dropHeader(after)
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("other values changed:\n%s\n%s", data, redacted.Data)
		}
	})
}

// decode reads data if it is one JSON object, with its numbers as they stand.
func decode(data string) (map[string]any, bool) {
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	var object map[string]any
	if !json.Valid([]byte(data)) || dec.Decode(&object) != nil || object == nil {
		return nil, false
	}
	return object, true
}

func headerToken(object map[string]any) any {
	header, _ := object["header"].(map[string]any)
	return header["token"]
}

// dropHeader takes out what Redact may change.
func dropHeader(object map[string]any) {
	switch header := object["header"].(type) {
	case map[string]any:
		delete(header, "token")
	default:
		delete(object, "header")
	}
}
