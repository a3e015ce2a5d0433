// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// The codes that these checks expect.
const (
	codeRequest  = "80100001"
	codePayload  = "80100003"
	codeTTL      = "80100004"
	codeAuth     = "80200001"
	codeInactive = "80300002"
	codeSize     = "80300008"
	codeCount    = "80300010"
	codeTestMany = "80300030"
	codeRevoke   = "80300032"
)

func checkUnknownFields(ctx context.Context, c *caller) (finding, error) {
	base := alert("", "")
	return c.judgeWritten(ctx,
		written{"an unknown key at the top", 0, strings.Replace(base, `{"payload"`, `{"slotType":1,"payload"`, 1), 1, ""},
		written{"an unknown key in notification", 0, alert(`,"slotType":1`, ""), 1, ""},
		written{"an unknown key in pushOptions", 0, alert("", `,"slotType":1`), 1, ""},
		written{"null for image", 0, alert(`,"image":null`, ""), 1, ""},
		written{"the last of two titles is sound", 0, strings.Replace(base, `"title":"t"`, `"title":7,"title":"t"`, 1), 1, ""},
		written{"the last of two titles is faulty", 0, strings.Replace(base, `"title":"t"`, `"title":"t","title":7`, 1), 1, codePayload},
	)
}

func checkJSONTypes(ctx context.Context, c *caller) (finding, error) {
	return c.judgeWritten(ctx,
		written{"notifyId is a string", 0, alert(`,"notifyId":"7"`, ""), 1, codePayload},
		written{"notifyId is 7.0", 0, alert(`,"notifyId":7.0`, ""), 1, codePayload},
		written{`foregroundShow is "false"`, 0, alert(`,"foregroundShow":"false"`, ""), 1, codePayload},
		written{"biTag is a number", 0, alert("", `,"biTag":7`), 1, codeRequest},
		written{"ttl is 60.0", 0, alert("", `,"ttl":60.0`), 1, codeRequest},
		written{"token is a string", 0, strings.Replace(alert("", ""), "[TOKENS]", "TOKENS", 1), 1, codeRequest},
		written{"the title has the byte FF", 0, alertTitled("t\xff", "", ""), 1, codeRequest},
	)
}

// checkSize checks claims cloud.size and pushcloud.size.
func checkSize(ctx context.Context, c *caller) (finding, error) {
	var requests []written
	for _, tokens := range []int{1, 10} {
		for _, spaced := range []bool{false, true} {
			for _, size := range []int{4096, 4097} {
				body, want := padded(size, spaced), ""
				if size > 4096 {
					want = codeSize
				}
				form := "compact"
				if spaced {
					form = "with white space"
				}
				requests = append(requests, written{fmt.Sprintf("%d bytes, %s, tokens: %d", size, form, tokens), 0, body, tokens, want})
			}
		}
	}
	return c.judgeWritten(ctx, requests...)
}

// padded is an alert of so many bytes, tokens not counted, quotes and commas of
// the tokens neither.
func padded(size int, spaced bool) string {
	body := alertTitled("PAD", "", "")
	if spaced {
		body = strings.ReplaceAll(body, `":`, "\" :\n ")
	}
	return strings.Replace(body, "PAD", strings.Repeat("x", size-len(body)+len("PAD")+len("TOKENS")), 1)
}

func checkCharacters(ctx context.Context, c *caller) (finding, error) {
	line := func(text string) string {
		return alert(`,"style":3,"inboxContent":["`+text+`"]`, "")
	}
	return c.judgeWritten(ctx,
		written{"a line of 1024 Chinese characters", 0, line(strings.Repeat("中", 1024)), 1, ""},
		written{"a line of 1025 ASCII characters", 0, line(strings.Repeat("x", 1025)), 1, codePayload},
		written{"an appMessageId of 65 characters", 0, alert(`,"appMessageId":"`+strings.Repeat("x", 65)+`"`, ""), 1, codePayload},
	)
}

