// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// quick answers every request with success and keeps nothing.
func quick(b *testing.B) *script {
	b.Helper()
	s := &script{Server: httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answers(200, success)(w, r)
	}))}
	s.EnableHTTP2 = true
	s.StartTLS()
	b.Cleanup(s.Close)
	return s
}

// BenchmarkSend compares the client with a bare net/http POST of the same bytes
// to the same server, turn by turn in the same run: "ratio" is the median over
// the turns of the client's requests per second by the bare ones, so that what
// else the machine does meets both.
func BenchmarkSend(b *testing.B) {
	for _, inFlight := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d in flight", inFlight), func(b *testing.B) {
			s := quick(b)
			r := pushcloud.Request{
				Message: pushcloud.Alert{Title: "Order 7", Body: "is ready", ClickAction: pushcloud.ClickAction{Data: map[string]any{"order": 7}}},
				Tokens:  tokens(testToken),
				Options: pushcloud.PushOptions{BiTag: "b1"},
			}
			c := s.client(b)
			send := func() error { _, err := c.Send(b.Context(), r); return err }
			bare, closeBare := bareSender(b, s, r)
			defer closeBare()
			// Both connect, and the JWT is signed, before the time is taken.
			spend(b, inFlight, 4*inFlight, send)
			spend(b, inFlight, 4*inFlight, bare)
			var client, base time.Duration
			var ratios []float64
			const turn = 256
			for b.Loop() {
				client1 := spend(b, inFlight, turn, send)
				base1 := spend(b, inFlight, turn, bare)
				base2 := spend(b, inFlight, turn, bare)
				client2 := spend(b, inFlight, turn, send)
				base, client = base+base1+base2, client+client1+client2
				ratios = append(ratios, (base1+base2).Seconds()/(client1+client2).Seconds())
			}
			sent := float64(2 * turn * len(ratios))
			slices.Sort(ratios)
			b.ReportMetric(sent/client.Seconds(), "req/s")
			b.ReportMetric(sent/base.Seconds(), "bare-req/s")
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
		})
	}
}

// bareSender posts the body of r as anybody would who has no client.
func bareSender(b *testing.B, s *script, r pushcloud.Request) (func() error, func()) {
	b.Helper()
	capture := serve(b, answers(200, success))
	if _, err := capture.client(b).Send(b.Context(), r); err != nil {
		b.Fatal(err)
	}
	seen := capture.seen()[0]
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.roots()}, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 64,
	}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	return func() error {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, s.URL+seen.path, bytes.NewReader(seen.body))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", seen.authorization)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("push-type", seen.pushType)
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
		return err
	}, transport.CloseIdleConnections
}

// spend calls f n times by so many workers and returns the time that it took.
func spend(b *testing.B, workers, n int, f func() error) time.Duration {
	b.Helper()
	begin := time.Now()
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for range (n + workers - 1 - w) / workers {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

// BenchmarkJWT compares a JWT from the cache with one that is signed for each
// message, both with RSA-4096 as in the vendor's sample.
func BenchmarkJWT(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 4096)
	if err != nil {
		b.Fatal(err)
	}
	account, err := pushcloud.ParseServiceAccount(accountJSON(b, key, nil))
	if err != nil {
		b.Fatal(err)
	}
	for name, cached := range map[string]bool{"cached": true, "signed each time": false} {
		b.Run(name, func(b *testing.B) {
			sign := pushcloud.Signer(account, cached)
			for b.Loop() {
				if err := sign(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkValidate measures what is done before a request leaves, for each
// kind: the longest payload of its list that has no padding.
func BenchmarkValidate(b *testing.B) {
	for _, kind := range push.Kinds() {
		var c fixtures.MessageCase
		for _, other := range fixtures.Messages() {
			if other.Valid && other.Kind == kind && other.Tokens == 1 && len(other.Body) > len(c.Body) && len(other.Body) < 1000 {
				c = other
			}
		}
		b.Run(kind.String(), func(b *testing.B) {
			var body struct {
				Payload json.RawMessage `json:"payload"`
			}
			if err := json.Unmarshal(c.Body, &body); err != nil {
				b.Fatal(err)
			}
			r := pushcloud.Request{Message: pushcloud.RawMessage{Type: c.PushType, Body: body.Payload}, Tokens: tokens(testToken)}
			b.SetBytes(int64(len(body.Payload)))
			b.ReportAllocs()
			for b.Loop() {
				if faults := pushcloud.Validate(r); faults != nil {
					b.Fatal(faults)
				}
			}
		})
	}
}
