// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/demo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// sender pushes to a demo cloud.
type sender struct {
	testing.TB
	*demo.Demo
	client *http.Client
	bearer string
}

func newSender(tb testing.TB) *sender {
	tb.Helper()
	s := &sender{TB: tb}
	var err error
	if s.Demo, err = demo.Start(s.context(), cloud.Options{}, "", demo.Rules{}); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	s.client = &http.Client{Transport: transport, Timeout: patience}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Demo.Close(); err != nil {
			tb.Error(err)
		}
	})
	var file map[string]string
	if err := json.Unmarshal(s.ServiceAccountJSON(), &file); err != nil {
		tb.Fatal(err)
	}
	block, _ := pem.Decode([]byte(file["private_key"]))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatal(err)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": file["sub_account"], "aud": file["token_uri"], "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	})
	t.Header["kid"] = file["key_id"]
	if s.bearer, err = t.SignedString(key.(*rsa.PrivateKey)); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (s *sender) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.Cleanup(cancel)
	return ctx
}

type answer struct{ Code, Msg, RequestID string }

func (s *sender) send(pushType int, payload, token string) answer {
	s.Helper()
	body := fmt.Sprintf(`{"payload":%s,"target":{"token":[%q]}}`, payload, token)
	req, err := http.NewRequestWithContext(s.context(), http.MethodPost, s.URL()+"/v3/"+demo.ProjectID+"/messages:send", strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.bearer)
	req.Header.Set("push-type", fmt.Sprint(pushType))
	res, err := s.client.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return a
}

const background = `{"extraData":"x"}`

// Each token has the fate that its name says.
func TestFates(t *testing.T) {
	s := newSender(t)
	for _, token := range s.Tokens() {
		t.Run(token.Name, func(t *testing.T) {
			a := s.send(6, background, token.Token.Reveal())
			if reason, refused := strings.CutPrefix(token.Name, "refused-"); refused {
				if a.Code != "80300007" || !strings.Contains(a.Msg, `"`+reason+`"`) {
					t.Errorf("answer %+v", a)
				}
				return
			}
			if a.Code != "80000000" {
				t.Fatalf("answer %+v", a)
			}
			if token.Name == "offline" {
				if _, err := s.Wait(s.context(), func(r cloud.Activity) bool {
					return r.RequestID == a.RequestID && r.Deliveries[0].State == cloud.Held
				}); err != nil {
					t.Error(err)
				}
				return
			}
			r, err := s.Settled(s.context(), a.RequestID)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.TrimPrefix(token.Name, "receipt-")
			if token.Name == "delivered" || token.Name == "plain" {
				want = "0"
			}
			if got := r.Deliveries[0]; got.Receipt == nil || fmt.Sprint(int(*got.Receipt)) != want || got.Bundle != token.Bundle || got.Token != token.Token.Fingerprint() {
				t.Errorf("%v, want receipt %s", r, want)
			}
		})
	}
}

// There is a token for each row of the tables, and names are names of files.
func TestTokens(t *testing.T) {
	s := newSender(t)
	want := []string{"delivered", "offline", "plain"}
	for _, row := range fixtures.Receipts() {
		if row.Code != "0" {
			want = append(want, "receipt-"+row.Code)
		}
	}
	for _, row := range fixtures.Reasons() {
		want = append(want, "refused-"+row.Code)
	}
	for _, name := range want {
		token, ok := s.Token(name)
		if !ok || token.IsZero() || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			t.Errorf("token %q: %v", name, ok)
		}
	}
	if got := len(s.Tokens()); got != len(want) {
		t.Errorf("%d tokens, want %d", got, len(want))
	}
	for _, token := range s.Tokens() {
		if token.Fate == "" || token.Bundle == "" {
			t.Errorf("%s: fate %q, bundle %q", token.Name, token.Fate, token.Bundle)
		}
		if text := fmt.Sprintf("%+v", token); strings.Contains(text, token.Token.Reveal()) {
			t.Error("a token prints itself")
		}
	}
	if _, ok := s.Token("none"); ok {
		t.Error("it has a token that it does not have")
	}
}

// The app with every right keeps every category, the other one has none.
func TestRights(t *testing.T) {
	s := newSender(t)
	every, _ := s.Token("delivered")
	plain, _ := s.Token("plain")
	for _, category := range fixtures.ValuesOf("category") {
		if category == "PLAY_VOICE" {
			continue // for extension messages only
		}
		for token, want := range map[string]string{every.Reveal(): category, plain.Reveal(): "MARKETING"} {
			a := s.send(0, fmt.Sprintf(`{"notification":{"category":%q,"title":"t","body":"b","clickAction":{"actionType":0}}}`, category), token)
			r, err := s.Settled(s.context(), a.RequestID)
			if err != nil || len(r.Deliveries) != 1 || r.Deliveries[0].Category != want {
				t.Errorf("%s became %v, want %s: %v", category, r, want, err)
			}
		}
	}
	for pushType, payload := range map[int]string{
		2:  `{"extraData":"x","notification":{"category":"PLAY_VOICE","title":"t","body":"b","clickAction":{"actionType":0}}}`,
		10: `{"extraData":"x"}`,
	} {
		if a := s.send(pushType, payload, every.Reveal()); a.Code != "80000000" {
			t.Errorf("push-type %d: %+v", pushType, a)
		}
		if a := s.send(pushType, payload, plain.Reveal()); a.Code != "80300007" {
			t.Errorf("push-type %d without the right: %+v", pushType, a)
		}
	}
}

// What cannot start leaves nothing behind.
func TestStartFails(t *testing.T) {
	for name, c := range map[string]struct {
		addr     string
		receipts []cloud.Callback
	}{
		"address":  {addr: "192.0.2.1:0"},
		"receipts": {receipts: []cloud.Callback{{}}},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if d, err := demo.Start(ctx, cloud.Options{}, c.addr, demo.Rules{Receipts: c.receipts}); err == nil {
			t.Errorf("%s: it starts", name)
			_ = d.Close()
		}
		cancel()
	}
}
