// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"fmt"
	"strings"
	"testing"
)

// The size is that of the bytes as sent, with an empty array of tokens (claim
// cloud.size).
func TestSizeRule(t *testing.T) {
	w := newWorld(t, nil)
	var tokens []string
	for i := range 3 {
		tokens = append(tokens, w.token(bundle, &device{id: fmt.Sprint("device ", i)}))
	}
	empty := len(background("", ""))
	for _, c := range []struct {
		name, code string
		body       string
	}{
		{"4096 bytes and three tokens", "80000000", background(strings.Repeat("x", 4096-empty), "", tokens...)},
		{"4097 bytes and three tokens", "80300008", background(strings.Repeat("x", 4097-empty), "", tokens...)},
		{"white space between tokens does not count", "80000000", strings.Replace(background("x", "", tokens...), `","`, `",`+strings.Repeat(" ", 4096)+`"`, 1)},
		{"white space counts", "80300008", background("x", "", tokens...) + strings.Repeat(" ", 4096)},
		{"an escape counts as it stands", "80300008", strings.Replace(background("PAD", "", tokens[0]), "PAD", strings.Repeat(`\u5b57`, 700), 1)},
		{"a long token does not count", "80100000", background("x", "", tokens[0], strings.Repeat("x", 8000))},
		{"over all bounds", "80300008", background(strings.Repeat("x", 2<<20), "", tokens[0])},
	} {
		if r := w.send(6, c.body); r.Code != c.code {
			t.Errorf("%s: %.200s, want %s", c.name, r.Body, c.code)
		}
	}
}

// What the documentation leaves open, as fixtures/claims/cloud.json says it is
// chosen.
func TestChoices(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	with := func(old, new string) string {
		body := alert("IM", `"ttl":60`, token)
		if !strings.Contains(body, old) {
			t.Fatalf("no %s in %s", old, body)
		}
		return strings.Replace(body, old, new, 1)
	}
	for _, c := range []struct{ name, body, code string }{
		{"unknown top-level key", with(`{"payload"`, `{"x":1,"payload"`), "80000000"},
		{"unknown notification key", with(`"title"`, `"slotType":1,"title"`), "80000000"},
		{"unknown option", with(`"ttl"`, `"x":{},"ttl"`), "80000000"},
		{"null counts as absent", with(`"title"`, `"image":null,"title"`), "80000000"},
		{"null where it is required", with(`"title":"t"`, `"title":null`), "80100003"},
		{"the last of two keys counts", with(`"title"`, `"category":"GOSSIP","category":"IM","title"`), "80000000"},
		{"names are case-sensitive", with(`"title"`, `"Title"`), "80100003"},
		{"empty title", with(`"title":"t"`, `"title":""`), "80100003"},
		{"integer with a fraction", with(`"ttl":60`, `"ttl":60.0`), "80100001"},
		{"integer with an exponent", with(`"ttl":60`, `"ttl":6e1`), "80100001"},
		{"integer too large", with(`"ttl":60`, `"ttl":99999999999999999999`), "80100001"},
		{"integer as a string", with(`"ttl":60`, `"ttl":"60"`), "80100001"},
		{"target a string", with(`"target":{"token"`, `"target":"x","y":{"token"`), "80100001"},
		{"a number among the tokens", with(`"token":[`, `"token":[7,`), "80100001"},
		{"null among the tokens", with(`"token":[`, `"token":[null,`), "80100000"},
		{"payload before parameters", with(`"title":"t"`, `"title":7,"x":"y"`), "80100003"},
		{"trailing bytes", alert("IM", "", token) + "{}", "80100001"},
		{"null", "null", "80100001"},
		{"no UTF-8", with(`"title":"t"`, "\"title\":\"\xff\""), "80100001"},
		{"old category", alert("NEWS", "", token), "80000000"},
		{"badge with a category", with(`"title":"t","body":"b"`, `"badge":{"setNum":1}`), "80000000"},
		{"https in upper case", with(`"title"`, `"image":"HTTPS://example.com/a.png","title"`), "80000000"},
		{"image without host", with(`"title"`, `"image":"https:a.png","title"`), "80100003"},
		{"1024 characters in a line", with(`"title"`, `"style":3,"inboxContent":["`+strings.Repeat("字", 1024)+`"],"title"`), "80000000"},
		{"1025 characters in a line", with(`"title"`, `"style":3,"inboxContent":["`+strings.Repeat("字", 1025)+`"],"title"`), "80100003"},
	} {
		if r := w.send(0, c.body); r.Code != c.code {
			t.Errorf("%s: %.200s, want %s", c.name, r.Body, c.code)
		}
	}
}

// Two faults give the code of the first check (claim cloud.check-order).
func TestOrderOfChecks(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	long := strings.Repeat("x", 5000)
	for _, c := range []struct{ name, header, pushType, body, code string }{
		{"authorization before push-type", "", "3", "[]", "80200001"},
		{"push-type before JSON", w.bearer, "3", "[]", "80100003"},
		{"size before structure", w.bearer, "6", fmt.Sprintf(`{"payload":{"x":%q},"target":{"token":[%q]}}`, long, token), "80300008"},
		{"structure before options", w.bearer, "6", `{"payload":{},"pushOptions":{"ttl":-1}}`, "80100003"},
		{"options before token count", w.bearer, "6", background("x", `"ttl":-1`), "80100004"},
		{"the limit of test messages before the general one", w.bearer, "6", background("x", `"testMessage":true`, strings.Split(strings.Repeat("t,", 1000)+"t", ",")...), "80300030"},
		{"a test message without tokens", w.bearer, "6", background("x", `"testMessage":true`), "80300010"},
		{"token count before tokens", w.bearer, "6", background("x", "", strings.Split(strings.Repeat("t,", 1000)+"t", ",")...), "80300010"},
	} {
		if r := w.post(sendPath, c.header, c.pushType, []byte(c.body)); r.Code != c.code {
			t.Errorf("%s: %.200s, want %s", c.name, r.Body, c.code)
		}
	}
}
