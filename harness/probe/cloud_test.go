// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// fakeCloud answers as answer says and keeps what it was sent.
type fakeCloud struct {
	o      probe.CloudOptions
	mu     sync.Mutex
	bodies []string
}

const ownToken = "MAMzLgIkEUxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-own"

// newFakeCloud serves a cloud; answer is given a request's body and returns a
// code, "" for HTTP 500 without a body.
func newFakeCloud(t *testing.T, answer func(r *http.Request, body string) string) *fakeCloud {
	t.Helper()
	f := &fakeCloud{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		f.mu.Lock()
		f.bodies = append(f.bodies, string(body))
		n := len(f.bodies)
		f.mu.Unlock()
		code := answer(r, string(body))
		if code == "" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, `{"code":%q,"msg":"m","requestId":"%d%011d"}`, code, time.Now().UnixMilli(), n)
	}))
	t.Cleanup(server.Close)
	account, err := cloud.NewServiceAccount("123456789012345678")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	f.o = probe.CloudOptions{
		ServiceAccount: filepath.Join(dir, "account.json"), BaseURL: server.URL, CAFile: filepath.Join(dir, "ca.pem"),
		Pace: time.Microsecond, SimulatorCA: "a simulator",
	}
	for path, data := range map[string][]byte{f.o.ServiceAccount: account.JSON(), f.o.CAFile: ca} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// results probes some claims.
