// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// illegal is the JSON text in msg that names refused tokens.
type illegal struct {
	tokens  map[string][]string
	failure int
	counted bool
	text    string
}

func parseIllegal(msg string, secrets secrets) (illegal, bool) {
	var doc struct {
		Tokens  map[string][]string `json:"illegalTokens"`
		Failure *int                `json:"failure"`
		Success *int                `json:"success"`
	}
	if json.Unmarshal([]byte(msg), &doc) != nil || doc.Tokens == nil {
		return illegal{}, false
	}
	found := illegal{tokens: map[string][]string{}}
	shown := map[string][]string{}
	for key, tokens := range doc.Tokens {
		// The documentation writes a key with spaces around it.
		reason := secrets.redact(strings.TrimSpace(key), maxID)
		found.tokens[reason] = append(found.tokens[reason], tokens...)
		for _, t := range tokens {
			shown[reason] = append(shown[reason], push.NewToken(t).Fingerprint())
		}
	}
	if doc.Failure != nil {
		found.failure, found.counted = *doc.Failure, true
	}
	text, err := json.Marshal(struct {
		Tokens  map[string][]string `json:"illegalTokens"`
		Success *int                `json:"success,omitempty"`
		Failure *int                `json:"failure,omitempty"`
	}{shown, doc.Success, doc.Failure})
	if err != nil {
		return illegal{}, false
	}
	found.text = string(text)
	return found, true
}

// sort puts each token where the answer says that it belongs. A partial answer
// that does not list as many refused tokens as it counts leaves the others
// unresolved. A message refused as a whole says nothing of its tokens.
func (r *Response) sort(i illegal, readable bool, tokens []push.Token) {
	refused := map[push.Token]bool{}
	for _, reason := range slices.Sorted(maps.Keys(i.tokens)) {
		for _, text := range i.tokens[reason] {
			t := push.NewToken(text)
			refused[t] = true
			r.Rejected = append(r.Rejected, Rejection{Token: t, Reason: reason})
		}
	}
	row, _ := fixtures.CodeOf(r.Code)
	complete := readable && (!i.counted || i.failure == len(r.Rejected))
	for _, t := range tokens {
		switch {
		case refused[t]:
		case row.Class == fixtures.ClassPartial && complete:
			r.Accepted = append(r.Accepted, t)
		case row.Class == fixtures.ClassPartial, row.Class == fixtures.ClassService, row.Class == "":
			r.Unresolved = append(r.Unresolved, t)
		case row.Class == fixtures.ClassTokens:
			r.Rejected = append(r.Rejected, Rejection{Token: t})
		}
	}
}
