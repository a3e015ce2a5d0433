// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// The certificate says that the cloud is simulated, and is good for nobody who
// does not trust its own authority.
func TestCertificate(t *testing.T) {
	w := newWorld(t, nil)
	res, err := w.client.Get(w.URL())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if issuer := res.TLS.PeerCertificates[0].Issuer.CommonName; issuer != "Pushproof Simulator CA" {
		t.Errorf("issuer %q", issuer)
	}
	if cloud.Issuer != "Pushproof Simulator CA" {
		t.Errorf("Issuer is %q", cloud.Issuer)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	_, err = (&http.Client{Transport: transport}).Get(w.URL())
	if _, ok := err.(interface{ Unwrap() error }); !ok || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a client without the authority got %v", err)
	}
}

func TestTLSVersions(t *testing.T) {
	w := newWorld(t, nil)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.CAPEM())
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version}}
		conn, err := dialer.DialContext(w.context(), "tcp", strings.TrimPrefix(w.URL(), "https://"))
		if err == nil {
			conn.Close()
		}
		if (err == nil) != want {
			t.Errorf("%s: %v, want accepted: %v", tls.VersionName(version), err, want)
		}
	}
}

func TestStart(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:0", "example.com:0", ":0", "127.0.0.1"} {
		c, err := cloud.New(cloud.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(addr); err == nil {
			t.Errorf("started on %s", addr)
		}
		if url := c.URL(); url != "" {
			t.Errorf("not started, URL %s", url)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, addr := range []string{"", "localhost:0", "127.0.0.1:0"} {
		c, err := cloud.New(cloud.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(addr); err != nil {
			t.Errorf("start on %q: %v", addr, err)
		}
		if err := c.Start(addr); err == nil {
			t.Error("started twice")
		}
		for range 2 {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := c.Start(addr); err == nil {
			t.Error("started after Close")
		}
	}
}

func TestOptionsThatContradictThemselves(t *testing.T) {
	key := account().Key
	app := sim.App{Bundle: bundle}
	for name, projects := range map[string][]cloud.Project{
		"no id":            {{}},
		"project twice":    {{ID: "1"}, {ID: "1"}},
		"key twice":        {{ID: "1", Keys: []cloud.Key{key}}, {ID: "2", Keys: []cloud.Key{key}}},
		"key without half": {{ID: "1", Keys: []cloud.Key{{ID: "k", SubAccount: "1"}}}},
		"bundle twice":     {{ID: "1", Apps: []sim.App{app}}, {ID: "2", Apps: []sim.App{app}}},
		"no bundle":        {{ID: "1", Apps: []sim.App{{}}}},
	} {
		if c, err := cloud.New(cloud.Options{Projects: projects}); err == nil {
			t.Errorf("%s: accepted", name)
			c.Close()
		}
	}
}

// A cloud without a clock keeps the real time, and closes what it made.
func TestOwnClock(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Clock = nil })
	d := &device{id: "phone"}
	if got := w.receipt(w.accepted(6, background("x", "", w.token(bundle, d)))); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
}

func TestIntercept(t *testing.T) {
	answers := make(chan *cloud.Answer, 3)
	w := newWorld(t, func(o *cloud.Options) {
		o.Intercept = func(r *http.Request) *cloud.Answer { return <-answers }
	})
	d := &device{id: "phone"}
	body := background("x", "", w.token(bundle, d))
	answers <- &cloud.Answer{HTTPStatus: 503, Raw: []byte{}}
	if r := w.send(6, body); r.Status != 503 || r.Body != "" {
		t.Errorf("an empty 503: %d %q", r.Status, r.Body)
	}
	answers <- &cloud.Answer{Code: "81000001", Msg: "Inner Error."}
	if r := w.send(6, body); r.Status != 200 || r.Code != "81000001" || len(r.RequestID) != 24 {
		t.Errorf("an inner error: %d %s", r.Status, r.Body)
	}
	answers <- nil
	w.settled(w.accepted(6, body))
	if got := len(d.messages()); got != 1 {
		t.Errorf("%d messages delivered, want the one that was not intercepted", got)
	}
}

// Close ends a hand-over by its context and comes back.
func TestCloseWhileDelivering(t *testing.T) {
	w := newWorld(t, nil)
	entered := make(chan struct{})
	d := &device{id: "phone", deal: func(ctx context.Context, _ sim.Message) sim.Receipt {
		close(entered)
		<-ctx.Done()
		return sim.Other
	}}
	token := w.token(bundle, d)
	w.accepted(6, background("first", "", token))
	<-entered
	w.accepted(6, background("second", "", token))
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if got := len(d.messages()); got != 1 {
		t.Errorf("%d messages, want 1: nothing is handed over after Close", got)
	}
	if _, err := w.Settled(w.context(), "none"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("waiting on a closed cloud: %v", err)
	}
}
