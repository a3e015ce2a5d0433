// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
)

func (s *stage) reader() http.Handler {
	s.t.Helper()
	h, err := s.collector.Reader(receipts.NewSecret(readToken))
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// ask sends a question with the token.
func ask(h http.Handler, query string, alter ...func(*http.Request)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, receipts.Path+"?"+query, nil)
	req.Header.Set("Authorization", "Bearer "+readToken)
	for _, a := range alter {
		a(req)
	}
	res := httptest.NewRecorder()
	h.ServeHTTP(res, req)
	return res
}

func pageOf(t *testing.T, res *httptest.ResponseRecorder) receipts.Page {
	t.Helper()
	var page receipts.Page
	if err := json.Unmarshal(res.Body.Bytes(), &page); err != nil || res.Code != http.StatusOK {
		t.Fatalf("answered %d %s", res.Code, res.Body)
	}
	return page
}

func TestReceiptsAreReadByTag(t *testing.T) {
	s := newStage(t, nil)
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b 1&", 27), status("b2", 0), status("b 1&", 0))))
	wantSuccess(t, s.post("", ""))
	h := s.reader()
	page := pageOf(t, ask(h, "biTag=b+1%26&wait=20s"))
	if len(page.Receipts) != 2 || page.Receipts[0].Result != 27 || page.Receipts[1].Result != 0 {
		t.Errorf("page = %+v", page)
	}
	if page.Counts != (receipts.Counts{Posts: 1, Receipts: 3, Unsigned: 1}) {
		t.Errorf("counts = %+v", page.Counts)
	}
	if page := pageOf(t, ask(h, "biTag=b+1%26&after=1")); len(page.Receipts) != 1 || page.Receipts[0].ID != 3 {
		t.Errorf("after 1: %+v", page)
	}
	res := ask(h, "biTag=other")
	if got := strings.TrimSpace(res.Body.String()); !strings.HasPrefix(got, `{"receipts":[],`) || res.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("nothing to read: %s, %v", got, res.Header())
	}
	if strings.Contains(ask(h, "biTag=b2").Body.String(), pushToken) {
		t.Error("a Push Token is read")
	}
}

func TestReadersThatAreRefused(t *testing.T) {
	s := newStage(t, nil)
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 0))))
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	tests := map[string]struct {
		query string
		alter func(*http.Request)
		code  int
		says  string
	}{
		"no token":           {"biTag=b1", func(r *http.Request) { r.Header.Del("Authorization") }, 401, "missing or wrong"},
		"another token":      {"biTag=b1", set("Authorization", "Bearer "+readToken[1:]+"0"), 401, "missing or wrong"},
		"an empty token":     {"biTag=b1", set("Authorization", "Bearer "), 401, "missing or wrong"},
		"another scheme":     {"biTag=b1", set("Authorization", "Basic "+readToken), 401, "missing or wrong"},
		"a page":             {"biTag=b1", set("Origin", "https://example.com"), 403, "web pages"},
		"a post":             {"biTag=b1", func(r *http.Request) { r.Method = http.MethodPost }, 405, "GET"},
		"no biTag":           {"", nil, 400, "biTag must have"},
		"a long biTag":       {"biTag=" + strings.Repeat("b", 257), nil, 400, "biTag must have"},
		"after a word":       {"biTag=b1&after=x", nil, 400, "not the id"},
		"after less than 0":  {"biTag=b1&after=-1", nil, 400, "not the id"},
		"a wait of no unit":  {"biTag=b1&wait=10", nil, 400, "write 10s"},
		"a wait less than 0": {"biTag=b1&wait=-1s", nil, 400, "write 10s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var alter []func(*http.Request)
			if tt.alter != nil {
				alter = append(alter, tt.alter)
			}
			res := ask(s.reader(), tt.query, alter...)
			wantRefusal(t, res, tt.code, tt.says)
			if (tt.code == 401) != (res.Header().Get("WWW-Authenticate") != "") {
				t.Errorf("WWW-Authenticate: %q", res.Header().Get("WWW-Authenticate"))
			}
		})
	}
	s.store.fail = errors.New("the disk is gone")
	wantRefusal(t, ask(s.reader(), "biTag=b1"), 503, "could not be read")
}

// waiting starts a question that waits, and returns once it has looked and
// found nothing.
func (s *stage) waiting(ctx context.Context, tag string) <-chan receipts.Page {
	s.t.Helper()
	h := s.reader()
	found := make(chan receipts.Page, 1)
	go func() {
		req := httptest.NewRequest(http.MethodGet, receipts.Path+"?wait=20s&biTag="+tag, nil).WithContext(ctx)
		req.Header.Set("Authorization", "Bearer "+readToken)
		res := httptest.NewRecorder()
		h.ServeHTTP(res, req)
		var page receipts.Page
		if err := json.Unmarshal(res.Body.Bytes(), &page); err != nil {
			s.t.Errorf("answered %d %s", res.Code, res.Body)
		}
		found <- page
	}()
	return found
}

func TestAReaderWaitsForTheReceipt(t *testing.T) {
	s := newStage(t, nil)
	first, second := s.waiting(t.Context(), "b1"), s.waiting(t.Context(), "b1")
	// One of another biTag wakes nobody.
	wantSuccess(t, s.post(s.signature(), bodyOf(status("other", 0))))
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 27))))
	for _, found := range []<-chan receipts.Page{first, second} {
		if page := <-found; len(page.Receipts) != 1 || page.Receipts[0].Result != 27 {
			t.Errorf("page = %+v", page)
		}
	}
}

// What ends the wait is not always a receipt. However the goroutines run, a
// reader that comes after Close must not wait either.
func TestTheWaitEnds(t *testing.T) {
	t.Run("by its time", func(t *testing.T) {
		s := newStage(t, nil)
		if page := pageOf(t, ask(s.reader(), "biTag=b1&wait=1ms")); len(page.Receipts) != 0 {
			t.Errorf("page = %+v", page)
		}
	})
	t.Run("by its asker", func(t *testing.T) {
		s := newStage(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		found := s.waiting(ctx, "b1")
		cancel()
		if page := <-found; len(page.Receipts) != 0 {
			t.Errorf("page = %+v", page)
		}
	})
	t.Run("by the collector's end", func(t *testing.T) {
		s := newStage(t, nil)
		found := s.waiting(t.Context(), "b1")
		s.collector.Close()
		if page := <-found; len(page.Receipts) != 0 {
			t.Errorf("page = %+v", page)
		}
	})
}

// Through a real server, whose own time-outs are shorter than the wait.
func TestAWaitOutlivesTheServersDeadline(t *testing.T) {
	s := newStage(t, nil)
	mux := http.NewServeMux()
	mux.Handle("POST "+receipts.Path, s.collector)
	mux.Handle("GET "+receipts.Path, s.reader())
	server := httptest.NewUnstartedServer(mux)
	server.Config.WriteTimeout = time.Millisecond
	server.Start()
	defer server.Close()
	client := newClient(t, server.URL, nil)
	page, err := client.ByTag(t.Context(), "b1", 0, 50*time.Millisecond)
	if err != nil || len(page.Receipts) != 0 {
		t.Errorf("ByTag = %+v, %v", page, err)
	}
}
