// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// Difference is something in which two answers to the same request differ.
type Difference struct {
	// What is "code", "status", "msg", "shape", "requestId" or "content-type".
	What string
	// Recorded and Replayed are the two sides.
	Recorded, Replayed string
	// Claim is the id of the claim that it is about, "" if none says anything of
	// it.
	Claim string
}

// String is one line.
func (d Difference) String() string {
	line := fmt.Sprintf("%s: recorded %s, the simulator has %s", d.What, d.Recorded, d.Replayed)
	if d.Claim != "" {
		line += " (claim " + d.Claim + ")"
	}
	return line
}

// Compare holds the answer of a replay against the recorded one. Tokens are
// compared by how many were refused for which reason, ids by their form.
func Compare(recorded, replayed *Recording) []Difference {
	if recorded.Response == nil || replayed.Response == nil {
		return nil
	}
	var all []Difference
	note := func(what, a, b, claim string) {
		if a != b {
			all = append(all, Difference{what, quote(a), quote(b), claim})
		}
	}
	a, b := answerOf(recorded.Response), answerOf(replayed.Response)
	note("code", a.code, b.code, "")
	note("status", fmt.Sprint(recorded.Response.Status), fmt.Sprint(replayed.Response.Status), "cloud.http-status")
	note("shape", a.shape, b.shape, "")
	if a.code == b.code {
		claim := ""
		if a.code == illegalPayload {
			claim = "cloud.error-tips"
		}
		note("msg", a.msg, b.msg, claim)
	}
	note("requestId", a.idForm, b.idForm, "cloud.request-id")
	note("content-type", trim(recorded.Response.Header.Get("Content-Type")), trim(replayed.Response.Header.Get("Content-Type")), "")
	return all
}

// illegalPayload is the code whose text has a tip in it.
const illegalPayload = "80100003"

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return fmt.Sprintf("%.300q", s)
}

// answer is what can be compared of a body.
type answer struct {
	code string
	// msg is the text, or, where it is JSON, what is in it.
	msg string
	// shape lists the members and their types.
	shape string
	// idForm is the form of requestId: "24 digits".
	idForm string
}

func answerOf(r *Response) answer {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(r.Text), &members) != nil || members == nil {
		return answer{shape: "no JSON object"}
	}
	var a answer
	types := make([]string, 0, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		types = append(types, name+" "+typeOf(members[name]))
	}
	a.shape = strings.Join(types, ", ")
	var id string
	// A member of another type is seen in the shape.
	_ = json.Unmarshal(members["code"], &a.code)
	_ = json.Unmarshal(members["msg"], &a.msg)
	_ = json.Unmarshal(members["requestId"], &id)
	if counted, ok := countRefused(a.msg); ok {
		a.msg = counted
	}
	a.idForm = form(id)
	return a
}

func typeOf(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		return "text"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// countRefused reads the JSON text that names refused tokens: the keys as they
// are written, and how many tokens each has.
func countRefused(msg string) (string, bool) {
	var doc map[string]json.RawMessage
	if json.Unmarshal([]byte(msg), &doc) != nil || doc == nil {
		return "", false
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		var tokens map[string][]string
		if key != "illegalTokens" || json.Unmarshal(doc[key], &tokens) != nil {
			parts = append(parts, key+" "+string(doc[key]))
			continue
		}
		for _, reason := range slices.Sorted(maps.Keys(tokens)) {
			parts = append(parts, fmt.Sprintf("%s %q %d", key, reason, len(tokens[reason])))
		}
	}
	return strings.Join(parts, ", "), true
}

// form describes an id by what it is made of.
func form(id string) string {
	switch {
	case id == "":
		return ""
	case strings.Trim(id, "0123456789") == "":
		return fmt.Sprintf("%d digits", len(id))
	}
	return fmt.Sprintf("%d characters", len(id))
}

// reasonsOf returns why which fingerprint was refused.
func reasonsOf(r *Response) map[string]string {
	var body struct {
		Msg string `json:"msg"`
	}
	var doc struct {
		Tokens map[string][]string `json:"illegalTokens"`
	}
	reasons := map[string]string{}
	if json.Unmarshal([]byte(r.Text), &body) != nil || json.Unmarshal([]byte(body.Msg), &doc) != nil {
		return reasons
	}
	for reason, tokens := range doc.Tokens {
		for _, t := range tokens {
			reasons[t] = strings.TrimSpace(reason)
		}
	}
	return reasons
}

// classOf says where the remedy for a recorded answer lies.
func (r *Recording) classOf() fixtures.Class {
	code, _ := fixtures.CodeFor(r.API(), answerOf(r.Response).code)
	return code.Class
}
