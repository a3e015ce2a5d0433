// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/sim/world"
)

// cmdReal puts a server in front of the world's cloud whose certificate does
// not say that it is simulated, so that what is sent counts.
func cmdReal(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "real")
	config := theWorld(ts).Config()
	ca, err := os.ReadFile(config.PushCA)
	ts.Check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		ts.Fatalf("%s has no certificate", config.PushCA)
	}
	behind, err := url.Parse(config.PushEndpoint)
	ts.Check(err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	server := httptest.NewTLSServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(behind) },
		Transport: transport,
	})
	ts.Defer(func() { server.Close(); transport.CloseIdleConnections() })
	file := ts.MkAbs("real-ca.pem")
	ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	ts.Setenv("ENDPOINT", server.URL)
	ts.Setenv("CA", file)
}

// cmdStopped fails if the app has a process on any device of the world.
func cmdStopped(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "stopped")
	w := theWorld(ts)
	for _, key := range w.Keys() {
		var out bytes.Buffer
		w.Device(key).Shell(context.Background(), "pidof "+world.Bundle, strings.NewReader(""), &out)
		if text := strings.TrimSpace(out.String()); text != "" {
			ts.Fatalf("%s runs on %s: pidof says %q", world.Bundle, key, text)
		}
	}
}
