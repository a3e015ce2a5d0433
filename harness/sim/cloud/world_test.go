// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	projectID = "388421841221199137"
	bundle    = "com.example.shop"
	patience  = 20 * time.Second
)

// account is made once: an RSA key takes longer than most tests.
var account = sync.OnceValue(func() *cloud.ServiceAccount {
	a, err := cloud.NewServiceAccount(projectID)
	if err != nil {
		panic(err)
	}
	return a
})

// accountFile is what a sender reads of the file.
type accountFile struct {
	ProjectID  string `json:"project_id"`
	KeyID      string `json:"key_id"`
	PrivateKey string `json:"private_key"`
	SubAccount string `json:"sub_account"`
	TokenURI   string `json:"token_uri"`
}

func (f accountFile) key(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	block, _ := pem.Decode([]byte(f.PrivateKey))
	if block == nil || block.Type != "PRIVATE KEY" {
		tb.Fatal("private_key is no PEM block PRIVATE KEY")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func readAccount(tb testing.TB, a *cloud.ServiceAccount) accountFile {
	tb.Helper()
	var f accountFile
	if err := json.Unmarshal(a.JSON(), &f); err != nil {
		tb.Fatal(err)
	}
	return f
}

// bearer signs a good JWT as Push Kit's guide says, after alter has had its
// way.
func bearer(tb testing.TB, alter func(t *jwt.Token, claims jwt.MapClaims)) string {
	tb.Helper()
	f := readAccount(tb, account())
	now := time.Now()
	claims := jwt.MapClaims{"iss": f.SubAccount, "aud": f.TokenURI, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	t := jwt.NewWithClaims(jwt.SigningMethodPS256, claims)
	t.Header["kid"] = f.KeyID
	if alter != nil {
		alter(t, claims)
	}
	signed, err := t.SignedString(f.key(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return "Bearer " + signed
}

// world is a started cloud, a clock and a client that trusts it.
type world struct {
	testing.TB
	*cloud.Cloud
	clock  *clock.Clock
	client *http.Client
	bearer string
}

// newWorld starts a cloud with one project and one app that has every right,
// unless alter says otherwise.
func newWorld(tb testing.TB, alter func(*cloud.Options)) *world {
	tb.Helper()
	ck := clock.New()
	o := cloud.Options{Clock: ck, Projects: []cloud.Project{{
		ID: projectID, Keys: []cloud.Key{account().Key}, Apps: []sim.App{{Bundle: bundle, Rights: allRights()}},
	}}}
	if alter != nil {
		alter(&o)
	}
	c, err := cloud.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.Start(""); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.CAPEM()) {
		tb.Fatal("CAPEM is no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 16}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
		ck.Close()
	})
	return &world{TB: tb, Cloud: c, clock: ck, client: &http.Client{Transport: transport, Timeout: patience}, bearer: bearer(tb, nil)}
}

// liveViewEvents are those of every version of the documentation.
var liveViewEvents = strings.Fields("TAXI DELIVERY FLIGHT TRAIN QUEUE PICK_UP SCORE RENT TIMER WORKOUT NAVIGATION EXPRESS CHECK_IN TRADE SUBSCRIBE_TIMER")

func allRights() []string {
	rights := []string{"kind:extension", "kind:voip", "licence:news"}
	for _, event := range liveViewEvents {
		rights = append(rights, "kind:liveview:"+event)
	}
	for _, c := range strings.Fields("IM VOIP MISS_CALL SUBSCRIPTION TRAVEL HEALTH WORK ACCOUNT EXPRESS FINANCE DEVICE_REMINDER MAIL") {
		rights = append(rights, "category:"+c)
	}
	return rights
}

func (w *world) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.Cleanup(cancel)
	return ctx
}

// token registers the app on the device.
func (w *world) token(app string, d sim.Device) string {
	w.Helper()
	t, err := w.IssueToken(w.context(), sim.App{Bundle: app}, d)
	if err != nil {
		w.Fatal(err)
	}
	return t
}

// reply is what came back over HTTPS.
type reply struct {
	Status    int    `json:"-"`
	Body      string `json:"-"`
	Code      string `json:"code"`
	Msg       string `json:"msg"`
	RequestID string `json:"requestId"`
}

// post sends raw bytes; an empty authorization header is left out.
func (w *world) post(path, authorization, pushType string, body []byte) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.context(), http.MethodPost, w.URL()+path, bytes.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if pushType != "" {
		req.Header.Set("push-type", pushType)
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
	r := reply{Status: res.StatusCode, Body: string(data)}
	// A body that is not JSON leaves the code empty, which the tests see.
	_ = json.Unmarshal(data, &r)
	return r
}

const sendPath = "/v3/" + projectID + "/messages:send"

// send sends a body as the project's own sender.
func (w *world) send(pushType int, body string) reply {
	w.Helper()
	return w.post(sendPath, w.bearer, strconv.Itoa(pushType), []byte(body))
}

// accepted sends and expects success; it returns the request's id.
func (w *world) accepted(pushType int, body string) string {
	w.Helper()
	r := w.send(pushType, body)
	if r.Code != "80000000" {
		w.Fatalf("%s: %d %s", body, r.Status, r.Body)
	}
	return r.RequestID
}

// settled waits until nothing more comes of a request.
func (w *world) settled(requestID string) cloud.Activity {
	w.Helper()
	a, err := w.Settled(w.context(), requestID)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// receipt waits for the receipt of a request with one token.
func (w *world) receipt(requestID string) sim.Receipt {
	w.Helper()
	a := w.settled(requestID)
	if len(a.Deliveries) != 1 || a.Deliveries[0].Receipt == nil {
		w.Fatalf("no single receipt: %v", a)
	}
	return *a.Deliveries[0].Receipt
}

// state waits until the first delivery of a request is in a state.
func (w *world) state(requestID string, state cloud.State) {
	w.Helper()
	_, err := w.Wait(w.context(), func(a cloud.Activity) bool {
		return a.RequestID == requestID && len(a.Deliveries) > 0 && a.Deliveries[0].State == state
	})
	if err != nil {
		w.Fatal(err)
	}
}

// background is a body of push-type 6; options may be "".
func background(extra, options string, tokens ...string) string {
	list, _ := json.Marshal(append([]string{}, tokens...))
	return fmt.Sprintf(`{"payload":{"extraData":%q},"target":{"token":%s},"pushOptions":{%s}}`, extra, list, options)
}

// alert is a body of push-type 0.
func alert(category, options string, tokens ...string) string {
	list, _ := json.Marshal(append([]string{}, tokens...))
	return fmt.Sprintf(`{"payload":{"notification":{"category":%q,"title":"t","body":"b","clickAction":{"actionType":0}}},"target":{"token":%s},"pushOptions":{%s}}`, category, list, options)
}

// device is a sim.Device that keeps what it gets.
type device struct {
	id string
	// deal, when set, decides on the receipt and may wait.
	deal func(ctx context.Context, m sim.Message) sim.Receipt
	// online, when set, takes the place of offline.
	online func() bool

	mu      sync.Mutex
	offline bool
	got     []sim.Message
}

func (d *device) ID() string { return d.id }

func (d *device) Online() bool {
	if d.online != nil {
		return d.online()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.offline
}

func (d *device) setOffline(offline bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.offline = offline
}

func (d *device) Deliver(ctx context.Context, m sim.Message) sim.Receipt {
	d.mu.Lock()
	d.got = append(d.got, m)
	d.mu.Unlock()
	if d.deal != nil {
		return d.deal(ctx, m)
	}
	return sim.Delivered
}

func (d *device) messages() []sim.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]sim.Message(nil), d.got...)
}

// extras returns the extraData of what was delivered, in order.
func (d *device) extras(tb testing.TB) []string {
	tb.Helper()
	var out []string
	for _, m := range d.messages() {
		var p struct {
			ExtraData string `json:"extraData"`
		}
		if err := json.Unmarshal(m.Payload, &p); err != nil {
			tb.Fatal(err)
		}
		out = append(out, p.ExtraData)
	}
	return out
}
