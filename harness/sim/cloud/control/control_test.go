// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/control"
)

// Who has not the token, comes from a web page or by a name that somebody else
// resolves gets nothing from any endpoint.
func TestGuards(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	port := w.control.URL()[strings.LastIndex(w.control.URL(), ":"):]
	for _, c := range []struct {
		name    string
		headers map[string]string
		want    int
	}{
		{"no token", nil, 401},
		{"wrong token", map[string]string{"Authorization": "Bearer " + secret + "x"}, 401},
		{"empty token", map[string]string{"Authorization": "Bearer "}, 401},
		{"basic", map[string]string{"Authorization": "Basic " + secret}, 401},
		{"origin of another", map[string]string{"Authorization": "Bearer " + secret, "Origin": "https://evil.example"}, 403},
		{"own origin", map[string]string{"Authorization": "Bearer " + secret, "Origin": w.control.URL()}, 403},
		{"null origin", map[string]string{"Authorization": "Bearer " + secret, "Origin": "null"}, 403},
		{"rebound name", map[string]string{"Authorization": "Bearer " + secret, "Host": "evil.example" + port}, 403},
		{"name that looks like ours", map[string]string{"Authorization": "Bearer " + secret, "Host": "127.0.0.1.evil.example"}, 403},
		{"other address", map[string]string{"Authorization": "Bearer " + secret, "Host": "10.0.0.1" + port}, 403},
		{"localhost", map[string]string{"Authorization": "Bearer " + secret, "Host": "localhost" + port}, 0},
		{"IPv6", map[string]string{"Authorization": "Bearer " + secret, "Host": "[::1]" + port}, 0},
	} {
		for _, route := range control.Routes() {
			method, path, _ := strings.Cut(route, " ")
			body := map[string]string{"PUT /faults": `{"faults":[]}`, "POST /clock": `{"advanceMillis":1}`}[route]
			r := w.do(method, w.control.URL()+path, []byte(body), c.headers)
			if c.want == 0 && r.status >= 300 || c.want != 0 && r.status != c.want {
				t.Errorf("%s, %s: HTTP %d %s", route, c.name, r.status, r.body)
			}
			if strings.Contains(string(r.body), secret) {
				t.Errorf("%s, %s: the answer tells the token", route, c.name)
			}
		}
	}
	if len(w.Activity()) != 0 {
		t.Error("the control plane's requests are in the cloud's record")
	}
}

