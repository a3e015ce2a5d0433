// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

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
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
)

// BenchmarkIngest posts signed batches over TLS, 16 at once. The baseline is a
// handler that reads the same bodies and answers the same.
func BenchmarkIngest(b *testing.B) {
	key := decoded(b)
	for _, size := range []int{1, 100} {
		b.Run(fmt.Sprintf("bare/statuses=%d", size), func(b *testing.B) {
			benchmarkPosts(b, size, key, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = w.Write([]byte(`{"code":"0","message":"success"}`))
			}))
		})
		b.Run(fmt.Sprintf("collector/statuses=%d", size), func(b *testing.B) {
			db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "r.db"), store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := db.Close(); err != nil {
					b.Error(err)
				}
			}()
			c, err := receipts.New(receipts.Options{
				Store: db, User: user, Key: receipts.NewSecret(secret), NonceLimit: 1 << 24, Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			benchmarkPosts(b, size, key, c)
		})
	}
}

func benchmarkPosts(b *testing.B, size int, key []byte, handler http.Handler) {
	server := httptest.NewTLSServer(handler)
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 16,
	}}
	defer client.CloseIdleConnections()
	var posts atomic.Int64
	b.SetParallelism(8) // times two processors
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var body bytes.Buffer
		for pb.Next() {
			n := posts.Add(1)
			body.Reset()
			body.WriteString(`{"statuses":[`)
			for i := range size {
				if i > 0 {
					body.WriteByte(',')
				}
				fmt.Fprintf(&body, `{"biTag":"%016x","pushType":6,"appPackageName":"com.example.app","token":"%s%08d","requestId":"1777636800%014d",`+
					`"deliveryStatus":{"result":0,"timestamp":1777636800000}}`, n, pushToken, i, n)
			}
			body.WriteString(`]}`)
			req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, server.URL, bytes.NewReader(body.Bytes()))
			if err != nil {
				b.Error(err)
				return
			}
			req.Header.Set(receipts.Header, sign(key, user, newNonce(), time.Now(), "; "))
			res, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				b.Errorf("answered %d", res.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(posts.Load())*float64(size)/b.Elapsed().Seconds(), "receipts/s")
}

// BenchmarkHandle is what a post of 100 statuses costs without network and
// disk.
func BenchmarkHandle(b *testing.B) {
	s := newStage(b, func(o *receipts.Options) {
		o.Store, o.NonceLimit, o.Logger = discard{}, 1<<24, slog.New(slog.DiscardHandler)
	})
	body := bodyOf(many(100)...)
	headers := make([]string, b.N)
	for i := range headers {
		headers[i] = s.signature()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if res := s.post(headers[i], body); res.Code != http.StatusOK {
			b.Fatal(res.Body)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "receipts/s")
}

// discard is a store that keeps nothing.
type discard struct{ receipts.Store }

func (discard) Add(context.Context, []receipts.Receipt) error { return nil }
