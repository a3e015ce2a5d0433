// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"crypto/rsa"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

const expired = `{"code":"80200005","msg":"Jwt token expired.","requestId":"1"}`

// hand is a clock that is set by hand.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) read() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func TestJWT(t *testing.T) {
	clock := &hand{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	s := serve(t, answers(200, success))
	c := s.client(t, func(o *pushcloud.Options) { o.Now = clock.read })
	if _, err := c.Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	bearer, ok := strings.CutPrefix(s.seen()[0].authorization, "Bearer ")
	if !ok {
		t.Fatal("the header does not begin with Bearer")
	}
	var claims jwt.MapClaims
	parsed, err := jwt.NewParser(jwt.WithValidMethods([]string{"PS256"}), jwt.WithTimeFunc(clock.read)).
		ParseWithClaims(bearer, &claims, func(*jwt.Token) (any, error) { return &testKey().PublicKey, nil })
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header["kid"] != testAccount(t).KeyID || parsed.Header["typ"] != "JWT" {
		t.Errorf("header %v", parsed.Header)
	}
	at := float64(clock.read().Unix())
	want := map[string]any{"iss": "123456789", "aud": "https://oauth-login.cloud.huawei.com/oauth2/v3/token", "iat": at, "exp": at + 3600}
	if len(claims) != len(want) {
		t.Errorf("claims %v", claims)
	}
	for name, value := range want {
		if claims[name] != value {
			t.Errorf("%s is %v, want %v", name, claims[name], value)
		}
	}
	// RFC 7518: the salt is as long as the hash.
	signed, signature := bearer[:strings.LastIndex(bearer, ".")], parsed.Signature
	strict := &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: jwt.SigningMethodPS256.SigningMethodRSA,
		Options:          &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash},
	}
	if err := strict.Verify(signed, signature, &testKey().PublicKey); err != nil {
		t.Errorf("salt: %v", err)
	}
}

func TestJWTIsCachedAndRenewedBeforeExpiry(t *testing.T) {
	clock := &hand{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	s := serve(t, answers(200, success))
	c := s.client(t, func(o *pushcloud.Options) { o.Now = clock.read })
	for _, step := range []time.Duration{0, 54 * time.Minute, 2 * time.Minute, time.Minute} {
		clock.move(step)
		if _, err := c.Send(t.Context(), request()); err != nil {
			t.Fatal(err)
		}
	}
	calls := s.seen()
	if calls[0].authorization != calls[1].authorization {
		t.Error("after 54 minutes: the JWT was renewed too early")
	}
	if calls[1].authorization == calls[2].authorization {
		t.Error("after 56 minutes: the JWT was not renewed")
	}
	if calls[2].authorization != calls[3].authorization {
		t.Error("a minute later: the new JWT was not kept")
	}
}

func TestJWTIsSignedOnceForAll(t *testing.T) {
	s := serve(t, answers(200, success))
	c := s.client(t)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := c.Send(t.Context(), request()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, one := range s.seen() {
		seen[one.authorization] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d JWTs were used", len(seen))
	}
}

// Clients of one account have one JWT, and renew it for each other.
func TestClientsShareTheJWT(t *testing.T) {
	s := serve(t, answers(200, success))
	account := testAccount(t)
	shared := func(change ...func(*pushcloud.Options)) *pushcloud.Client {
		return s.client(t, append([]func(*pushcloud.Options){func(o *pushcloud.Options) { o.Account = account }}, change...)...)
	}
	send := func(c *pushcloud.Client) string {
		if _, err := c.Send(t.Context(), request()); err != nil {
			t.Error(err)
		}
		calls := s.seen()
		return calls[len(calls)-1].authorization
	}
	var all sync.WaitGroup
	for range 8 {
		c := shared()
		all.Go(func() { send(c) })
	}
	all.Wait()
	first := s.seen()[0].authorization
	for _, one := range s.seen() {
		if one.authorization != first {
			t.Fatal("two clients of one account signed a JWT each")
		}
	}
	other := *account
	other.KeyID = "another-key-of-the-account"
	if send(shared(func(o *pushcloud.Options) { o.Account = &other })) == first {
		t.Error("the JWT of another key id was used")
	}
	// A client whose clock is behind cannot use what will be valid only later,
	// nor one whose clock is ahead what has expired by then.
	behind := send(shared(func(o *pushcloud.Options) { o.Now = func() time.Time { return time.Now().Add(-time.Hour) } }))
	if behind == first {
		t.Error("a JWT from the future was used")
	}
	ahead := send(shared(func(o *pushcloud.Options) { o.Now = func() time.Time { return time.Now().Add(time.Hour) } }))
	if ahead == behind || ahead == first {
		t.Error("a JWT that is over was used")
	}
	// What one was told is over, no other uses.
	s2 := serve(t, answers(401, expired), answers(200, success))
	o := func(o *pushcloud.Options) { o.Account, o.BaseURL, o.RootCAs = account, s2.URL, s2.roots() }
	for range 2 {
		if _, err := s2.client(t, o).Send(t.Context(), request()); err != nil {
			t.Error(err)
		}
	}
	if calls := s2.seen(); len(calls) != 3 || calls[0].authorization == calls[1].authorization || calls[1].authorization != calls[2].authorization {
		t.Errorf("%d calls", len(calls))
	}
}

func TestExpiredJWTIsRenewedOnce(t *testing.T) {
	t.Run("helps", func(t *testing.T) {
		s := serve(t, answers(401, expired), answers(200, success))
		r, err := s.client(t).Send(t.Context(), request())
		if err != nil {
			t.Fatal(err)
		}
		calls := s.seen()
		if len(calls) != 2 || calls[0].authorization == calls[1].authorization || r.Attempts != 2 {
			t.Errorf("%d calls, %d attempts", len(calls), r.Attempts)
		}
	})
	t.Run("does not help", func(t *testing.T) {
		s := serve(t, answers(200, expired))
		_, err := s.client(t).Send(t.Context(), request())
		var refused *pushcloud.Error
		if !errors.As(err, &refused) || refused.Code != "80200005" || refused.Class != fixtures.ClassCredentials {
			t.Fatalf("got %v", err)
		}
		if refused.Retryable || !strings.Contains(err.Error(), "clock") {
			t.Errorf("retryable %v: %v", refused.Retryable, err)
		}
		if n := len(s.seen()); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
	t.Run("no other code renews", func(t *testing.T) {
		s := serve(t, answers(401, `{"code":"80200001","msg":"Authentication Error.","requestId":"1"}`))
		_, err := s.client(t).Send(t.Context(), request())
		var refused *pushcloud.Error
		if !errors.As(err, &refused) || refused.Code != "80200001" {
			t.Fatalf("got %v", err)
		}
		if n := len(s.seen()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
	})
	t.Run("of many senders one renews", func(t *testing.T) {
		var first string
		var mu sync.Mutex
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			if first == "" {
				first = r.Header.Get("Authorization")
			}
			stale := r.Header.Get("Authorization") == first
			mu.Unlock()
			if stale {
				answers(401, expired)(w, r)
				return
			}
			answers(200, success)(w, r)
		})
		c := s.client(t)
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if _, err := c.Send(t.Context(), request()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for _, one := range s.seen() {
			seen[one.authorization] = true
		}
		if len(seen) != 2 {
			t.Errorf("%d JWTs were used, want 2", len(seen))
		}
	})
}
