// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
	"github.com/pushproof/pushproof/harness/sim/cloud/control"
	"github.com/pushproof/pushproof/harness/sim/cloud/demo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second
	secret   = "a token of the control plane"
)

// world is a demo cloud, its control plane and a receiver of receipts.
type world struct {
	testing.TB
	*demo.Demo
	control  *control.Server
	clock    *clock.Clock
	client   *http.Client
	bearer   string
	receipts chan *http.Request // its body is read into Form's "body"
}

func newWorld(tb testing.TB, mode cloud.Mode) *world {
	tb.Helper()
	w := &world{TB: tb, clock: clock.New(), receipts: make(chan *http.Request, 1000)}
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		r.Form = map[string][]string{"body": {string(body)}}
		w.receipts <- r
		_, _ = io.WriteString(rw, `{"code":"0","message":"success"}`)
	}))
	tb.Cleanup(receiver.Close)
	var err error
	w.Demo, err = demo.Start(w.context(), cloud.Options{Clock: w.clock, Mode: mode}, "", demo.Rules{Receipts: []cloud.Callback{{Config: callback.Config{
		URL: receiver.URL, User: "tester", Key: "a2V5",
		CA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}),
	}}}})
	if err != nil {
		tb.Fatal(err)
	}
	if w.control, err = control.New(control.Options{Cloud: w.Cloud, Clock: w.clock, Token: secret}); err != nil {
		tb.Fatal(err)
	}
	if err := w.control.Start(""); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.CAPEM())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	w.client = &http.Client{Transport: transport, Timeout: patience}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := w.control.Close(); err != nil {
			tb.Error(err)
		}
		if err := w.Demo.Close(); err != nil {
			tb.Error(err)
		}
		w.clock.Close()
	})
	w.bearer = w.sign()
	return w
}

func (w *world) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.Cleanup(cancel)
	return ctx
}

// sign makes the Authorization header of a sender.
func (w *world) sign() string {
	var file struct {
		KeyID      string `json:"key_id"`
		PrivateKey string `json:"private_key"`
		SubAccount string `json:"sub_account"`
		TokenURI   string `json:"token_uri"`
	}
	if err := json.Unmarshal(w.ServiceAccountJSON(), &file); err != nil {
		w.Fatal(err)
	}
	block, _ := pem.Decode([]byte(file.PrivateKey))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		w.Fatal(err)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": file.SubAccount, "aud": file.TokenURI, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	})
	t.Header["kid"] = file.KeyID
	signed, err := t.SignedString(key.(*rsa.PrivateKey))
	if err != nil {
		w.Fatal(err)
	}
	return "Bearer " + signed
}

// token returns the value of a demo token.
func (w *world) token(name string) string {
	w.Helper()
	t, ok := w.Token(name)
	if !ok {
		w.Fatalf("the demo has no token %s", name)
	}
	return t.Reveal()
}

// reply is an answer.
type reply struct {
	status      int
	contentType string
	body        []byte
}

// do sends a request with headers, an empty one of which is left out.
func (w *world) do(method, url string, body []byte, headers map[string]string) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.context(), method, url, bytes.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	for name, value := range headers {
		switch {
		case name == "Host":
			req.Host = value
		case value != "":
			req.Header.Set(name, value)
		}
	}
	res, err := w.client.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return reply{res.StatusCode, res.Header.Get("Content-Type"), data}
}

// ask sends a request to the control plane.
func (w *world) ask(method, path, body string) reply {
	w.Helper()
	return w.do(method, w.control.URL()+path, []byte(body), map[string]string{"Authorization": "Bearer " + secret})
}

// send sends a message to the cloud and returns the answer's code and
// requestId.
func (w *world) send(pushType, body string) (code, requestID string) {
	w.Helper()
	r := w.do(http.MethodPost, w.URL()+"/v3/"+demo.ProjectID+"/messages:send", []byte(body), map[string]string{
		"Authorization": w.bearer, "push-type": pushType, "Content-Type": "application/json",
	})
	var answer struct{ Code, RequestID string }
	if err := json.Unmarshal(r.body, &answer); err != nil {
		w.Fatalf("HTTP %d %s: %v", r.status, r.body, err)
	}
	return answer.Code, answer.RequestID
}

// background is a body of push-type 6.
func background(token string) string {
	return strings.Replace(`{"payload":{"extraData":"x"},"target":{"token":["TOKEN"]}}`, "TOKEN", token, 1)
}
