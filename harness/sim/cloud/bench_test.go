// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkSend measures requests per second of the cloud, and as its baseline
// those of a handler that reads the body and answers a constant, over the same
// TLS. It reports their ratio; there is no aim: a simulator needs to be
// faster than what it is a stand-in for, which answers over the internet.
func BenchmarkSend(b *testing.B) {
	w := newWorld(b, nil)
	body := background("x", "", w.token(bundle, &device{id: "phone"}))
	roots := x509.NewCertPool()
	bare := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"code":"80000000","msg":"Success","requestId":"172005877136444524037001"}`)
	}))
	defer bare.Close()
	roots.AddCert(bare.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	bareClient := &http.Client{Transport: transport, Timeout: patience}

	post := func(client *http.Client, url string) {
		req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", w.bearer)
		req.Header.Set("push-type", "6")
		res, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("HTTP %d, %v", res.StatusCode, err)
		}
	}
	var cloudTime, bareTime time.Duration
	// The two take turns, so that whatever else the machine does hits both.
	for b.Loop() {
		start := time.Now()
		post(w.client, w.URL()+sendPath)
		middle := time.Now()
		post(bareClient, bare.URL)
		cloudTime += middle.Sub(start)
		bareTime += time.Since(middle)
	}
	n := float64(b.N)
	b.ReportMetric(n/cloudTime.Seconds(), "cloud-req/s")
	b.ReportMetric(n/bareTime.Seconds(), "bare-req/s")
	b.ReportMetric(bareTime.Seconds()/cloudTime.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}
