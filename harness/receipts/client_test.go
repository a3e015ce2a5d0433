// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
)

func newClient(t *testing.T, url string, ca []byte) *receipts.Client {
	t.Helper()
	c, err := receipts.NewClient(receipts.ClientOptions{URL: url, Token: receipts.NewSecret(readToken), CA: ca, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// caOf returns the certificate of a test server in PEM.
func caOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func TestAClientReadsOverTLS(t *testing.T) {
	s := newStage(t, nil)
	mux := http.NewServeMux()
	mux.Handle("POST "+receipts.Path, s.collector)
	mux.Handle("GET "+receipts.Path, s.reader())
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	client := newClient(t, server.URL+"/", caOf(server))
	found := make(chan receipts.Page, 1)
	go func() {
		page, err := client.ByTag(t.Context(), "b1", 0, receipts.WaitMax)
		if err != nil {
			t.Error(err)
		}
		found <- page
	}()
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 6))))
	page := <-found
	if len(page.Receipts) != 1 || page.Receipts[0].Result != 6 || page.Counts.Receipts != 1 {
		t.Fatalf("page = %+v", page)
	}
	if page, err := client.ByTag(t.Context(), "b1", page.Receipts[0].ID, 0); err != nil || len(page.Receipts) != 0 {
		t.Errorf("after the last: %+v, %v", page, err)
	}
	if _, err := newClient(t, server.URL, nil).ByTag(t.Context(), "b1", 0, 0); err == nil {
		t.Error("a certificate that nobody vouches for is trusted")
	}
}

func TestWhatAClientSaysOfTrouble(t *testing.T) {
	answers := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://example.com")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, tt := range map[string]struct {
		handler http.Handler
		status  int
		says    string
	}{
		"another token":  {answers(401, `{"code":"401","message":"the bearer token is missing or wrong"}`), 401, "--read-token-file"},
		"not found":      {answers(404, "404 page not found"), 404, "served by `hdc-runner receipts serve`"},
		"led elsewhere":  {answers(302, ""), 302, "HTTP 302"},
		"long refusal":   {answers(503, `{"message":"`+strings.Repeat("x", 5000)+`"}`), 503, "HTTP 503"},
		"no page":        {answers(200, "<html>"), 0, "no page of receipts"},
		"another object": {answers(200, "{}"), 0, "no page of receipts"},
		"too much":       {answers(200, `{"receipts":[],"x":"`+strings.Repeat("x", 3<<20)+`"}`), 0, "no page of receipts"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			_, err := newClient(t, server.URL, nil).ByTag(t.Context(), "b1", 0, 0)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), readToken) || len(err.Error()) > 600 {
				t.Fatalf("ByTag = %v, want an error that says %q", err, tt.says)
			}
			var answered *receipts.AnswerError
			if errors.As(err, &answered) != (tt.status != 0) || answered != nil && answered.Status != tt.status {
				t.Errorf("ByTag = %#v, want status %d", err, tt.status)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := listener.Addr().String()
		_ = listener.Close()
		if _, err := newClient(t, "http://"+addr, nil).ByTag(t.Context(), "b1", 0, 0); err == nil || !strings.Contains(err.Error(), "is it started") {
			t.Errorf("ByTag = %v", err)
		}
	})
	t.Run("the asker leaves", func(t *testing.T) {
		entered := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
		}))
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-entered
			cancel()
		}()
		if _, err := newClient(t, server.URL, nil).ByTag(ctx, "b1", 0, time.Second); !errors.Is(err, context.Canceled) {
			t.Errorf("ByTag = %v", err)
		}
	})
}

func TestClientOptions(t *testing.T) {
	for url, says := range map[string]string{
		"":                              "not https://HOST",
		"collector.example.com":         "not https://HOST",
		"https://":                      "not https://HOST",
		"https://me:pw@example.com":     "not https://HOST",
		"https://example.com?token=pw":  "not https://HOST",
		"https://example.com/#pw":       "not https://HOST",
		"https://exa mple.com/pw":       "not https://HOST",
		"http://collector.example.com":  "in the clear",
		"http://192.0.2.1":              "in the clear",
		"ftp://127.0.0.1":               "not https://",
		"https://collector.example.com": "",
		"http://127.0.0.1:8480":         "",
		"http://[::1]:8480/v1/receipts": "",
		"http://localhost:8480":         "",
	} {
		_, err := receipts.NewClient(receipts.ClientOptions{URL: url, Token: receipts.NewSecret(readToken)})
		if (err == nil) != (says == "") || err != nil && (!strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "pw")) {
			t.Errorf("%q: %v, want %q", url, err, says)
		}
	}
	for name, o := range map[string]receipts.ClientOptions{
		"no token":         {URL: "https://example.com"},
		"a CA of no PEM":   {URL: "https://example.com", Token: receipts.NewSecret(readToken), CA: []byte("x")},
		"an empty token":   {URL: "https://example.com", Token: receipts.NewSecret("")},
		"a CA of a secret": {URL: "https://example.com", Token: receipts.NewSecret(readToken), CA: []byte(readToken)},
	} {
		if _, err := receipts.NewClient(o); err == nil || strings.Contains(err.Error(), readToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for url, want := range map[string]string{
		"https://example.com":          "https://example.com/v1/receipts",
		"https://example.com/":         "https://example.com/v1/receipts",
		"https://example.com/push/get": "https://example.com/push/get",
	} {
		if c := newClient(t, url, nil); c.String() != want {
			t.Errorf("%s asks %s, want %s", url, c, want)
		}
	}
}

func TestLoadSecret(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct{ text, want, says string }{
		"plain":      {"abc", "abc", ""},
		"a newline":  {" abc\r\n", "abc", ""},
		"empty":      {" \n", "", "empty"},
		"two lines":  {"abc\ndef", "", "more than one line"},
		"much":       {strings.Repeat("abc", 5000), "", "longer"},
		"no text":    {"abc\x00def", "", "more than one line"},
		"with = and": {"a+b/c==", "a+b/c==", ""},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := receipts.LoadSecret(path)
		if got.Reveal() != tt.want || (err == nil) != (tt.says == "") || err != nil && (!strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "abc")) {
			t.Errorf("%s: %q, %v", name, got.Reveal(), err)
		}
	}
	if _, err := receipts.LoadSecret(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
