// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// codeless are the documented codes that no rule of the simulator gives, and
// why: a status fault gives them all the same.
var codeless = map[fixtures.API]map[string]string{
	fixtures.APISend:   {"81000001": "the service fails inside: only an image check can fail here, for want of random numbers"},
	fixtures.APIRevoke: {"80000001": "the service fails inside", "80200003": "it is of OAuth access tokens, which are no JWTs and get 80200001"},
	fixtures.APIImages: {},
}

// coded is a world whose project is altered, and the request that has its code
// as an answer.
type coded struct {
	alter func(*cloud.Options)
	ask   func(w *world) reply
}

// sent makes the request of push-type 6 with a body that is made for a token.
func sent(body func(w *world, token string) string) coded {
	return coded{ask: func(w *world) reply { return w.send(6, body(w, w.token(bundle, &device{id: "phone"}))) }}
}

func sentBy(alter func(*jwt.Token, jwt.MapClaims)) coded {
	return coded{ask: func(w *world) reply {
		return w.post(sendPath, bearer(w, alter), "6", []byte(background("x", "", w.token(bundle, &device{id: "phone"}))))
	}}
}

func revoked(path, pushType string, body func(w *world, token string) string) coded {
	return coded{withClients, func(w *world) reply {
		return w.post(path, w.bearer, pushType, []byte(body(w, w.token(bundle, &device{id: "phone"}))))
	}}
}

func checked(pushType, body string) coded {
	return coded{ask: func(w *world) reply { return w.post(verifyV2, w.bearer, pushType, []byte(body)) }}
}

func image(url string) coded { return checked("0", string(imageBody(url))) }

// codedRequests has a request for each code of each call.
func codedRequests() map[fixtures.API]map[string]coded {
	one := func(_ *world, token string) string { return background("x", "", token) }
	with := func(options string, tokens ...string) coded {
		return sent(func(_ *world, token string) string { return background("x", options, append(tokens, token)...) })
	}
	altered := func(alter func(*cloud.Project), c coded) coded {
		c.alter = func(o *cloud.Options) { alter(&o.Projects[0]) }
		return c
	}
	take := func(id string, tokens ...string) func(*world, string) string {
		return func(_ *world, token string) string { return revocation(id, append(tokens, token)...) }
	}
	second := func(w *world) string { return w.token(secondBundle, &device{id: "tablet"}) }
	return map[fixtures.API]map[string]coded{
		fixtures.APISend: {
			"80000000": sent(one),
			"80100000": with("", "none"),
			"80100001": sent(func(_ *world, token string) string {
				return `{"payload":{"extraData":"x"},"target":{"token":"` + token + `"}}`
			}),
			"80100003": sent(func(_ *world, token string) string {
				return strings.Replace(background("x", "", token), "extraData", "x", 1)
			}),
			"80100004": with(`"ttl":-1`),
			"80100022": altered(func(p *cloud.Project) { p.VerifyImages = true }, coded{ask: func(w *world) reply {
				return w.send(0, strings.Replace(alert("IM", "", w.token(bundle, &device{id: "phone"})), `"title"`, `"image":"https://example.com/a.png","title"`, 1))
			}}),
			"80200001": sentBy(func(_ *jwt.Token, c jwt.MapClaims) { c["iss"] = "1" }),
			"80200005": sentBy(func(_ *jwt.Token, c jwt.MapClaims) {
				c["iat"], c["exp"] = time.Now().Add(-2*time.Hour).Unix(), time.Now().Add(-time.Hour).Unix()
			}),
			"80300002": altered(func(p *cloud.Project) { p.Inactive = true }, coded{ask: func(w *world) reply { return w.send(6, background("x", "", "t")) }}),
			"80300007": sent(func(*world, string) string { return background("x", "", "none") }),
			"80300008": sent(func(_ *world, token string) string { return background(strings.Repeat("x", 4096), "", token) }),
			"80300010": sent(func(*world, string) string { return background("x", "") }),
			"80300029": {ask: func(w *world) (r reply) {
				token := w.token(bundle, &device{id: "phone", offline: true})
				for range fixtures.LimitOf("test.requests.day") + 1 {
					r = w.send(6, background("x", `"testMessage":true`, token))
				}
				return r
			}},
			"80300030": with(`"testMessage":true`, strings.Split(strings.Repeat("t", 10), "")...),
			"80300036": sentBy(func(_ *jwt.Token, c jwt.MapClaims) {
				c["iat"], c["exp"] = time.Now().Unix(), time.Now().Add(25*time.Hour).Unix()
			}),
			"80300037": altered(func(p *cloud.Project) { p.Penalised = true }, sent(one)),
		},
		fixtures.APIRevoke: {
			"80000000": revoked(revokePath, "0", take("7")),
			"80100003": revoked(revokePath, "6", take("7")),
			"80100020": revoked(revokePath, "0", take("7", "none")),
			"80300002": revoked("/v1/1/messages:revoke", "0", take("7")),
			"80300017": revoked(revokePath, "0", func(w *world, token string) string { return revocation("7", token, second(w)) }),
			"80300028": revoked(revokePath, "0", func(w *world, _ string) string { return revocation("7", second(w)) }),
			"80300032": revoked(revokePath, "0", func(_ *world, token string) string { return `{"token":["` + token + `"]}` }),
		},
		fixtures.APIImages: {
			"83010000": image("https://example.com/a.png"),
			"83010001": image("https://example.com/verify-failed.png"),
			"83010002": {ask: func(w *world) (r reply) {
				for range fixtures.LimitOf("image.checks.minute") + 1 {
					r = w.post(verifyV2, w.bearer, "0", imageBody("https://example.com/a.png"))
				}
				return r
			}},
			"83010003": checked("0", ""),
			"83010004": altered(func(p *cloud.Project) { p.NoImageCheck = true }, image("https://example.com/a.png")),
			"83010005": image("https://example.invalid/a.png"),
			"83010007": checked("6", string(imageBody("https://example.com/a.png"))),
			"80100003": image("http://example.com/a.png"),
		},
	}
}