func (f *fakeCloud) results(t *testing.T, claims ...string) map[string]probe.Result {
	t.Helper()
	f.o.Claims = nil
	for _, id := range claims {
		c, ok := fixtures.ClaimOf(id)
		if !ok {
			t.Fatalf("there is no claim %s", id)
		}
		f.o.Claims = append(f.o.Claims, c)
	}
	s, err := probe.Cloud(t.Context(), f.o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Simulated {
		t.Error("a cloud that does not say so is taken for a simulator")
	}
	results := map[string]probe.Result{}
	for _, r := range s.Results {
		results[r.Claim] = r
	}
	return results
}

// faulty reports whether a message lacks what each has.
func faulty(body string) bool {
	return !strings.Contains(body, `"title":"`) || strings.Contains(body, `"title":""`)
}

// messageFirst is a cloud that judges little, and the message before tokens.
func messageFirst(_ *http.Request, body string) string {
	if faulty(body) {
		return "80100003"
	}
	return "80300007"
}

func TestClaimsBreakOnCloudsThatDoOtherwise(t *testing.T) {
	f := newFakeCloud(t, messageFirst)
	got := f.results(t, "cloud.empty-text", "cloud.size", "cloud.old-categories", "cloud.jwt-alg", "cloud.legacy-url", "cloud.style-1", "cloud.http-status", "cloud.request-id")
	for id, want := range map[string]probe.Outcome{
		"cloud.empty-text": probe.Broken, "cloud.size": probe.Broken, "cloud.jwt-alg": probe.Broken,
		"cloud.legacy-url": probe.Broken, "cloud.style-1": probe.Broken,
		"cloud.old-categories": probe.Held, "cloud.http-status": probe.Held, "cloud.request-id": probe.Held,
	} {
		if got[id].Outcome != want {
			t.Errorf("%s: %+v", id, got[id])
		}
	}
	if r := got["cloud.style-1"]; !strings.Contains(r.Reason, "80300007, not 80100003") {
		t.Errorf("%+v", r)
	}
}

// A cloud that accepts everything, or looks at tokens first, teaches nothing
// about messages that should be accepted; those are not sent then.
func TestACloudThatLooksAtTokensFirst(t *testing.T) {
	answer := func(_ *http.Request, body string) string {
		if !strings.Contains(body, ownToken) {
			return "80300007"
		}
		return messageFirst(nil, body)
	}
	claims := []string{"cloud.old-categories", "cloud.empty-text", "cloud.test-count"}
	f := newFakeCloud(t, answer)
	for id, r := range f.results(t, claims...) {
		if r.Cause != probe.CauseNeed {
			t.Errorf("without a token %s: %+v", id, r)
		}
	}
	f = newFakeCloud(t, answer)
	f.o.Token = push.NewToken(ownToken)
	got := f.results(t, claims...)
	if got["cloud.old-categories"].Cause != probe.CauseNeed {
		t.Errorf("messages that should be accepted were tried: %+v", got["cloud.old-categories"])
	}
	if r := got["cloud.empty-text"]; !strings.Contains(strings.Join(r.Evidence, ""), "an empty title: 80100003") {
		t.Errorf("messages that must be refused were not tried: %+v", r)
	}
	for _, body := range f.bodies {
		if strings.Contains(body, ownToken) && !faulty(body) && !strings.Contains(body, `"body":""`) && strings.Count(body, ownToken) == 1 {
			t.Errorf("a sound message was sent to a real token: %s", body)
		}
	}
	accepting := newFakeCloud(t, func(*http.Request, string) string { return "80000000" })
	accepting.o.Token = push.NewToken(ownToken)
	for id, r := range accepting.results(t, claims...) {
		if r.Cause != probe.CauseNeed {
			t.Errorf("where everything is accepted %s: %+v", id, r)
		}
	}
	for _, body := range accepting.bodies {
		if strings.Contains(body, ownToken) {
			t.Errorf("a real token got %s", body)
		}
	}
}

func TestTroubleDecidesNothing(t *testing.T) {
	claims := []string{"cloud.old-categories", "cloud.empty-text", "cloud.jwt-aud", "cloud.request-id", "cloud.http-status", "pushcloud.status"}
	f := newFakeCloud(t, func(*http.Request, string) string { return "80200001" })
	for id, r := range f.results(t, claims...) {
		if r.Cause != probe.CauseNeed || !strings.Contains(r.Reason, "80200001") {
			t.Errorf("with an account that is refused %s: %+v", id, r)
		}
	}
	n := 0
	f = newFakeCloud(t, func(_ *http.Request, body string) string {
		if n++; n > 2 {
			return ""
		}
		return messageFirst(nil, body)
	})
	for id, r := range f.results(t, claims...) {
		if r.Outcome != probe.Undecided {
			t.Errorf("with a cloud that fails %s: %+v", id, r)
		}
	}
	f = newFakeCloud(t, messageFirst)
	f.o.Requests = 3
	for id, r := range f.results(t, claims...) {
		if r.Outcome == probe.Held {
			t.Errorf("with 3 requests %s: %+v", id, r)
		}
	}
	if len(f.bodies) != 3 {
		t.Errorf("%d requests were sent, not 3", len(f.bodies))
	}
	f.o.BaseURL = "https://127.0.0.1:1"
	if _, err := probe.Cloud(t.Context(), f.o); err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("an endpoint that is not there: %v", err)
	}
	f.o.BaseURL = "http://127.0.0.1:1"
	if _, err := probe.Cloud(t.Context(), f.o); err == nil {
		t.Error("a JWT was sent in the clear")
	}
}

func TestAnInterruptedCloud(t *testing.T) {
	f := newFakeCloud(t, messageFirst)
	f.o.Claims = fixtures.Claims()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	f.o.Done = func(probe.Step, probe.Result) {
		if n++; n == 3 {
			cancel()
		}
	}
	s, err := probe.Cloud(ctx, f.o)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range s.Results {
		if i > 3 && (r.Cause != probe.CauseTrouble || !strings.Contains(r.Reason, "interrupted")) {
			t.Errorf("after the interrupt: %+v", r)
		}
	}
}

// No answer of a cloud, whatever it echoes, brings a secret into the file.
func TestNoSecretIsKept(t *testing.T) {
	jwt := ""
	f := newFakeCloud(t, func(r *http.Request, body string) string {
		jwt = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		return jwt + ownToken + "123456789012345678"
	})
	f.o.Token, f.o.ClientID = push.NewToken(ownToken), "1234567890"
	f.o.Claims = fixtures.Claims()
	s, err := probe.Cloud(t.Context(), f.o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := probe.NewFile("test", time.Now(), s).Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{jwt, ownToken, "123456789012345678", "1234567890", "pushproof-probe-"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
}