func checkEmptyText(ctx context.Context, c *caller) (finding, error) {
	return c.judgeWritten(ctx,
		written{"an empty title", 0, alertTitled("", "", ""), 1, codePayload},
		written{"an empty body", 0, strings.Replace(alert("", ""), `"body":"b"`, `"body":""`, 1), 1, codePayload},
		written{"an empty category", 0, strings.Replace(alert("", ""), "MARKETING", "", 1), 1, codePayload},
		written{"an empty extraData", 6, `{"payload":{"extraData":""},"target":{"token":[TOKENS]},"pushOptions":{"testMessage":true}}`, 1, ""},
	)
}

func checkOldCategories(ctx context.Context, c *caller) (finding, error) {
	var requests []written
	for _, category := range []string{"SYSTEM_REMINDER", "CUSTOMER_SERVICE", "NEWS", "CONTENT_RECOMMENDATION", "SOCIAL_DYNAMICS", "PROMO"} {
		requests = append(requests, written{category, 0, strings.Replace(alert("", ""), "MARKETING", category, 1), 1, ""})
	}
	return c.judgeWritten(ctx, requests...)
}

func checkBackgroundMode(ctx context.Context, c *caller) (finding, error) {
	const background = `{"payload":{"extraData":"x"},"target":{"token":[TOKENS]},"pushOptions":{"testMessage":true,"backgroundMode":1}}`
	return c.judgeWritten(ctx,
		written{"with push-type 6", 6, background, 1, ""},
		written{"with push-type 0", 0, alert("", `,"backgroundMode":1`), 1, codeRequest},
	)
}

func checkTTLZero(ctx context.Context, c *caller) (finding, error) {
	return c.judgeWritten(ctx, written{"ttl 0", 0, alert("", `,"ttl":0`), 1, ""})
}

func checkTestCount(ctx context.Context, c *caller) (finding, error) {
	return c.judgeWritten(ctx,
		written{"a test message with 1001 tokens", 0, alert("", ""), 1001, codeTestMany},
		written{"a test message without tokens", 0, alert("", ""), 0, codeCount},
	)
}

// checkOrder checks claim cloud.check-order by faults that come in pairs: the
// code is that of the first in the order.
func checkOrder(ctx context.Context, c *caller) (finding, error) {
	const notJSON = `{"payload":`
	faulty := strings.Replace(alert("", ""), `"title":"t",`, "", 1) // no title
	long := strings.Replace(faulty, `"body":"b"`, `"body":"`+strings.Repeat("x", 5000)+`"`, 1)
	return c.judgeWritten(ctx,
		written{"push-type before JSON", 3, notJSON, 0, codePayload},
		written{"JSON before size", 0, notJSON + strings.Repeat(" ", 5000), 0, codeRequest},
		written{"size before payload", 0, long, 1, codeSize},
		written{"payload before pushOptions", 0, strings.Replace(faulty, `"testMessage":true`, `"testMessage":true,"ttl":-1`, 1), 1, codePayload},
		written{"payload before token count", 0, faulty, 11, codePayload},
		written{"pushOptions before token count", 0, alert("", `,"ttl":-1`), 0, codeTTL},
		written{"token count before tokens", 0, alert("", ""), 11, codeTestMany},
	)
}

// checkUnknownToken checks claim cloud.unknown-token with a token that looks
// like one. That of another person is not met by chance: tokens have more than
// a hundred characters.
func checkUnknownToken(ctx context.Context, c *caller) (finding, error) {
	token := []byte(c.token.Reveal())
	if len(token) < 32 {
		return lacking("it takes a Push Token to alter: give one by --token-file"), nil
	}
	middle := len(token) / 2
	if token[middle] == 'A' {
		token[middle] = 'B'
	} else {
		token[middle] = 'A'
	}
	quoted, err := json.Marshal(string(token))
	if err != nil {
		return finding{}, err
	}
	a, err := c.send(ctx, 0, "", []byte(strings.Replace(alert("", ""), "TOKENS", string(quoted), 1)))
	if err != nil {
		return finding{}, err
	}
	if f := verdictOf(a, tokensIllegal); f.outcome != "" {
		return f, nil
	}
	if !strings.Contains(a.msg, "tokenFormatError") {
		return broken("the token is illegal for another reason than tokenFormatError"), nil
	}
	return held(a.String() + ", tokenFormatError"), nil
}
