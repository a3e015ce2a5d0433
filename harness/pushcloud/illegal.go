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
// whose list names other tokens than ours, or not as many as it counts, leaves
// the others unresolved. A message refused as a whole says nothing of its tokens.
func (r *Response) sort(i illegal, readable bool, class fixtures.Class, tokens []push.Token) {
	ours := make(map[push.Token]bool, len(tokens))
	for _, t := range tokens {
		ours[t] = true
	}
	refused := map[push.Token]bool{}
	listed, foreign := 0, false
	for _, reason := range slices.Sorted(maps.Keys(i.tokens)) {
		for _, text := range i.tokens[reason] {
			t := push.NewToken(text)
			listed, foreign = listed+1, foreign || !ours[t]
			if !refused[t] {
				refused[t] = true
				r.Rejected = append(r.Rejected, Rejection{Token: t, Reason: reason})
			}
		}
	}
	complete := readable && !foreign && (!i.counted || i.failure == listed || i.failure == len(refused))
	for _, t := range tokens {
		switch {
		case refused[t]:
		case class == fixtures.ClassPartial && complete:
			r.Accepted = append(r.Accepted, t)
		case class == fixtures.ClassPartial, class == fixtures.ClassService, class == fixtures.ClassUnknown:
			r.Unresolved = append(r.Unresolved, t)
		case class == fixtures.ClassTokens:
			r.Rejected = append(r.Rejected, Rejection{Token: t})
		}
	}
}
