// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// script is a collector that gives one answer after the other, and the last one
// for ever. The question by which a session is opened is answered apart.
type script struct {
	mu sync.Mutex
	// next is for the biTag that asks first, and then answers has it.
	next    []func(http.ResponseWriter, *http.Request)
	answers map[string][]func(http.ResponseWriter, *http.Request)
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tag := r.URL.Query().Get("biTag")
	if tag == "pushproof" {
		empty(w, r)
		return
	}
	s.answer(tag)(w, r)
}

func (s *script) answer(tag string) func(http.ResponseWriter, *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list, ok := s.answers[tag]
	if !ok {
		list = s.next
	}
	s.answers[tag] = list[min(1, len(list)-1):]
	return list[0]
}

func empty(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`{"receipts":[],"counts":{"refused":3,"unsigned":2}}`))
}

// holding answers as the asker leaves: like a question that waits.
func holding(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// results answers with receipts of those results, a second apart.
func results(list ...int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		var rows []string
		for i, result := range list {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"biTag":%q,"requestId":"r","token":"token:00000000","bundle":"b","pushType":6,"result":%d,"at":"2026-05-01T12:00:%02dZ"}`,
				i+1, r.URL.Query().Get("biTag"), result, i))
		}
		_, _ = w.Write([]byte(`{"receipts":[` + strings.Join(rows, ",") + `]}`))
	}
}

func TestWhatTheReceiptSays(t *testing.T) {
	server := &script{answers: map[string][]func(http.ResponseWriter, *http.Request){}}
	collector := httptest.NewServer(server)
	t.Cleanup(collector.Close)
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newScene(t, func(c *harness.Config) { c.Receipts, c.ReceiptsTokenFile = collector.URL, tokenFile })
	// The app without an agent needs no connection.
	token, err := s.world.StartPlain(t.Context(), s.config.Target)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		answers []func(http.ResponseWriter, *http.Request)
		answer  verdict.Answer
		says    string
	}{
		"delivered":                  {pages(results(0)), verdict.Saw, "result 0: delivered"},
		"one of several":             {pages(results(27, 0, 6)), verdict.Saw, "result 0"},
		"the newest of several":      {pages(results(27, 6)), verdict.Denied, "result 6: notifications are off"},
		"says what to do":            {pages(results(31)), verdict.Denied, "make action or uri fit a skill"},
		"says who says so":           {pages(results(256)), verdict.Limited, "message receipt (V2)"},
		"after empty answers":        {pages(empty, empty, results(5)), verdict.Denied, "result 5"},
		"after one that failed":      {pages(status(503), results(0)), verdict.Saw, "result 0"},
		"the token is taken away":    {pages(status(401)), verdict.Broken, "HTTP 401"},
		"a proxy that knows nothing": {pages(status(404)), verdict.Broken, "receipts serve"},
		"nothing so far":             {pages(empty, holding), verdict.Waiting, "refused 3 posts and left out 2 without a signature"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			server.mu.Lock()
			server.next = tt.answers
			server.mu.Unlock()
			msg := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`}, harness.To(token))
			if msg.Err() != nil {
				t.Fatal(msg.Err())
			}
			said := s.await(ctx, msg, func(said verdict.Testimony) bool {
				return said.Answer == tt.answer && strings.Contains(said.Detail, tt.says)
			})
			if said.Answer != tt.answer || !strings.Contains(said.Detail, tt.says) {
				t.Fatalf("it says %v, want %s and %q", said, tt.answer, tt.says)
			}
			server.mu.Lock()
			defer server.mu.Unlock()
			if _, asked := server.answers[msg.Nonce()]; !asked {
				t.Errorf("nobody asked for the message's own biTag, but for %v", server.answers)
			}
		})
	}
}

func pages(list ...func(http.ResponseWriter, *http.Request)) []func(http.ResponseWriter, *http.Request) {
	return list
}

// await asks the witness until it says that, at each change.
func (s *scene) await(ctx context.Context, m *harness.Message, enough func(verdict.Testimony) bool) verdict.Testimony {
	for {
		changed := s.phone.Changed()
		said := m.Ask(ctx, verdict.Receipt)
		if enough(said) {
			return said
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return said
		}
	}
}
