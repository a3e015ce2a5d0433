// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"strings"
)

// cloudCheck is a probe of a Push Cloud that takes more than message cases.
type cloudCheck struct {
	does string
	run  func(ctx context.Context, c *caller) (finding, error)
}

// cloudChecks are the named probes "by cloud". The rows of fixtures/claims name
// them; a test holds both together.
var cloudChecks = map[string]cloudCheck{
	"http-status":     {"provokes six codes, and compares them with the HTTP statuses", checkHTTPStatus},
	"body-code":       {"provokes three refusals, and wants a code in the body of each", checkBodyCode},
	"request-id":      {"sends two messages to made-up tokens, and compares their request ids with the time", checkRequestID},
	"unknown-fields":  {"adds unknown keys, nulls and a key twice to messages to made-up tokens", checkUnknownFields},
	"json-types":      {"sends values of other JSON types, and a title that is no UTF-8, to made-up tokens", checkJSONTypes},
	"size":            {"sends bodies of 4096 and 4097 bytes, with 1 and 10 made-up tokens, compact and with white space", checkSize},
	"characters":      {"sends lines of 1024 Chinese and 1025 ASCII characters to made-up tokens", checkCharacters},
	"empty-text":      {"sends an empty title, body, category and extraData to a made-up token", checkEmptyText},
	"old-categories":  {"sends a message of each old category to a made-up token", checkOldCategories},
	"background-mode": {"sends backgroundMode 1 with two push-types to a made-up token", checkBackgroundMode},
	"ttl-zero":        {"sends a ttl of 0 to a made-up token", checkTTLZero},
	"test-count":      {"sends test messages to 1001 made-up tokens and to none", checkTestCount},
	"unknown-token":   {"sends a message to the Push Token of --token-file with one character changed", checkUnknownToken},
	"check-order":     {"sends requests with two faults each", checkOrder},
	"jwt-skew":        {"signs JWTs whose iat lies 1, 4, 6 and 10 minutes ahead", checkJWTSkew},
	"jwt-alg":         {"signs a JWT by RS256", checkJWTAlg},
	"jwt-aud":         {"signs JWTs with another aud, two of them, and without iat or exp", checkJWTAud},
	"legacy-url":      {"posts a message for a made-up token to the URLs of v1 and v2, and to one that does not exist", checkLegacyURL},
	"client-id":       {"revokes a made-up token's notification with the project id for a client id", checkClientID},
	"revoke-fields":   {"revokes with each fault in the body, for made-up tokens (needs --client-id)", checkRevokeFields},
}

// written is a request that a check writes itself. TOKENS in its body stands for
// as many made-up tokens as it says.
type written struct {
	name     string
	pushType int
	body     string
	tokens   int
	// want is the code to expect, "" for a message that should be accepted.
	want string
}

// judgeWritten sends requests and wants each one's code.
func (c *caller) judgeWritten(ctx context.Context, requests ...written) (finding, error) {
	var evidence []string
	for _, r := range requests {
		want, f := r.want, finding{}
		if want == "" {
			want, f = tokensIllegal, c.soundness()
		} else {
			f = c.faultiness(want)
		}
		if f.outcome != "" {
			return f, nil
		}
		a, err := c.send(ctx, r.pushType, "", c.fill(r))
		if err != nil {
			return finding{}, err
		}
		evidence = append(evidence, fmt.Sprintf("%s: %s", r.name, a))
		if f := verdictOf(a, want); f.outcome != "" {
			f.reason = r.name + ": " + f.reason
			f.evidence = evidence
			return f, nil
		}
	}
	return held(evidence...), nil
}

// fill puts tokens into a body.
func (c *caller) fill(r written) []byte {
	tokens := madeUp(r.tokens)
	if r.want != "" && c.faultyToken != "" {
		for i := range tokens {
			tokens[i] = c.faultyToken
		}
	}
	list := ""
	if len(tokens) > 0 {
		list = `"` + strings.Join(tokens, `","`) + `"`
	}
	return []byte(strings.ReplaceAll(r.body, "TOKENS", list))
}

// alert is a sound message of push-type 0 for TOKENS: notification and options
// are put into these objects, with a comma in front where they are not empty.
func alert(notification, options string) string {
	return alertTitled("t", notification, options)
}

func alertTitled(title, notification, options string) string {
	return `{"payload":{"notification":{"category":"MARKETING","title":"` + title + `","body":"b","clickAction":{"actionType":0}` + notification +
		`}},"target":{"token":[TOKENS]},"pushOptions":{"testMessage":true` + options + `}}`
}
