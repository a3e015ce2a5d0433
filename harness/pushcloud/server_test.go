// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKey is made once: a key takes a second to make.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const testProject = "388421841221111111"

// accountJSON returns a service-account file as AppGallery Connect writes it,
// with some members replaced (nil removes one).
func accountJSON(t testing.TB, key any, replace map[string]any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]any{
		"project_id":             testProject,
		"key_id":                 "0123456789abcdef0123456789abcdef",
		"private_key":            string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"sub_account":            "123456789",
		"auth_uri":               "https://oauth-login.cloud.huawei.com/oauth2/v3/authorize",
		"token_uri":              "https://oauth-login.cloud.huawei.com/oauth2/v3/token",
		"auth_provider_cert_uri": "https://oauth-login.cloud.huawei.com/oauth2/v3/certs",
		"client_cert_uri":        "https://oauth-login.cloud.huawei.com/oauth2/v3/x509?client_id=",
	}
	for name, value := range replace {
		if value == nil {
			delete(members, name)
		} else {
			members[name] = value
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func testAccount(t testing.TB) *pushcloud.ServiceAccount {
	t.Helper()
	account, err := pushcloud.ParseServiceAccount(accountJSON(t, testKey(), nil))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// call is one request as the server saw it.
type call struct {
	method, path, pushType, authorization, contentType string
	body                                               []byte
}

// script answers requests on a real TLS socket, one handler a request; the last
// one stays.
type script struct {
	*httptest.Server
	mu       sync.Mutex
	handlers []http.HandlerFunc
	calls    []call
}

func serve(t testing.TB, handlers ...http.HandlerFunc) *script {
	t.Helper()
	s := &script{handlers: handlers}
	s.Server = httptest.NewUnstartedServer(s)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mu.Lock()
	s.calls = append(s.calls, call{r.Method, r.URL.Path, r.Header.Get("push-type"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body})
	handler := s.handlers[0]
	if len(s.handlers) > 1 {
		s.handlers = s.handlers[1:]
	}
	s.mu.Unlock()
	handler(w, r)
}

func (s *script) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *script) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// client returns a client of the script that waits a millisecond between
// attempts.
func (s *script) client(t testing.TB, change ...func(*pushcloud.Options)) *pushcloud.Client {
	t.Helper()
	o := pushcloud.Options{Account: testAccount(t), BaseURL: s.URL, RootCAs: s.roots(), Backoff: time.Millisecond}
	for _, f := range change {
		f(&o)
	}
	c, err := pushcloud.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// answers returns a handler that gives one answer.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const success = `{"code":"80000000","msg":"Success","requestId":"172005877136444524037001"}`

// ends hangs up before it answers.
func ends(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func tokens(values ...string) []push.Token {
	made := make([]push.Token, len(values))
	for i, v := range values {
		made[i] = push.NewToken(v)
	}
	return made
}

const testToken = "MAMzLgIkEUIwAAAAlpaSRaTwQ7DVCLUjPvYGoYWPFBJrAAABgmZyxwkYWO0A"

// request is the smallest one.
func request() pushcloud.Request {
	return pushcloud.Request{Message: pushcloud.Background{ExtraData: "cfg"}, Tokens: tokens(testToken)}
}

// leaks reports whether text has anything of a secret.
func leaks(text string, secrets ...string) bool {
	for _, s := range secrets {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