// Each documented code of each call can be had: by a rule, or it is an
// exception that says why not.
func TestEveryCode(t *testing.T) {
	requests := codedRequests()
	for _, api := range []fixtures.API{fixtures.APISend, fixtures.APIRevoke, fixtures.APIImages} {
		documented := map[string]bool{}
		for _, row := range fixtures.CodesOf(api) {
			documented[row.Code] = true
			t.Run(string(api)+"/"+row.Code, func(t *testing.T) {
				c, ruled := requests[api][row.Code]
				why := codeless[api][row.Code]
				if ruled == (why != "") {
					t.Fatalf("it needs a request that gets it, or else a reason why none does: %q", why)
				}
				if !ruled {
					return
				}
				if r := c.ask(newWorld(t, c.alter)); r.Code != row.Code {
					t.Errorf("HTTP %d %.300s", r.Status, r.Body)
				}
			})
		}
		for _, code := range slices.Concat(slices.Collect(maps.Keys(requests[api])), slices.Collect(maps.Keys(codeless[api]))) {
			if !documented[code] {
				t.Errorf("%s is no code of %s", code, api)
			}
		}
	}
}

// A status fault gives every code of every call with its documented text.
func TestEveryCodeByFault(t *testing.T) {
	w := newWorld(t, withClients)
	for api, path := range map[fixtures.API]string{fixtures.APISend: sendPath, fixtures.APIRevoke: revokePath, fixtures.APIImages: verifyV1} {
		for _, row := range fixtures.CodesOf(api) {
			if _, err := w.Faults().Replace([]faults.Fault{{Kind: faults.Status, HTTPStatus: 500, Code: row.Code}}); err != nil {
				t.Fatal(err)
			}
			if r := w.post(path, w.bearer, "0", []byte("{}")); r.Status != 500 || r.Code != row.Code || r.Msg != row.Msg {
				t.Errorf("%s %s: HTTP %d %s", api, row.Code, r.Status, r.Body)
			}
		}
	}
}
