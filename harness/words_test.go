// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

func TestMatchingExtra(t *testing.T) {
	payload := func(extra string) json.RawMessage {
		data, err := json.Marshal(map[string]any{"data": extra, "header": map[string]string{"token": "token:00000000"}})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(push.Payload{Type: "BACKGROUND", Data: string(data)})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	tests := map[string]struct {
		payload json.RawMessage
		key     string
		value   any
		want    bool
	}{
		"a number":                     {payload(`{"order":7}`), "order", 7, true},
		"the same number, written so":  {payload(`{"order":7.0}`), "order", 7, true},
		"another number":               {payload(`{"order":8}`), "order", 7, false},
		"a text is no number":          {payload(`{"order":"7"}`), "order", 7, false},
		"a text":                       {payload(`{"order":"seven"}`), "order", "seven", true},
		"letters count":                {payload(`{"order":"SEVEN"}`), "order", "seven", false},
		"an object":                    {payload(`{"order":{"b":1,"a":[2]}}`), "order", map[string]any{"a": []int{2}, "b": 1}, true},
		"another key":                  {payload(`{"orders":7}`), "order", 7, false},
		"extraData that is no object":  {payload(`order 7`), "order", 7, false},
		"a want's parameters":          {json.RawMessage(`{"order":7}`), "order", 7, false},
		"a payload that is no payload": {json.RawMessage(`7`), "order", 7, false},
		"a value that JSON has not":    {payload(`{"order":7}`), "order", func() {}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			arrival := harness.Arrival{Arrival: wire.Arrival{Payload: tt.payload}}
			if got := harness.MatchingExtra(tt.key, tt.value)(arrival); got != tt.want {
				t.Errorf("MatchingExtra(%q, %v) = %v, want %v", tt.key, tt.value, got, tt.want)
			}
		})
	}
}

func TestAdviceNamesTheFirstSilentWitness(t *testing.T) {
	said := func(answers ...any) []verdict.Testimony {
		var list []verdict.Testimony
		for i := 0; i < len(answers); i += 2 {
			list = append(list, verdict.Testimony{Witness: answers[i].(verdict.Witness), Answer: answers[i+1].(verdict.Answer)})
		}
		return list
	}
	tests := map[string]struct {
		kind push.Kind
		said []verdict.Testimony
		says string
	}{
		"all saw it":              {push.KindAlert, said(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Saw), ""},
		"a mute one is no reason": {push.KindAlert, said(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Mute), ""},
		"not in the tree":         {push.KindAlert, said(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Silent), "off by default"},
		"no background message":   {push.KindBackground, said(verdict.Arrival(push.Background), verdict.Silent), "receiveMessage('BACKGROUND')"},
		"not accepted":            {push.KindAlert, said(verdict.Accepted, verdict.Denied), "Push Cloud"},
		"no row":                  {push.KindBackground, said(verdict.Arrival(push.Row), verdict.Silent), "WRITE_PRIVACY_PUSH_DATA"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := harness.Advice(tt.kind, tt.said)
			if tt.says == "" && got != "" || !strings.Contains(got, tt.says) {
				t.Errorf("Advice = %q, want it to say %q", got, tt.says)
			}
		})
	}
}

// Every way in and every witness that can be silent has its advice: a failure
// without a next step helps nobody.
func TestEveryWitnessHasAdvice(t *testing.T) {
	witnesses := []verdict.Witness{verdict.Accepted, verdict.Tree, verdict.Eyes}
	for _, via := range push.Vias() {
		if via == push.VoIP {
			// Calls are not among the kinds of this version's matrix.
			continue
		}
		witnesses = append(witnesses, verdict.Arrival(via))
	}
	for _, w := range witnesses {
		if harness.Advice(push.KindAlert, []verdict.Testimony{{Witness: w, Answer: verdict.Silent}}) == "" {
			t.Errorf("no advice for a silent %s", w)
		}
	}
}

func TestMatchersRefuseWhatIsNoMessage(t *testing.T) {
	for _, actual := range []any{nil, "a message", (*harness.Message)(nil)} {
		if _, err := harness.BeShown().Match(actual); err == nil || !strings.Contains(err.Error(), "*harness.Message") {
			t.Errorf("Match(%v) = %v, want an error that says what is wanted", actual, err)
		}
	}
}
