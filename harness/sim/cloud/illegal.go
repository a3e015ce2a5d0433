// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
)

// illegal are the tokens that a request may not be sent to, by reason.
type illegal struct {
	reasons map[string][]string
	count   int
}

// sortTokens splits a request's tokens. One that is there twice counts once
// (claim cloud.duplicate-tokens); one that this cloud never issued is taken for
// malformed, since real tokens are encrypted (claim cloud.unknown-token). An
// ended token is good: its end shows in the receipt (claim cloud.ended-token).
// otherKind means that an image was verified for another push-type.
func (c *Cloud) sortTokens(p *project, q *request, otherKind bool) (good []*registration, bad illegal) {
	bad.reasons = map[string][]string{}
	seen := make(map[string]bool, len(q.tokens))
	for _, t := range q.tokens {
		if seen[t] {
			continue
		}
		seen[t] = true
		reg := c.tokens.known[t]
		reason := reg.illegal(p)
		if reason == "" {
			reason = reg.app.refuses(q)
		}
		if reason == "" && otherKind {
			reason = reasonImage
		}
		if reason == "" {
			good = append(good, reg)
			continue
		}
		bad.add(reason, t)
	}
	return good, bad
}

func (b *illegal) add(reason, token string) {
	b.reasons[reason] = append(b.reasons[reason], token)
	b.count++
}

// illegal says why a token may not be used by a project, "" if it may.
func (r *registration) illegal(p *project) string {
	switch {
	case r == nil:
		return reasonFormat
	case r.project != p:
		return reasonProject
	}
	return r.refused
}

// refuses says why the tokens of the app are illegal for a request, "" if they
// are not (claims cloud.penalty, cloud.atomic).
func (a app) refuses(q *request) string {
	switch {
	case a.rights["penalty:disabled"]:
		return reasonPenalty
	case a.rights["app:atomic"] && q.kind != push.KindForm:
		return reasonAtomic
	case q.kind == push.KindAlert && q.notice.category == playVoice:
		return reasonPlayVoice
	case q.notice.right != "" && !a.rights[q.notice.right]:
		return q.notice.reason
	}
	return ""
}

// partial is the answer when other tokens were good.
func (b illegal) partial(success int, padded bool) Answer {
	text := func(illegalTokens map[string][]string) string {
		return string(marshal(struct {
			IllegalTokens map[string][]string `json:"illegalTokens"`
			Success       int                 `json:"success"`
			Failure       int                 `json:"failure"`
		}{illegalTokens, success, b.count}))
	}
	return Answer{Code: codePartial, Msg: text(b.keyed(padded)), recorded: text(b.fingerprints())}
}

// total is the fault when no token was good.
func (b illegal) total(padded bool) *fault {
	text := func(illegalTokens map[string][]string) string {
		return string(marshal(struct {
			Failure       int                 `json:"failure"`
			IllegalTokens map[string][]string `json:"illegalTokens"`
		}{b.count, illegalTokens}))
	}
	return &fault{code: codeTokens, msg: text(b.keyed(padded)), recorded: text(b.fingerprints()), detail: "no token is good: " + strings.Join(b.names(), ", ")}
}

func (b illegal) names() []string {
	names := make([]string, 0, len(b.reasons))
	for reason := range b.reasons {
		names = append(names, reason)
	}
	slices.Sort(names)
	return names
}

func (b illegal) keyed(padded bool) map[string][]string {
	if !padded {
		return b.reasons
	}
	out := make(map[string][]string, len(b.reasons))
	for reason, tokens := range b.reasons {
		out[" "+reason+" "] = tokens
	}
	return out
}

func (b illegal) fingerprints() map[string][]string {
	out := make(map[string][]string, len(b.reasons))
	for reason, tokens := range b.reasons {
		for _, t := range tokens {
			out[reason] = append(out[reason], push.NewToken(t).Fingerprint())
		}
	}
	return out
}

// recorded is what the activity record says of the refused tokens.
func (b illegal) recorded() []Rejection {
	var out []Rejection
	fingerprints := b.fingerprints()
	for _, reason := range b.names() {
		for _, t := range fingerprints[reason] {
			out = append(out, Rejection{Token: t, Reason: reason})
		}
	}
	return out
}
