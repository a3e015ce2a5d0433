// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// provoke makes a request for each of six codes, none of which can be delivered.
func (c *caller) provoke(ctx context.Context) (map[string]answer, []string, error) {
	project := c.account.ProjectID
	sound := c.fill(written{body: alert("", ""), tokens: 1})
	seen := map[string]answer{}
	var saw []string
	for _, r := range []struct {
		name string
		request
	}{
		{"no Authorization", request{path: []string{"v3", project, "messages:send"}, auth: noAuth, body: sound}},
		{"another project", request{path: []string{"v3", "1" + project, "messages:send"}, body: sound}},
		{"4097 bytes", request{path: []string{"v3", project, "messages:send"}, body: c.fill(written{body: padded(4097, false), tokens: 1})}},
		{"no tokens", request{path: []string{"v3", project, "messages:send"}, body: c.fill(written{body: alert("", "")})}},
		{"a malformed token", request{path: []string{"v3", project, "messages:send"}, body: sound}},
		{"a faulty payload", request{path: []string{"v3", project, "messages:send"}, body: c.fill(written{body: alert(`,"notifyId":"7"`, ""), tokens: 1})}},
	} {
		a, err := c.post(ctx, r.request)
		if err != nil {
			return nil, nil, err
		}
		seen[r.name] = a
		saw = append(saw, fmt.Sprintf("%s: %s", r.name, a))
	}
	return seen, saw, nil
}

// checkHTTPStatus checks claim cloud.http-status: all 200, or 400 and 401 by the
// code.
func checkHTTPStatus(ctx context.Context, c *caller) (finding, error) {
	seen, saw, err := c.provoke(ctx)
	if err != nil {
		return finding{}, err
	}
	all200, mapped := true, true
	for name, a := range seen {
		if a.code == "" {
			f := troubled("%s: %v", name, a)
			f.evidence = saw
			return f, nil
		}
		want := 400
		if strings.HasPrefix(a.code, "802") {
			want = 401
		}
		all200, mapped = all200 && a.status == 200, mapped && a.status == want
	}
	if !all200 && !mapped {
		return broken("the statuses are neither all 200 nor 400 and 401 by the code", saw...), nil
	}
	return held(saw...), nil
}

// checkBodyCode checks claim pushcloud.status.
func checkBodyCode(ctx context.Context, c *caller) (finding, error) {
	seen, saw, err := c.provoke(ctx)
	if err != nil {
		return finding{}, err
	}
	for _, want := range []struct{ name, code string }{
		{"another project", codeAuth}, {"a malformed token", tokensIllegal}, {"no tokens", codeCount},
	} {
		a := seen[want.name]
		if a.code == "" && a.status/100 == 5 {
			return troubled("%s: %v", want.name, a), nil
		}
		if a.code == "" {
			return broken(want.name+": the body has no code", saw...), nil
		}
		if f := verdictOf(a, want.code); want.code != codeAuth && f.outcome != "" {
			f.evidence = saw
			return f, nil
		}
	}
	return held(saw...), nil
}

var requestID = regexp.MustCompile(`^\d{24}$`)

// idAge is how far the time in a request id may be from this machine's.
const idAge = 10 * time.Minute

// checkRequestID checks claim cloud.request-id.
func checkRequestID(ctx context.Context, c *caller) (finding, error) {
	var ids []string
	for range 2 {
		a, err := c.send(ctx, 0, "", c.fill(written{body: alert("", ""), tokens: 1}))
		if err != nil {
			return finding{}, err
		}
		if a.requestID == "" {
			return lacking("an answer to a message that was refused has no requestId"), nil
		}
		if !requestID.MatchString(a.requestID) {
			return broken(fmt.Sprintf("a requestId of %d characters is not 24 digits", len(a.requestID))), nil
		}
		ms, err := strconv.ParseInt(a.requestID[:13], 10, 64)
		if err != nil {
			return finding{}, err
		}
		if off := time.Since(time.UnixMilli(ms)).Abs(); off > idAge {
			return broken(fmt.Sprintf("its first 13 digits are %v away from the time", off.Round(time.Second))), nil
		}
		ids = append(ids, a.requestID)
	}
	if ids[0] == ids[1] {
		return broken("two requests have the same requestId"), nil
	}
	return held("24 digits each, the first 13 the time in milliseconds, the two differ"), nil
}

// judgeAuth sends a sound message with each Authorization and wants it taken or
// refused. Which code follows when it is taken is not what is asked here.
func (c *caller) judgeAuth(ctx context.Context, tries []jwtTry) (finding, error) {
	var saw []string
	for _, try := range tries {
		auth, err := c.sign(try.method, try.alter)
		if err != nil {
			return finding{}, err
		}
		a, err := c.send(ctx, 0, auth, c.fill(written{body: alert("", ""), tokens: 1}))
		if err != nil {
			return finding{}, err
		}
		saw = append(saw, fmt.Sprintf("%s: %s", try.name, a))
		switch {
		case a.code == "":
			f := troubled("%s: %v", try.name, a)
			f.evidence = saw
			return f, nil
		case try.taken && strings.HasPrefix(a.code, "802"):
			return broken(try.name+" is refused", saw...), nil
		case !try.taken && a.code != codeAuth:
			return broken(fmt.Sprintf("%s is not refused with %s", try.name, codeAuth), saw...), nil
		}
	}
	return held(saw...), nil
}

