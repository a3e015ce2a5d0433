// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package plane_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/sim/plane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a token of sixteen bytes at least"

// echo answers with the member of its body.
var echo = plane.Route{Pattern: "PUT /echo", Serve: func(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text string `json:"text"`
	}
	if plane.Read(w, r, &body) {
		plane.Write(w, body)
	}
}}

func newServer(t *testing.T, routes ...plane.Route) *plane.Server {
	t.Helper()
	s, err := plane.New(token, 0, routes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestWhatIsAnswered(t *testing.T) {
	handler := newServer(t, echo).Handler()
	for _, c := range []struct {
		name, method, path, body, host, origin, bearer string
		status                                         int
		says                                           string
	}{
		{"good", "PUT", "/echo", `{"text":"a"}`, "", "", token, 200, `{"text":"a"}`},
		{"no token", "PUT", "/echo", `{"text":"a"}`, "", "", "", 401, "Authorization: Bearer TOKEN"},
		{"wrong token", "PUT", "/echo", `{"text":"a"}`, "", "", token + "x", 401, "Authorization"},
		{"a page", "PUT", "/echo", `{"text":"a"}`, "", "http://127.0.0.1:1", token, 403, "Origin"},
		{"a name", "PUT", "/echo", `{"text":"a"}`, "evil.example", "", token, 403, "loopback"},
		{"nowhere", "GET", "/x", "", "", "", token, 404, "the endpoints are PUT /echo"},
		{"wrong method", "POST", "/echo", "", "", "", token, 404, "there is no POST"},
		{"unknown name", "PUT", "/echo", `{"txet":"a"}`, "", "", token, 400, "unknown field"},
		{"two values", "PUT", "/echo", `{} {}`, "", "", token, 400, "more than one"},
		{"no JSON", "PUT", "/echo", `{`, "", "", token, 400, "no JSON"},
		{"too long", "PUT", "/echo", strings.Repeat(" ", 1<<20+1), "", "", token, 413, "longer than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), c.method, "http://127.0.0.1:1"+c.path, strings.NewReader(c.body))
			if c.host != "" {
				r.Host = c.host
			}
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			if c.bearer != "" {
				r.Header.Set("Authorization", "Bearer "+c.bearer)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Contains(w.Body.String(), token) {
				t.Errorf("HTTP %d %s, want %d and %q", w.Code, w.Body, c.status, c.says)
			}
		})
	}
}

func TestStartRefuses(t *testing.T) {
	if _, err := plane.New("short", 0); err == nil || !strings.Contains(err.Error(), "16 are needed") {
		t.Error(err)
	}
	s := newServer(t, echo)
	if err := s.Start("0.0.0.0:0"); err == nil || !strings.Contains(err.Error(), "loopback only") || s.URL() != "" {
		t.Errorf("%v, at %q", err, s.URL())
	}
	if err := s.Start(""); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(""); err == nil {
		t.Error("it starts twice")
	}
}

// Close does not wait for a request that waits.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	began := make(chan struct{})
	s := newServer(t, plane.Route{Pattern: "GET /wait", Serve: func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		plane.Write(w, struct{}{})
	}})
	if err := s.Start(""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/wait", nil)
		if err != nil {
			ended <- err
			return
		}
		req.Header.Set("Authorization", "Bearer "+token)
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Do(req)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		ended <- err
	}()
	<-began
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
