// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

func TestAuthorization(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	set := func(name string, value any) func(*jwt.Token, jwt.MapClaims) {
		return func(_ *jwt.Token, c jwt.MapClaims) { c[name] = value }
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	foreign := func(key *rsa.PrivateKey) string {
		f := readAccount(t, account())
		j := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{"iss": f.SubAccount, "aud": f.TokenURI, "iat": at(0), "exp": at(time.Hour)})
		j.Header["kid"] = f.KeyID
		signed, err := j.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + signed
	}
	for _, c := range []struct{ name, header, code string }{
		{"good", bearer(t, nil), "80000000"},
		{"life of exactly a day", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { c["iat"], c["exp"] = at(0), at(0)+86400 }), "80000000"},
		{"iat a minute ahead", bearer(t, set("iat", at(time.Minute))), "80000000"},
		{"missing", "", "80200001"},
		{"no scheme", strings.TrimPrefix(bearer(t, nil), "Bearer "), "80200001"},
		{"other scheme", strings.Replace(bearer(t, nil), "Bearer", "Basic", 1), "80200001"},
		{"OAuth access token", "Bearer DQECAAA8zRUpqAn2Tk0xvC1l+8/3pQ==", "80200001"},
		{"empty bearer", "Bearer ", "80200001"},
		{"three dots", "Bearer a.b.c", "80200001"},
		{"unknown kid", bearer(t, func(j *jwt.Token, _ jwt.MapClaims) { j.Header["kid"] = "0123" }), "80200001"},
		{"no kid", bearer(t, func(j *jwt.Token, _ jwt.MapClaims) { delete(j.Header, "kid") }), "80200001"},
		{"kid a number", bearer(t, func(j *jwt.Token, _ jwt.MapClaims) { j.Header["kid"] = 7 }), "80200001"},
		{"another's key", foreign(stranger), "80200001"},
		{"RS256", bearer(t, func(j *jwt.Token, _ jwt.MapClaims) {
			j.Method, j.Header["alg"] = jwt.SigningMethodRS256, "RS256"
		}), "80200001"},
		{"alg none", unsigned(t), "80200001"},
		{"tampered", tampered(t), "80200001"},
		{"other iss", bearer(t, set("iss", "1")), "80200001"},
		{"other aud", bearer(t, set("aud", "https://example.com")), "80200001"},
		{"two aud", bearer(t, set("aud", []string{readAccount(t, account()).TokenURI, "x"})), "80200001"},
		{"no iat", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { delete(c, "iat") }), "80200001"},
		{"no exp", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { delete(c, "exp") }), "80200001"},
		{"iat ten minutes ahead", bearer(t, set("iat", at(10*time.Minute))), "80200001"},
		{"expired", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { c["iat"], c["exp"] = at(-2*time.Hour), at(-time.Hour) }), "80200005"},
		{"life over a day", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { c["iat"], c["exp"] = at(0), at(0)+86401 }), "80300036"},
		{"expired life over a day", bearer(t, func(_ *jwt.Token, c jwt.MapClaims) { c["iat"], c["exp"] = at(-72*time.Hour), at(-time.Hour) }), "80200005"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{TB: t, Cloud: w.Cloud, client: w.client}
			r := w.post(sendPath, c.header, "6", []byte(background("x", "", token)))
			if r.Code != c.code {
				t.Errorf("code %s, want %s", r.Body, c.code)
			}
			a := w.settled(r.RequestID)
			if (a.Detail == "") != (c.code == "80000000") {
				t.Errorf("detail %q with code %s", a.Detail, r.Code)
			}
			if jwt := strings.TrimPrefix(c.header, "Bearer "); len(jwt) > 10 && strings.Contains(fmt.Sprint(a), jwt) {
				t.Error("the record holds the JWT")
			}
		})
	}
}

