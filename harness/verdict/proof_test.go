// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package verdict_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/verdict"
)

func TestJudge(t *testing.T) {
	im := verdict.Arrival(push.IM)
	shown := verdict.All(verdict.Sees(verdict.Accepted), verdict.Any(verdict.Tree, verdict.Eyes))
	silent := verdict.All(verdict.Sees(verdict.Accepted), verdict.Sees(im), verdict.None(verdict.Tree, verdict.Eyes))
	says := func(pairs ...any) []verdict.Testimony {
		var list []verdict.Testimony
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, verdict.Testimony{Witness: pairs[i].(verdict.Witness), Answer: pairs[i+1].(verdict.Answer)})
		}
		return list
	}
	tests := map[string]struct {
		proof verdict.Proof
		says  []verdict.Testimony
		want  verdict.Verdict
		final bool
	}{
		"nobody has spoken":                      {shown, nil, verdict.Fail, false},
		"accepted alone is not shown":            {shown, says(verdict.Accepted, verdict.Saw), verdict.Fail, false},
		"seen in the tree":                       {shown, says(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Saw), verdict.Pass, true},
		"seen by the app though not in the tree": {shown, says(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Silent, verdict.Eyes, verdict.Saw), verdict.Pass, true},
		"tree silent, no agent":                  {shown, says(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Silent, verdict.Eyes, verdict.Mute), verdict.Fail, true},
		"no witness can speak":                   {shown, says(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Mute, verdict.Eyes, verdict.Mute), verdict.Inconclusive, true},
		"rejected decides at once":               {shown, says(verdict.Accepted, verdict.Denied), verdict.Fail, true},
		"a limit decides at once":                {shown, says(verdict.Accepted, verdict.Limited), verdict.Quota, true},
		"device lost outweighs silence":          {shown, says(verdict.Accepted, verdict.Saw, verdict.Tree, verdict.Broken, verdict.Eyes, verdict.Silent), verdict.Infra, true},
		"delivered and not shown":                {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Saw, verdict.Tree, verdict.Silent, verdict.Eyes, verdict.Silent), verdict.Pass, true},
		"one eye that can speak is enough":       {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Saw, verdict.Tree, verdict.Mute, verdict.Eyes, verdict.Silent), verdict.Pass, true},
		"nobody could have seen it":              {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Saw, verdict.Tree, verdict.Mute, verdict.Eyes, verdict.Mute), verdict.Inconclusive, true},
		"shown though it should not be":          {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Saw, verdict.Tree, verdict.Saw), verdict.Fail, true},
		"not yet closed":                         {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Saw, verdict.Tree, verdict.Silent), verdict.Fail, false},
		"no agent, others still wait":            {silent, says(verdict.Accepted, verdict.Saw, im, verdict.Mute), verdict.Fail, false},
		"an empty proof is no proof":             {verdict.Proof{}, nil, verdict.Infra, true},
		"an unknown operator is no proof":        {verdict.Proof{Op: "maybe"}, nil, verdict.Infra, true},
		"all of nothing is no proof":             {verdict.All(), nil, verdict.Infra, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := verdict.Judge(tt.proof, tt.says)
			if got.Verdict != tt.want || got.Final != tt.final {
				t.Errorf("Judge(%v) = %+v, want %s, final %v", tt.proof, got, tt.want, tt.final)
			}
			if got.Reason == "" {
				t.Error("a judgement without a reason")
			}
		})
	}
}

func TestProofNamesItsWitnesses(t *testing.T) {
	p := verdict.All(verdict.Sees(verdict.Accepted), verdict.Any(verdict.Tree, verdict.Eyes), verdict.None(verdict.Arrival(push.Default)))
	if got, want := p.String(), "all(accepted, any(ui-tree, own-eyes), none(arrival:DEFAULT))"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if diff := cmp.Diff([]verdict.Witness{verdict.Accepted, verdict.Tree, verdict.Eyes}, p.Wanted()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]verdict.Witness{verdict.Arrival(push.Default)}, p.Unwanted()); diff != "" {
		t.Error(diff)
	}
}

func TestExitCode(t *testing.T) {
	tests := map[string]struct {
		verdicts []verdict.Verdict
		allow    bool
		want     int
	}{
		"nothing selected":                {nil, false, 2},
		"all passed":                      {[]verdict.Verdict{verdict.Pass, verdict.Unsupported}, false, 0},
		"only unsupported":                {[]verdict.Verdict{verdict.Unsupported}, false, 0},
		"a fail outweighs trouble":        {[]verdict.Verdict{verdict.Infra, verdict.Fail}, false, 1},
		"trouble outweighs a pass":        {[]verdict.Verdict{verdict.Pass, verdict.Infra}, false, 3},
		"a quota is trouble":              {[]verdict.Verdict{verdict.Quota}, false, 3},
		"inconclusive is trouble":         {[]verdict.Verdict{verdict.Inconclusive}, false, 3},
		"inconclusive allowed":            {[]verdict.Verdict{verdict.Inconclusive}, true, 0},
		"infra is not allowed with it":    {[]verdict.Verdict{verdict.Inconclusive, verdict.Infra}, true, 3},
		"an allowed one hides no failure": {[]verdict.Verdict{verdict.Inconclusive, verdict.Fail}, true, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := verdict.ExitCode(tt.verdicts, tt.allow); got != tt.want {
				t.Errorf("ExitCode = %d, want %d", got, tt.want)
			}
		})
	}
}
