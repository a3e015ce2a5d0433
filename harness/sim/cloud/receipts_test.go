// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// posted is one status as it came, and the path to which.
type posted struct {
	Path           string `json:"-"`
	Token          string `json:"token"`
	PushType       int    `json:"pushType"`
	AppPackageName string `json:"appPackageName"`
	BiTag          string `json:"biTag"`
	RequestID      string `json:"requestId"`
	DeliveryStatus *struct {
		Result    int   `json:"result"`
		Timestamp int64 `json:"timestamp"`
	} `json:"deliveryStatus"`
	FormStatus *struct {
		FormID    int64 `json:"formId"`
		Result    int   `json:"result"`
		Timestamp int64 `json:"timestamp"`
	} `json:"formStatus"`
}

// collector is an app's server: it answers as documented and hands on what
// comes.
type collector struct {
	*httptest.Server
	statuses chan posted
}

func newCollector(tb testing.TB) *collector {
	tb.Helper()
	c := &collector{statuses: make(chan posted, 1000)}
	c.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Statuses []posted `json:"statuses"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			tb.Error(err)
		}
		for _, s := range body.Statuses {
			s.Path = r.URL.Path
			c.statuses <- s
		}
		_, _ = io.WriteString(w, `{"code":"0","message":"success"}`)
	}))
	tb.Cleanup(c.Close)
	return c
}

// to is a configuration that leads to a path of the collector.
func (c *collector) to(path string) callback.Config {
	return callback.Config{URL: c.URL + path, CA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate().Raw})}
}

func (c *collector) next(tb testing.TB) posted {
	tb.Helper()
	select {
	case s := <-c.statuses:
		return s
	case <-time.After(patience):
		tb.Fatal("no receipt came")
		panic("unreachable")
	}
}

const otherBundle = "com.example.other"

// receiptId chooses, else the app's configuration, else the project's.
func TestReceiptChoice(t *testing.T) {
	to := newCollector(t)
	w := newWorld(t, func(o *cloud.Options) {
		p := &o.Projects[0]
		p.Apps = append(p.Apps, sim.App{Bundle: otherBundle})
		p.Callbacks = []cloud.Callback{
			{ID: "project", Config: to.to("/project")},
			{ID: "second", Config: to.to("/second")},
			{ID: "app", Bundle: bundle, Config: to.to("/app")},
			{ID: "app-second", Bundle: bundle, Config: to.to("/app-second")},
		}
	})
	tokens := map[string]string{bundle: w.token(bundle, &device{id: "phone"}), otherBundle: w.token(otherBundle, &device{id: "phone"})}
	for _, c := range []struct{ bundle, receiptID, want string }{
		{bundle, "", "/app"},
		{bundle, "app-second", "/app-second"},
		{bundle, "project", "/project"},
		{bundle, "second", "/second"},
		{bundle, "unknown", "/app"},
		{otherBundle, "", "/project"},
		{otherBundle, "second", "/second"},
		{otherBundle, "app", "/project"},
		{otherBundle, "unknown", "/project"},
	} {
		options := ""
		if c.receiptID != "" {
			options = `"receiptId":"` + c.receiptID + `"`
		}
		w.accepted(6, background("x", options, tokens[c.bundle]))
		if got := to.next(t); got.Path != c.want || got.AppPackageName != c.bundle {
			t.Errorf("%s with receiptId %q: the receipt of %s went to %s, want %s", c.bundle, c.receiptID, got.AppPackageName, got.Path, c.want)
		}
	}
	if err := w.ReceiptsPosted(w.context()); err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, s := range w.Callbacks() {
		states[s.ID] = s.Posted
	}
	if states["project"] != 4 || states["second"] != 2 || states["app"] != 2 || states["app-second"] != 1 {
		t.Errorf("posted %v", states)
	}
}

// What is posted is what the record says, in the shape of the kind.
func TestReceiptSaysWhatTheRecordSays(t *testing.T) {
	to := newCollector(t)
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Callbacks = []cloud.Callback{{Config: to.to("/r")}} })
	token := w.token(bundle, &device{id: "phone", deal: answers(sim.NotShown)})
	gone := w.token(bundle, &device{id: "tablet"})
	w.DropToken(gone, sim.AppUninstalled)
	form := `{"payload":{"moduleName":"entry","abilityName":"A","formName":"f","formId":423434262,"version":1,"formData":{"k":"v"}},"target":{"token":["` + token + `"]},"pushOptions":{"biTag":"b1"}}`
	for _, c := range []struct {
		name     string
		pushType int
		body     string
		token    string
		biTag    string
		result   int
	}{
		{"background", 6, background("x", `"biTag":"b7"`, token), token, "b7", 151},
		{"alert", 0, alert("IM", "", token), token, "", 151},
		{"form", 1, form, token, "b1", 151},
		{"ended token", 6, background("x", "", gone), gone, "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{TB: t, Cloud: w.Cloud, clock: w.clock, client: w.client, bearer: w.bearer}
			id := w.accepted(c.pushType, c.body)
			at := w.settled(id).Deliveries[0].At.UnixMilli()
			got := to.next(t)
			if got.Token != c.token || got.PushType != c.pushType || got.BiTag != c.biTag || got.RequestID != id || got.AppPackageName != bundle {
				t.Errorf("posted %+v", got)
			}
			switch {
			case c.pushType == 1:
				if f := got.FormStatus; got.DeliveryStatus != nil || f == nil || f.FormID != 423434262 || f.Result != c.result || f.Timestamp != at {
					t.Errorf("posted %+v", got)
				}
			case got.FormStatus != nil || got.DeliveryStatus == nil || got.DeliveryStatus.Result != c.result || got.DeliveryStatus.Timestamp != at:
				t.Errorf("posted %+v, want result %d at %d", got, c.result, at)
			}
		})
	}
}

// What expires has no receipt, and a project without a configuration posts
// none.
func TestNoReceipt(t *testing.T) {
	to := newCollector(t)
	w := newWorld(t, func(o *cloud.Options) {
		o.Projects[0].Callbacks = []cloud.Callback{{Bundle: bundle, Config: to.to("/r")}}
	})
	d := &device{id: "phone", offline: true}
	token := w.token(bundle, d)
	id := w.accepted(6, background("x", `"ttl":60`, token))
	w.state(id, cloud.Held)
	w.clock.Advance(2 * time.Minute)
	w.state(id, cloud.Expired)
	d.setOffline(false)
	next := w.accepted(6, background("x", "", token))
	if got := to.next(t); got.RequestID != next {
		t.Errorf("the receipt of %s came, %s expired", got.RequestID, id)
	}
	bare := newWorld(t, nil)
	bare.settled(bare.accepted(6, background("x", "", bare.token(bundle, &device{id: "phone"}))))
	if err := bare.ReceiptsPosted(bare.context()); err != nil || len(bare.Callbacks()) != 0 {
		t.Errorf("%v, %v", err, bare.Callbacks())
	}
}

func TestReceiptConfigurations(t *testing.T) {
	for name, c := range map[string]struct {
		callbacks []cloud.Callback
		want      string
	}{
		"plain HTTP": {[]cloud.Callback{{Config: callback.Config{URL: "http://127.0.0.1/r"}}}, "HTTPS"},
		"id twice":   {[]cloud.Callback{{ID: "a", Config: callback.Config{URL: "https://h"}}, {ID: "a", Bundle: bundle, Config: callback.Config{URL: "https://h"}}}, "there twice"},
		"bundle":     {[]cloud.Callback{{Bundle: otherBundle, Config: callback.Config{URL: "https://h"}}}, otherBundle},
	} {
		_, err := cloud.New(cloud.Options{Projects: []cloud.Project{{ID: projectID, Apps: []sim.App{{Bundle: bundle}}, Callbacks: c.callbacks}}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Close does not wait for a receiver that does not answer.
func TestCloseWithReceiptsUnderWay(t *testing.T) {
	under := make(chan struct{})
	silent := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		// The server sees that the client has gone once the body is read.
		_, _ = io.Copy(io.Discard, r.Body)
		close(under)
		<-r.Context().Done()
	}))
	defer silent.Close()
	to := &collector{Server: silent}
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].Callbacks = []cloud.Callback{{Config: to.to("/r")}} })
	w.accepted(6, background("x", "", w.token(bundle, &device{id: "phone"})))
	select {
	case <-under:
	case <-time.After(patience):
		t.Fatal("nothing was posted")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if s := w.Callbacks()[0]; s.Lost != 1 || s.Waiting != 0 {
		t.Errorf("state %+v", s)
	}
}
