// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
	"github.com/pushproof/pushproof/harness/sim/cloud/demo"
)

// fits checks an answer against what the document says of the operation.
func (d *document) fits(t *testing.T, o operation, r reply) {
	t.Helper()
	responses := o.content["responses"].(map[string]any)
	status := fmt.Sprint(r.status)
	if responses[status] == nil {
		t.Errorf("%s %s: HTTP %s is not documented: %s", o.method, o.path, status, r.body)
		return
	}
	response, where := d.object(t, o.at+pointer("responses", status))
	content, _ := response["content"].(map[string]any)
	mediaType, _, _ := strings.Cut(r.contentType, ";")
	switch {
	case content == nil && len(r.body) == 0:
	case content[mediaType] == nil:
		t.Errorf("%s %s: HTTP %s with %q is not documented: %s", o.method, o.path, status, r.contentType, r.body)
	case mediaType == "application/json":
		if err := d.schema(t, where+pointer("content", mediaType, "schema")).Validate(parseJSON(t, r.body)); err != nil {
			t.Errorf("%s %s: HTTP %s %s: %v", o.method, o.path, status, r.body, err)
		}
	}
}

// target fills a documented path with the demo's ids.
func (w *world) target(o operation) string {
	base := w.URL()
	if o.control {
		base = w.control.URL()
	}
	return base + strings.NewReplacer("{projectId}", demo.ProjectID, "{clientId}", demo.ClientID, "{id}", demo.ProjectID).Replace(o.path)
}

// Each documented example is taken by the real handler, in both modes, and
// what it answers is documented.
func TestExamplesAreAnswered(t *testing.T) {
	d := readDocument(t)
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		w := newWorld(t, mode)
		sent := 0
		for _, o := range d.operations(t) {
			authorization := w.bearer
			if o.control {
				authorization = "Bearer " + secret
			}
			examples := []example{{name: o.operationID()}}
			if o.content["requestBody"] != nil {
				examples = d.examples(t, o.at+"/requestBody")
			}
			for _, e := range examples {
				body, err := json.Marshal(e.value)
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(string(body), "MAMzLgTOKEN", w.token("delivered"))
				r := w.do(strings.ToUpper(o.method), w.target(o), []byte(text), map[string]string{"Authorization": authorization, "push-type": e.pushType})
				sent++
				d.fits(t, o, r)
				refused := strings.HasPrefix(o.operationID(), "sendV")
				if good := strings.Contains(string(r.body), `"code":"80000000"`) || strings.Contains(string(r.body), `"code":"83010000"`) || o.control && r.status < 300; good == refused {
					t.Errorf("%s: HTTP %d %s", e.name, r.status, r.body)
				}
				if o.operationID() == "putFaults" {
					w.Faults().Clear()
				}
			}
		}
		if sent < 25 {
			t.Errorf("only %d examples sent", sent)
		}
	}
}

func (o operation) operationID() string { return o.content["operationId"].(string) }

// Whatever is wrong with a request, the answer is documented.
func TestRefusalsAreDocumented(t *testing.T) {
	d := readDocument(t)
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		w := newWorld(t, mode)
		for _, o := range d.operations(t) {
			good := w.bearer
			if o.control {
				good = "Bearer " + secret
			}
			for _, body := range []string{"", "{", "[]", "{}", "null", `{"faults":1}`, `{"faults":[{"kind":"x"}]}`, `{"advanceMillis":-1}`, `{"advanceMillis":1,"x":2}`, `{"imageUrl":"http://h/a.png"}`, `{"notifyId":1,"token":[]}`, strings.Repeat("x", 2<<20)} {
				for _, headers := range []map[string]string{
					{"Authorization": good, "push-type": "0"},
					{"Authorization": good, "push-type": "none"},
					{"Authorization": "Bearer no", "push-type": "0"},
					{"push-type": "0"},
				} {
					d.fits(t, o, w.do(strings.ToUpper(o.method), w.target(o), []byte(body), headers))
				}
			}
		}
	}
}