// jwtTry is a JWT and whether it should be taken.
type jwtTry struct {
	name   string
	method jwt.SigningMethod
	alter  func(jwt.MapClaims)
	taken  bool
}

func checkJWTSkew(ctx context.Context, c *caller) (finding, error) {
	var tries []jwtTry
	for _, minutes := range []int{1, 4, 6, 10} {
		ahead := time.Now().Add(time.Duration(minutes) * time.Minute)
		tries = append(tries, jwtTry{fmt.Sprintf("iat %d minutes ahead", minutes), jwt.SigningMethodPS256, func(claims jwt.MapClaims) {
			claims["iat"], claims["exp"] = ahead.Unix(), ahead.Add(30*time.Minute).Unix()
		}, minutes < 5})
	}
	return c.judgeAuth(ctx, tries)
}

func checkJWTAlg(ctx context.Context, c *caller) (finding, error) {
	return c.judgeAuth(ctx, []jwtTry{
		{"PS256", jwt.SigningMethodPS256, nil, true},
		{"RS256", jwt.SigningMethodRS256, nil, false},
	})
}

func checkJWTAud(ctx context.Context, c *caller) (finding, error) {
	set := func(name string, value any) func(jwt.MapClaims) {
		return func(claims jwt.MapClaims) {
			if value == nil {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		}
	}
	return c.judgeAuth(ctx, []jwtTry{
		{"another aud", jwt.SigningMethodPS256, set("aud", "https://example.com/"), false},
		{"two values of aud", jwt.SigningMethodPS256, set("aud", []string{jwtAudience, "https://example.com/"}), false},
		{"no iat", jwt.SigningMethodPS256, set("iat", nil), false},
		{"no exp", jwt.SigningMethodPS256, set("exp", nil), false},
	})
}

func checkLegacyURL(ctx context.Context, c *caller) (finding, error) {
	body := c.fill(written{body: alert("", ""), tokens: 1})
	var saw []string
	for _, version := range []string{"v1", "v2"} {
		a, err := c.post(ctx, request{path: []string{version, c.account.ProjectID, "messages:send"}, body: body})
		if err != nil {
			return finding{}, err
		}
		saw = append(saw, fmt.Sprintf("%s: %s", version, a))
		if a.code != codeAuth {
			return broken(fmt.Sprintf("%s does not answer %s", version, codeAuth), saw...), nil
		}
	}
	a, err := c.post(ctx, request{path: []string{"v3", c.account.ProjectID, "messages:none"}, body: body})
	if err != nil {
		return finding{}, err
	}
	saw = append(saw, fmt.Sprintf("a path that does not exist: %s", a))
	if a.status != 404 {
		return broken(fmt.Sprintf("a path that does not exist answers HTTP %d", a.status), saw...), nil
	}
	return held(saw...), nil
}

// revoke posts a body to messages:revoke of a client id.
func (c *caller) revoke(ctx context.Context, client, body string, tokens int) (answer, error) {
	return c.post(ctx, request{path: []string{"v1", client, "messages:revoke"}, body: c.fill(written{body: body, tokens: tokens})})
}

func checkClientID(ctx context.Context, c *caller) (finding, error) {
	a, err := c.revoke(ctx, c.account.ProjectID, `{"notifyId":7,"token":[TOKENS]}`, 1)
	if err != nil {
		return finding{}, err
	}
	if f := verdictOf(a, codeInactive); f.outcome != "" {
		return f, nil
	}
	return held("the project id for a client id: " + a.String()), nil
}

func checkRevokeFields(ctx context.Context, c *caller) (finding, error) {
	if c.clientID == "" {
		return lacking("revocations go by the app's client id: give it by --client-id"), nil
	}
	var saw []string
	for _, r := range []written{
		{"notifyId without token", 0, `{"notifyId":7}`, 0, codeRevoke},
		{"token without notifyId", 0, `{"token":[TOKENS]}`, 1, codeRevoke},
		{"neither", 0, `{}`, 0, codeRequest},
		{"notifyId is a string", 0, `{"notifyId":"7","token":[TOKENS]}`, 1, codeRequest},
		{"notifyId below 0", 0, `{"notifyId":-1,"token":[TOKENS]}`, 1, codeRequest},
		{"an empty token list", 0, `{"notifyId":7,"token":[]}`, 0, codeCount},
		{"1001 tokens", 0, `{"notifyId":7,"token":[TOKENS]}`, 1001, codeCount},
	} {
		a, err := c.revoke(ctx, c.clientID, r.body, r.tokens)
		if err != nil {
			return finding{}, err
		}
		saw = append(saw, fmt.Sprintf("%s: %s", r.name, a))
		if f := verdictOf(a, r.want); f.outcome != "" {
			f.reason, f.evidence = r.name+": "+f.reason, saw
			return f, nil
		}
	}
	return held(saw...), nil
}
