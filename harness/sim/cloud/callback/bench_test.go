// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// BenchmarkReceipts measures receipts posted per second, signed, in batches of
// a hundred over TLS, and as its baseline a client that sends bytes of the same
// number and size to the same receiver.
func BenchmarkReceipts(b *testing.B) {
	var size atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		size.Store(max(size.Load(), n))
		_, _ = io.WriteString(w, taken)
	}))
	defer server.Close()
	p, err := callback.New(callback.Config{
		URL: server.URL, CA: (&receiver{Server: server}).ca(), User: "tester", Key: "a2V5",
	}, newHands(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	b.Run("poster", func(b *testing.B) {
		p.Reset()
		for n := range b.N {
			for !p.Add(status(n)) {
				if _, err := p.Wait(context.Background(), func(s callback.State) bool { return s.Waiting < callback.DefaultQueueLimit/2 }); err != nil {
					b.Fatal(err)
				}
			}
		}
		if _, err := p.Wait(context.Background(), func(s callback.State) bool { return s.Waiting == 0 }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
	})
	b.Run("bare", func(b *testing.B) {
		roots := x509.NewCertPool()
		roots.AddCert(server.Certificate())
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		body := bytes.Repeat([]byte("x"), int(size.Load()))
		for n := 0; n < b.N; n += 100 {
			res, err := client.Post(server.URL, "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			if got, err := io.ReadAll(res.Body); err != nil || string(got) != taken {
				b.Fatal(fmt.Sprint(string(got), err))
			}
			_ = res.Body.Close()
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
	})
}