// The list of messages that client and simulator are held to: what the
// simulator answers to each is documented.
func TestAnswersToAllMessagesAreDocumented(t *testing.T) {
	d := readDocument(t)
	w := newWorld(t, cloud.StatusMapped)
	var send operation
	for _, o := range d.operations(t) {
		if o.operationID() == "send" {
			send = o
		}
	}
	for _, m := range fixtures.Messages() {
		var tokens []string
		for range m.Tokens {
			tokens = append(tokens, w.token("delivered"))
		}
		d.fits(t, send, w.do(http.MethodPost, w.target(send), m.Fill(tokens...), map[string]string{
			"Authorization": w.bearer, "push-type": fmt.Sprint(m.PushType),
		}))
	}
}

// The record of all that can happen is as documented.
func TestActivityIsDocumented(t *testing.T) {
	d := readDocument(t)
	w := newWorld(t, cloud.StatusAll200)
	var all []string
	for _, token := range w.Tokens() {
		all = append(all, token.Token.Reveal())
	}
	list, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"payload":{"notification":{"category":"IM","title":"t","body":"b","clickAction":{"actionType":0}}},"target":{"token":` + string(list) + `},"pushOptions":{"biTag":"b1","ttl":60}}`
	code, id := w.send("0", body)
	if code != "80100000" {
		t.Fatalf("code %s", code)
	}
	if r := w.ask(http.MethodPut, "/faults", `{"faults":[{"kind":"duplicate"},{"kind":"status","on":"answer","httpStatus":200,"code":"80000000","msg":"Success","skip":1}]}`); r.status != 200 {
		t.Fatalf("%s", r.body)
	}
	w.send("6", background(w.token("delivered")))
	w.send("6", background(w.token("delivered")))
	// Before it is held the device has not been asked, and nothing waits for
	// the clock.
	if _, err := w.Wait(w.context(), func(a cloud.Activity) bool {
		return a.RequestID == id && slices.ContainsFunc(a.Deliveries, func(d cloud.Delivery) bool { return d.State == cloud.Held })
	}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.Settled(w.context(), id); err != nil {
		t.Fatal(err)
	}
	if err := w.ReceiptsPosted(w.context()); err != nil {
		t.Fatal(err)
	}
	r := w.ask(http.MethodGet, "/activity", "")
	for _, o := range d.operations(t) {
		if o.operationID() == "activity" {
			d.fits(t, o, r)
		}
	}
	for _, token := range all {
		if strings.Contains(string(r.body), token) {
			t.Error("the record holds a Push Token")
		}
	}
	for _, want := range []string{`"rejected"`, `"expired"`, `"receipt":6`, `"faults":["fault-0"]`, `"faults":["fault-1"]`, `"posted":`} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("the record lacks %s: %s", want, r.body)
		}
	}
}

// Receipts as they are posted are as documented, header and body.
func TestReceiptsAreDocumented(t *testing.T) {
	d := readDocument(t)
	w := newWorld(t, cloud.StatusAll200)
	header := d.schema(t, "/webhooks/receipts/post/parameters/0/schema")
	body := d.schema(t, "/webhooks/receipts/post/requestBody/content/application~1json/schema")
	form, _ := d.object(t, "/components/examples/form")
	text, err := json.Marshal(form["value"])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct{ pushType, body string }{
		{"6", background(w.token("receipt-27"))},
		{"1", strings.ReplaceAll(string(text), "MAMzLgTOKEN", w.token("delivered"))},
	} {
		if code, _ := w.send(m.pushType, m.body); code != "80000000" {
			t.Fatalf("push-type %s: code %s", m.pushType, code)
		}
		select {
		case r := <-w.receipts:
			if err := header.Validate(r.Header.Get(callback.Header)); err != nil {
				t.Error(err)
			}
			if err := body.Validate(parseJSON(t, []byte(r.Form.Get("body")))); err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("no receipt came")
		}
	}
}
