// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestTLSIsVerified(t *testing.T) {
	s := serve(t, answers(200, success))
	_, err := s.client(t, func(o *pushcloud.Options) { o.RootCAs = nil }).Send(t.Context(), request())
	var transport *pushcloud.TransportError
	if !errors.As(err, &transport) || transport.OutcomeUnknown || transport.Attempts != 1 {
		t.Fatalf("got %+v", err)
	}
	if !strings.Contains(err.Error(), "its CA") || len(s.seen()) != 0 {
		t.Errorf("got %v after %d calls", err, len(s.seen()))
	}
}

func TestCAFile(t *testing.T) {
	s := serve(t, answers(200, success))
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	der := s.Certificate().Raw
	good := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if _, err := s.client(t, func(o *pushcloud.Options) { o.RootCAs, o.CAFile = nil, good }).Send(t.Context(), request()); err != nil {
		t.Error(err)
	}
	for path, says := range map[string]string{
		write("ca.der", der):                    "DER form",
		write("empty.pem", nil):                 "has no certificate",
		write("key.pem", []byte("PRIVATE KEY")): "private key",
		filepath.Join(dir, "none.pem"):          "none.pem: there is no such file",
	} {
		_, err := pushcloud.New(pushcloud.Options{Account: testAccount(t), CAFile: path})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := &script{Server: httptest.NewUnstartedServer(answers(200, success))}
	s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := s.client(t).Send(t.Context(), request())
	var transport *pushcloud.TransportError
	if !errors.As(err, &transport) || transport.OutcomeUnknown {
		t.Errorf("got %v", err)
	}
}

func TestPlainHTTPServer(t *testing.T) {
	s := &script{Server: httptest.NewServer(answers(200, success))}
	defer s.Close()
	c, err := pushcloud.New(pushcloud.Options{Account: testAccount(t), BaseURL: strings.Replace(s.URL, "http:", "https:", 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Send(t.Context(), request()); err == nil || pushcloud.IsOutcomeUnknown(err) {
		t.Errorf("got %v", err)
	}
}

func TestNew(t *testing.T) {
	account := testAccount(t)
	for name, test := range map[string]struct {
		options pushcloud.Options
		says    string
	}{
		"no account":      {pushcloud.Options{}, "LoadServiceAccount"},
		"http":            {pushcloud.Options{Account: account, BaseURL: "http://127.0.0.1:1"}, "not https"},
		"no host":         {pushcloud.Options{Account: account, BaseURL: "push-api.cloud.huawei.com"}, "is no URL"},
		"query":           {pushcloud.Options{Account: account, BaseURL: "https://h/?a=b"}, "more than scheme"},
		"password":        {pushcloud.Options{Account: account, BaseURL: "https://u:hidden@h/"}, "more than scheme"},
		"two trust roots": {pushcloud.Options{Account: account, Transport: http.DefaultTransport, CAFile: "x"}, "Transport brings"},
	} {
		_, err := pushcloud.New(test.options)
		if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	s := serve(t, answers(404, "<html>"))
	c := s.client(t)
	e, err := c.Check(t.Context())
	if err != nil || e.Issuer != s.Certificate().Issuer.CommonName || e.TLSVersion != "TLS 1.3" {
		t.Errorf("got %+v, %v", e, err)
	}
	if got := s.seen()[0]; got.authorization != "" || got.method != "GET" {
		t.Errorf("sent %+v", got)
	}
	s.Close()
	var transport *pushcloud.TransportError
	if _, err := c.Check(t.Context()); !errors.As(err, &transport) || transport.OutcomeUnknown {
		t.Errorf("got %v", err)
	}
}

func TestBasePathIsKept(t *testing.T) {
	s := serve(t, answers(200, success))
	if _, err := s.client(t, func(o *pushcloud.Options) { o.BaseURL += "/gateway/" }).Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if got := s.seen()[0].path; got != "/gateway/v3/"+testProject+"/messages:send" {
		t.Errorf("path %s", got)
	}
}

// Wrap gets the client's own transport, with its authorities, or the one that
// was given; what it returns is used, and closed through.
func TestWrap(t *testing.T) {
	s := serve(t, answers(200, success))
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	for name, o := range map[string]pushcloud.Options{
		"the client's own": {RootCAs: roots},
		"a given one":      {Transport: s.Client().Transport},
	} {
		w := &watched{}
		o.Account, o.BaseURL = testAccount(t), s.URL
		o.Wrap = func(base http.RoundTripper) http.RoundTripper {
			w.RoundTripper = base
			return w
		}
		c, err := pushcloud.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), pushcloud.Request{Message: pushcloud.Background{ExtraData: "x"}, Tokens: tokens(testToken)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
		if w.trips != 1 || !w.closed {
			t.Errorf("%s: %d requests, closed %v", name, w.trips, w.closed)
		}
	}
}

type watched struct {
	http.RoundTripper
	trips  int
	closed bool
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	w.trips++
	return w.RoundTripper.RoundTrip(r)
}

func (w *watched) CloseIdleConnections() {
	w.closed = true
	if base, ok := w.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}
