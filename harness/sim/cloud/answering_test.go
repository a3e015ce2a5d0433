// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// refusal is a request that is refused before its body is looked at.
type refusal struct {
	path, bearer, pushType, code string
	status                       int
}

func refusals(w *world) map[string]refusal {
	expired := bearer(w, func(_ *jwt.Token, c jwt.MapClaims) {
		c["iat"], c["exp"] = time.Now().Add(-2*time.Hour).Unix(), time.Now().Add(-time.Hour).Unix()
	})
	audience := bearer(w, func(_ *jwt.Token, c jwt.MapClaims) { c["aud"] = "https://example.com" })
	return map[string]refusal{
		"expired JWT":   {sendPath, expired, "6", "80200005", 401},
		"wrong aud":     {sendPath, audience, "6", "80200001", 401},
		"no JWT":        {sendPath, "", "6", "80200001", 401},
		"URL of v1":     {"/v1/108216485/messages:send", w.bearer, "6", "80200001", 401},
		"URL of v2":     {"/v2/" + projectID + "/messages:send", w.bearer, "6", "80200001", 401},
		"bad push-type": {sendPath, w.bearer, "six", "80100003", 400},
		"revocation":    {"/v1/108216485/messages:revoke", expired, "0", "80200005", 401},
		"image check":   {"/v2/" + projectID + "/images:verify", expired, "0", "80200005", 401},
		"unknown path":  {"/v9/messages:send", w.bearer, "6", "", 404},
		"too long":      {sendPath, w.bearer, "6", "80300008", 400},
	}
}

// overHTTP2 is the world's client with a connection of its own.
func (w *world) overHTTP2() *http.Client {
	transport := w.client.Transport.(*http.Transport).Clone()
	transport.ForceAttemptHTTP2 = true
	w.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// counted tells whether a body was read to its end.
type counted struct {
	io.Reader
	ended atomic.Bool
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err == io.EOF {
		c.ended.Store(true)
	}
	return n, err
}

// An early refusal comes after the end of the request, over HTTP/1.1 and
// HTTP/2. The body is longer than what the server takes in unread, so that it
// has an end only if the server reads it.
func TestEarlyRefusals(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Mode = cloud.StatusMapped })
	for protocol, client := range map[int]*http.Client{1: w.client, 2: w.overHTTP2()} {
		for name, c := range refusals(w) {
			body := &counted{Reader: strings.NewReader(strings.Repeat(" ", 3<<19))}
			req, err := http.NewRequestWithContext(w.context(), http.MethodPost, w.URL()+c.path, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", c.bearer)
			req.Header.Set("push-type", c.pushType)
			res, err := client.Do(req)
			if err != nil {
				t.Errorf("%s over HTTP/%d: %v", name, protocol, err)
				continue
			}
			answer, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.ProtoMajor != protocol || res.StatusCode != c.status || !strings.Contains(string(answer), c.code) {
				t.Errorf("%s over HTTP/%d: %s %s %q, %v", name, protocol, res.Proto, res.Status, answer, err)
			}
			if !body.ended.Load() {
				t.Errorf("%s over HTTP/%d: the answer came before the request was read", name, protocol)
			}
		}
	}
}

// curl reads the same answers. It does HTTP/2 by itself.
func TestEarlyRefusalsToCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("no curl on this machine")
	}
	w := newWorld(t, func(o *cloud.Options) { o.Mode = cloud.StatusMapped })
	dir := t.TempDir()
	ca, file := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "body")
	for name, content := range map[string][]byte{ca: w.CAPEM(), file: bytes.Repeat([]byte(" "), 3<<19)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range refusals(w) {
		out, err := exec.CommandContext(w.context(), curl, "--silent", "--show-error", "--cacert", ca, "--write-out", " HTTP %{http_code}",
			"-H", "Authorization: "+c.bearer, "-H", "push-type: "+c.pushType, "--data-binary", "@"+file, w.URL()+c.path).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.code) || !strings.HasSuffix(string(out), fmt.Sprint(" HTTP ", c.status)) {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

// stuck asks for an answer that fits into no buffer, and does not take it.
// What it returns ends when the server has given up.
func (w *world) stuck(client *http.Client, asked <-chan context.Context) context.Context {
	w.Helper()
	req, err := http.NewRequestWithContext(w.context(), http.MethodPost, w.URL()+sendPath, nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("push-type", "0")
	res, err := client.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { res.Body.Close() })
	return <-asked
}

// lazyWorld answers push-type 0 with more than a client takes unread, and says
// which request that is.
func lazyWorld(t *testing.T, alter func(*cloud.Options)) (*world, <-chan context.Context) {
	asked := make(chan context.Context, 100)
	return newWorld(t, func(o *cloud.Options) {
		o.TakeWithin = 200 * time.Millisecond
		o.Intercept = func(r *http.Request) *cloud.Answer {
			if r.Header.Get("push-type") != "0" {
				return nil
			}
			asked <- r.Context()
			return &cloud.Answer{HTTPStatus: 200, Raw: make([]byte, 16<<20)}
		}
		if alter != nil {
			alter(o)
		}
	}), asked
}

// ended waits until the server has given up.
func (w *world) ended(request context.Context) {
	w.Helper()
	select {
	case <-request.Done():
	case <-time.After(patience):
		w.Fatal("the server waits for a client that takes nothing")
	}
}

// A client that does not take its answer holds nothing for ever.
func TestAnswerThatNobodyTakes(t *testing.T) {
	w, asked := lazyWorld(t, nil)
	for _, client := range []*http.Client{w.client, w.overHTTP2()} {
		w.ended(w.stuck(client, asked))
	}
}

// An answer that a fault makes slow is not cut off: while each piece waits,
// another client's time for its whole answer runs out.
func TestSlowBodyHasItsTime(t *testing.T) {
	made := make(chan time.Duration, 100)
	w, asked := lazyWorld(t, func(o *cloud.Options) { o.Clock = watched{o.Clock.(*clock.Clock), made} })
	backgroundOnly := 6
	if _, err := w.Faults().Replace([]faults.Fault{{Kind: faults.SlowBody, Millis: 8 * minute, PushType: &backgroundOnly}}); err != nil {
		t.Fatal(err)
	}
	f := &faulty{world: w, made: made}
	f.token = w.token(bundle, &device{id: "phone"})
	other := w.overHTTP2()
	for name, client := range map[string]*http.Client{"HTTP/1.1": w.client, "HTTP/2": w.overHTTP2()} {
		done := make(chan reply, 1)
		go func() {
			r, err := f.try(client, background("x", "", f.token))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			done <- r
		}()
		for i := range 8 {
			if got := <-made; got != time.Minute {
				t.Fatalf("%s: a fault waits for %v", name, got)
			}
			if i%4 == 0 {
				w.ended(w.stuck(other, asked))
			}
			w.clock.Advance(time.Minute)
		}
		if r := <-done; r.Status != 200 || !strings.HasSuffix(r.Body, `"}`) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
