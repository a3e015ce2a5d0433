// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
)

// tokensIllegal is the code for a message of which all tokens are illegal.
const tokensIllegal = "80300007"

// judgeCases sends message cases and wants each one's code.
func (c *caller) judgeCases(ctx context.Context, names []string) (finding, error) {
	var evidence []string
	for _, name := range names {
		saw, f, err := c.judgeCase(ctx, caseOf(name))
		if err != nil {
			return finding{}, err
		}
		evidence = append(evidence, saw)
		if f.outcome != "" {
			f.evidence = append(f.evidence, evidence...)
			return f, nil
		}
	}
	return held(evidence...), nil
}

// judgeCase sends one case. The finding is empty where its code came.
func (c *caller) judgeCase(ctx context.Context, m fixtures.MessageCase) (string, finding, error) {
	want := m.Code
	if m.Valid {
		want = tokensIllegal
		if f := c.soundness(); f.outcome != "" {
			return m.Name + ": not sent", f, nil
		}
	} else if f := c.faultiness(m.Code); f.outcome != "" {
		return m.Name + ": not sent", f, nil
	}
	a, err := c.sendCase(ctx, m)
	if err != nil {
		return "", finding{}, err
	}
	saw := fmt.Sprintf("%s: %s", m.Name, a)
	return saw, verdictOf(a, want), nil
}

// verdictOf holds an answer against a code; the finding is empty where that
// came.
func verdictOf(a answer, want string) finding {
	row, known := fixtures.CodeOf(a.code)
	switch {
	case a.code == want:
		return finding{}
	case a.code == "" && a.status != 200, !known:
		return troubled("%v, which tells nothing (expected %s)", a, want)
	case row.Class != fixtures.ClassMessage && row.Class != fixtures.ClassTokens && row.Class != fixtures.ClassPartial && row.Class != fixtures.ClassOK:
		return lacking("%v: %s (expected %s)", a, row.Meaning, want)
	}
	return broken(fmt.Sprintf("%s, not %s: %s", a.code, want, row.Meaning))
}

// soundness says why a message that should be accepted cannot be tried, if it
// cannot.
func (c *caller) soundness() finding {
	if !c.soundSeen || !c.messageFirst {
		return lacking("this cloud does not judge a message before its tokens, so that one which should be accepted cannot be tried without one that could be delivered")
	}
	return finding{}
}

// faultiness says why a faulty message cannot be tried, if it cannot. What is
// wrong with the tokens themselves shows whatever comes first.
func (c *caller) faultiness(code string) finding {
	if c.messageFirst || c.faultyToken != "" || code == tokensIllegal {
		return finding{}
	}
	return lacking("this cloud judges tokens before the message: give a Push Token of yours by --token-file, to which messages that must be refused are then sent")
}

// sendCase sends a case to tokens that were never issued, or, if that is all
// that this cloud looks at, a faulty one to the user's own token.
func (c *caller) sendCase(ctx context.Context, m fixtures.MessageCase) (answer, error) {
	tokens := madeUp(m.Tokens)
	if !m.Valid && c.faultyToken != "" {
		for i := range tokens {
			tokens[i] = c.faultyToken
		}
	}
	return c.send(ctx, m.PushType, "", m.Fill(tokens...))
}