func TestUnknownEndpoints(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	if r := w.ask(http.MethodGet, "/nowhere", ""); r.status != 404 || !strings.Contains(string(r.body), "GET /activity") {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
	// The cloud itself has no control plane.
	if r := w.do(http.MethodPost, w.URL()+"/reset", nil, map[string]string{"Authorization": "Bearer " + secret}); r.status != 404 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
}

// Only loopback is served, once.
func TestStart(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:0", "example.com:0"} {
		s, err := control.New(control.Options{Cloud: w.Cloud, Clock: w.clock, Token: secret})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(addr); err == nil || !strings.Contains(err.Error(), "loopback only") {
			t.Errorf("%s: %v", addr, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := w.control.Start(""); err == nil {
		t.Error("it starts twice")
	}
	for name, o := range map[string]control.Options{
		"short token": {Cloud: w.Cloud, Clock: w.clock, Token: "short"},
		"no cloud":    {Clock: w.clock, Token: secret},
		"no clock":    {Cloud: w.Cloud, Token: secret},
	} {
		if _, err := control.New(o); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Reset leaves an empty record and good tokens.
func TestReset(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	w.send("6", background(w.token("offline")))
	w.ask(http.MethodPut, "/faults", `{"faults":[{"kind":"drop"}]}`)
	if r := w.ask(http.MethodPost, "/reset", ""); r.status != 204 || len(r.body) != 0 {
		t.Errorf("HTTP %d %s", r.status, r.body)
	}
	if len(w.Activity()) != 0 || len(w.Faults().List()) != 0 {
		t.Errorf("record %v, faults %v", w.Activity(), w.Faults().List())
	}
	if code, _ := w.send("6", background(w.token("delivered"))); code != "80000000" {
		t.Errorf("code %s after the reset", code)
	}
}

// The record of one request can be asked for, and waited for.
func TestActivityOfOneRequest(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	w.send("6", background(w.token("receipt-6")))
	_, id := w.send("6", background(w.token("receipt-27")))
	var a control.Activity
	r := w.ask(http.MethodGet, "/activity?waitMillis=20000&requestId="+id, "")
	if err := json.Unmarshal(r.body, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Requests) != 1 || a.Requests[0].RequestID != id || *a.Requests[0].Deliveries[0].Receipt != 27 {
		t.Errorf("%s", r.body)
	}
	// What never comes to an end is answered as it is.
	_, held := w.send("6", background(w.token("offline")))
	r = w.ask(http.MethodGet, "/activity?waitMillis=1&requestId="+held, "")
	if a = (control.Activity{}); json.Unmarshal(r.body, &a) != nil || len(a.Requests) != 1 || a.Requests[0].Final() {
		t.Errorf("%s", r.body)
	}
	if r = w.ask(http.MethodGet, "/activity?requestId=none", ""); !strings.Contains(string(r.body), `"requests":[]`) {
		t.Errorf("%s", r.body)
	}
	for _, query := range []string{"waitMillis=1", "waitMillis=0&requestId=" + id, "waitMillis=60001&requestId=" + id, "waitMillis=x&requestId=" + id} {
		if r := w.ask(http.MethodGet, "/activity?"+query, ""); r.status != 400 {
			t.Errorf("%s: HTTP %d %s", query, r.status, r.body)
		}
	}
}

// Faults are put, read with their hits, and removed; a wrong list changes
// nothing, and a misspelt scope is refused.
func TestFaults(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	token := w.token("delivered")
	r := w.ask(http.MethodPut, "/faults", `{"faults":[{"id":"a","kind":"receipt","result":102,"token":"`+token+`","count":1}]}`)
	if r.status != 200 || strings.Contains(string(r.body), token) || !strings.Contains(string(r.body), `"token":"token:`) {
		t.Fatalf("HTTP %d %s", r.status, r.body)
	}
	for body, want := range map[string]string{
		`{"faults":[{"kind":"drop"},{"kind":"burn"}]}`: "fault 1",
		`{"faults":[{"kind":"drop","tokens":["x"]}]}`:  "tokens",
		`{}`:                                    "DELETE",
		`{"faults":[]} {"faults":[]}`:           "more than one",
		`{"faults":[{"kind":"drop"}]`:           "no JSON",
		`{"faults":[],"token":"` + token + `"}`: "unknown field",
	} {
		r := w.ask(http.MethodPut, "/faults", body)
		if r.status != 400 || !strings.Contains(string(r.body), want) || strings.Contains(string(r.body), token) {
			t.Errorf("%s: HTTP %d %s, want %q", body, r.status, r.body, want)
		}
	}
	_, id := w.send("6", background(token))
	if a, err := w.Settled(w.context(), id); err != nil || *a.Deliveries[0].Receipt != 102 {
		t.Errorf("%v, %v", a, err)
	}
	if r := w.ask(http.MethodGet, "/faults", ""); !strings.Contains(string(r.body), `"hits":1`) {
		t.Errorf("%s", r.body)
	}
	if r := w.ask(http.MethodDelete, "/faults", ""); r.status != 204 {
		t.Errorf("HTTP %d", r.status)
	}
	if r := w.ask(http.MethodGet, "/faults", ""); strings.TrimSpace(string(r.body)) != `{"faults":[]}` {
		t.Errorf("%s", r.body)
	}
}

// The clock moves the cloud's time, and with it what expires.
func TestClock(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	_, id := w.send("6", strings.Replace(background(w.token("offline")), `]}}`, `]},"pushOptions":{"ttl":3600}}`, 1))
	before := w.time(w.ask(http.MethodGet, "/clock", ""))
	if before.AheadMillis != 0 {
		t.Errorf("it is ahead by %d ms from the start", before.AheadMillis)
	}
	after := w.time(w.ask(http.MethodPost, "/clock", `{"advanceMillis":3600001}`))
	if after.AheadMillis != 3600001 || after.Now.Sub(before.Now) < time.Hour {
		t.Errorf("from %v to %v", before, after)
	}
	if a, err := w.Settled(w.context(), id); err != nil || a.Deliveries[0].State != cloud.Expired {
		t.Errorf("%v, %v", a, err)
	}
	for _, body := range []string{`{}`, `{"advanceMillis":0}`, `{"advanceMillis":-1}`, `{"advanceMillis":34560000001}`, `{"advanceMillis":1.5}`, `{"advance":1}`} {
		if r := w.ask(http.MethodPost, "/clock", body); r.status != 400 {
			t.Errorf("%s: HTTP %d %s", body, r.status, r.body)
		}
	}
}

func (w *world) time(r reply) control.Time {
	w.Helper()
	var now control.Time
	if err := json.Unmarshal(r.body, &now); err != nil || r.status != 200 {
		w.Fatalf("HTTP %d %s: %v", r.status, r.body, err)
	}
	return now
}

// Close ends a request that waits, and can be called again.
func TestClose(t *testing.T) {
	w := newWorld(t, cloud.StatusAll200)
	_, id := w.send("6", background(w.token("offline")))
	waiting := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.control.URL(), "http://"))
		if err != nil {
			t.Error(err)
			close(waiting)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("GET /activity?waitMillis=60000&requestId=" + id + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + secret + "\r\n\r\n"))
		close(waiting)
		_, _ = conn.Read(make([]byte, 1))
	}()
	<-waiting
	for range 2 {
		if err := w.control.Close(); err != nil {
			t.Error(err)
		}
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("the request goes on")
	}
	unused, err := control.New(control.Options{Cloud: w.Cloud, Clock: clock.New(), Token: secret})
	if err != nil {
		t.Fatal(err)
	}
	if err := unused.Close(); err != nil {
		t.Error(err)
	}
}