func unsigned(tb testing.TB) string {
	tb.Helper()
	f := readAccount(tb, account())
	j := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": f.SubAccount, "aud": f.TokenURI, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})
	j.Header["kid"] = f.KeyID
	s, err := j.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		tb.Fatal(err)
	}
	return "Bearer " + s
}

// tampered carries the claims of one JWT with the signature of another.
func tampered(tb testing.TB) string {
	tb.Helper()
	a := strings.Split(bearer(tb, nil), ".")
	b := strings.Split(bearer(tb, func(_ *jwt.Token, c jwt.MapClaims) { c["jti"] = "x" }), ".")
	return a[0] + "." + b[1] + "." + a[2]
}

// The key's project must be that of the URL, and the URL that of v3.
func TestProjectAndPath(t *testing.T) {
	other := "999"
	w := newWorld(t, func(o *cloud.Options) {
		o.Mode = cloud.StatusMapped
		o.Projects = append(o.Projects, cloud.Project{ID: other})
	})
	body := []byte(background("x", "", w.token(bundle, &device{id: "phone"})))
	for _, c := range []struct {
		path, code string
		status     int
	}{
		{sendPath, "80000000", 200},
		{"/v3/" + other + "/messages:send", "80200001", 401},
		{"/v3/1/messages:send", "80200001", 401},
		{"/v2/" + projectID + "/messages:send", "80200001", 401},
		{"/v1/" + projectID + "/messages:send", "80200001", 401},
		{"/v3/" + projectID + "/messages:revoke", "", 404},
		{"/v3/messages:send", "", 404},
		{"/", "", 404},
	} {
		if r := w.post(c.path, w.bearer, "6", body); r.Code != c.code || r.Status != c.status {
			t.Errorf("%s: %d %s, want %d with code %q", c.path, r.Status, r.Body, c.status, c.code)
		}
	}
	res, err := w.client.Get(w.URL() + sendPath)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("GET: HTTP %d, want 404", res.StatusCode)
	}
}

// A project without Push Kit may not send, and its apps get no token.
func TestInactiveProject(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Inactive = true })
	if r := w.send(6, background("x", "", "MA")); r.Code != "80300002" || r.Msg != "No permission to send message to these tmIDs." {
		t.Errorf("send: %s", r.Body)
	}
	_, err := w.IssueToken(w.context(), sim.App{Bundle: bundle}, &device{id: "phone"})
	if refusal, ok := err.(*sim.TokenError); !ok || refusal.Code != 1000900012 {
		t.Errorf("getToken: %v, want 1000900012", err)
	}
}

func TestServiceAccountFile(t *testing.T) {
	f := readAccount(t, account())
	if f.ProjectID != projectID || len(f.KeyID) != 32 || len(f.SubAccount) != 9 || f.TokenURI != "https://oauth-login.cloud.huawei.com/oauth2/v3/token" {
		t.Errorf("project_id %q, key_id %q, sub_account %q, token_uri %q", f.ProjectID, f.KeyID, f.SubAccount, f.TokenURI)
	}
	if !f.key(t).PublicKey.Equal(account().Key.Public) || f.KeyID != account().Key.ID || f.SubAccount != account().Key.SubAccount {
		t.Error("the file and the public half differ")
	}
	if bits := f.key(t).N.BitLen(); bits != 2048 {
		t.Errorf("%d bits", bits)
	}
}

// Whoever prints an account does not print its key.
func TestServiceAccountDoesNotPrintItsKey(t *testing.T) {
	var b strings.Builder
	a := account()
	fmt.Fprintf(&b, "%v %+v %#v %s %q %x", a, a, a, a, a, a)
	slog.New(slog.NewTextHandler(&b, nil)).Info("made", "account", a)
	if strings.Contains(b.String(), "PRIVATE") || strings.Contains(b.String(), "2d2d2d") || strings.Contains(b.String(), "45 45 45") {
		t.Errorf("prints its key: %s", b.String())
	}
}
