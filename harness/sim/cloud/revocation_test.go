// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

const (
	clientID      = "108216485"
	otherClientID = "108216486"
	secondBundle  = "com.example.other"
	revokePath    = "/v1/" + clientID + "/messages:revoke"
)

// withClients gives the project's app a client id, adds a second app, and
// another project with a third.
func withClients(o *cloud.Options) {
	p := &o.Projects[0]
	p.ClientID = clientID
	p.Apps = append(p.Apps, sim.App{Bundle: secondBundle, Rights: allRights()})
	p.ClientIDs = map[string]string{secondBundle: otherClientID}
	o.Projects = append(o.Projects, cloud.Project{ID: "2", ClientID: "2222", Apps: []sim.App{{Bundle: "com.example.third"}}})
}

// revocable is a device that notes what it is asked to take back.
type revocable struct {
	device
	mu    sync.Mutex
	asked []sim.Revocation
	// log has what came, in order.
	log []string
}

func (r *revocable) Deliver(ctx context.Context, m sim.Message) sim.Receipt {
	r.mu.Lock()
	r.log = append(r.log, fmt.Sprint("push-type ", m.PushType))
	r.mu.Unlock()
	return r.device.Deliver(ctx, m)
}

func (r *revocable) Revoke(_ context.Context, v sim.Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, v)
	r.log = append(r.log, "revoke")
}

func (r *revocable) seen() (asked []sim.Revocation, log []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked), slices.Clone(r.log)
}

func revocation(id string, tokens ...string) string {
	list, _ := json.Marshal(append([]string{}, tokens...))
	return fmt.Sprintf(`{"notifyId":%s,"token":%s}`, id, list)
}

// numbered is an alert with a notifyId.
func numbered(id, options string, tokens ...string) string {
	return strings.Replace(alert("IM", options, tokens...), `"title"`, `"notifyId":`+id+`,"title"`, 1)
}

// A revocation ends what was not delivered, and asks the device to remove what
// is shown.
func TestRevoke(t *testing.T) {
	w := newWorld(t, withClients)
	d := &revocable{device: device{id: "phone", offline: true}}
	token := w.token(bundle, d)
	other := w.token(secondBundle, d)
	gone := w.held(0, numbered("7", "", token))
	kept := []string{
		w.held(0, numbered("8", "", token)),
		w.held(0, alert("IM", "", token)),
		w.held(0, numbered("-1", "", token)),
		w.held(0, numbered("7", "", other)),
		w.held(6, background("x", "", token)),
		w.held(2, strings.Replace(strings.Replace(numbered("7", "", token), `"IM"`, `"PLAY_VOICE"`, 1), `"payload":{`, `"payload":{"extraData":"x",`, 1)),
	}
	r := w.post(revokePath, w.bearer, "0", []byte(revocation("7", token)))
	if r.Code != "80000000" || r.Msg != "Success" {
		t.Fatalf("%s", r.Body)
	}
	if got := w.settled(gone).Deliveries[0]; got.State != cloud.Revoked || got.Receipt != nil {
		t.Errorf("the message that waited: %+v, want revoked without receipt", got)
	}
	later := w.accepted(0, numbered("7", "", token))
	d.setOffline(false)
	w.Connect(d)
	for _, id := range append(kept, later) {
		if got := w.receipt(id); got != sim.Delivered {
			t.Errorf("another message: receipt %d", got)
		}
	}
	a := w.settled(r.RequestID)
	if a.API != fixtures.APIRevoke || a.Project != projectID || a.PushType != 0 || len(a.Deliveries) != 1 || a.Deliveries[0].State != cloud.Asked {
		t.Errorf("the record of the revocation: %+v", a)
	}
	asked, log := d.seen()
	if !slices.Equal(asked, []sim.Revocation{{RequestID: r.RequestID, Token: token, NotifyID: 7}}) {
		t.Errorf("the device was asked %+v", asked)
	}
	if want := []string{"push-type 0", "push-type 0", "push-type 0", "push-type 0", "push-type 6", "push-type 2", "revoke", "push-type 0"}; !slices.Equal(log, want) {
		t.Errorf("the device got %v, want %v", log, want)
	}
}

// A revocation follows a message that is being handed over.
func TestRevokeWhileDelivering(t *testing.T) {
	w := newWorld(t, withClients)
	entered, gate := make(chan struct{}), make(chan struct{})
	d := &revocable{device: device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		close(entered)
		<-gate
		return sim.Delivered
	}}}
	token := w.token(bundle, d)
	id := w.accepted(0, numbered("7", "", token))
	<-entered
	r := w.post(revokePath, w.bearer, "0", []byte(revocation("7", token)))
	close(gate)
	if got := w.receipt(id); got != sim.Delivered {
		t.Errorf("receipt %d", got)
	}
	w.settled(r.RequestID)
	if _, log := d.seen(); !slices.Equal(log, []string{"push-type 0", "revoke"}) {
		t.Errorf("the device got %v", log)
	}
}

// For a device that is offline a revocation waits for a day, the newest 120 do,
// and they are not counted as messages; a device that cannot revoke is none the
// worse.
func TestRevokeOffline(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) {
		withClients(o)
		o.QueueLimit = 2
	})
	d := &revocable{device: device{id: "phone", offline: true}}
	token := w.token(bundle, d)
	var ids []string
	for range 3 {
		r := w.post(revokePath, w.bearer, "2", []byte(revocation("1", token)))
		w.state(r.RequestID, cloud.Held)
		ids = append(ids, r.RequestID)
	}
	var last string
	for range 120 {
		last = w.held(6, background("x", "", token))
	}
	w.state(ids[0], cloud.Held)
	w.clock.Advance(24 * time.Hour)
	for _, id := range ids {
		if got := w.settled(id).Deliveries[0].State; got != cloud.Expired {
			t.Errorf("after a day: %s, want expired", got)
		}
	}
	w.settled(last)
	for range 121 {
		r := w.post(revokePath, w.bearer, "0", []byte(revocation("1", token)))
		w.state(r.RequestID, cloud.Held)
		ids = append(ids, r.RequestID)
	}
	if first, second := w.settled(ids[3]).Deliveries[0].State, w.activity(ids[4]).Deliveries[0].State; first != cloud.Expired || second != cloud.Held {
		t.Errorf("of 121 the oldest is %s, the next %s; want expired and held", first, second)
	}
	plain := w.token(bundle, &device{id: "plain"})
	r := w.post(revokePath, w.bearer, "0", []byte(revocation("1", plain)))
	if got := w.settled(r.RequestID).Deliveries[0].State; got != cloud.Asked {
		t.Errorf("a device that cannot revoke: %s", got)
	}
	w.DropToken(plain, sim.AppUninstalled)
	r = w.post(revokePath, w.bearer, "0", []byte(revocation("1", plain)))
	if got := w.settled(r.RequestID).Deliveries[0]; got.State != cloud.Asked || got.Receipt != nil {
		t.Errorf("a token that has ended: %+v", got)
	}
}

// Each code of a revocation, in both modes.
func TestRevokeCodes(t *testing.T) {
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		w := newWorld(t, func(o *cloud.Options) {
			withClients(o)
			o.Mode = mode
			o.Projects = append(o.Projects, cloud.Project{ID: "3", ClientID: "3333", Inactive: true, Apps: []sim.App{{Bundle: "com.example.idle"}}})
		})
		d := &device{id: "phone"}
		good, other, third := w.token(bundle, d), w.token(secondBundle, d), w.token("com.example.third", d)
		refused := w.token(bundle, &device{id: "tablet"})
		if err := w.RefuseToken(refused, "countryNotSupport"); err != nil {
			t.Fatal(err)
		}
		expired := bearer(t, func(_ *jwt.Token, claims jwt.MapClaims) {
			claims["iat"], claims["exp"] = time.Now().Add(-2*time.Hour).Unix(), time.Now().Add(-time.Hour).Unix()
		})
		for _, c := range []struct {
			name, path, auth, pushType, body string
			status                           int // when mapped
			code, msg                        string
		}{
			{"good", revokePath, w.bearer, "0", revocation("1", good), 200, "80000000", "Success"},
			{"push-type 2", revokePath, w.bearer, "2", revocation("0", good), 200, "80000000", "Success"},
			{"the other app", "/v1/" + otherClientID + "/messages:revoke", w.bearer, "0", revocation("1", other), 200, "80000000", "Success"},
			{"a token twice", revokePath, w.bearer, "0", revocation("1", good, good), 200, "80000000", "Success"},
			{"no authorization", revokePath, "", "0", revocation("1", good), 401, "80200001", "Authentication Error."},
			{"expired", revokePath, expired, "0", revocation("1", good), 401, "80200005", "Jwt token expired."},
			{"another project's app", "/v1/2222/messages:revoke", w.bearer, "0", revocation("1", third), 401, "80200001", ""},
			{"a project id", "/v1/" + projectID + "/messages:revoke", w.bearer, "0", revocation("1", good), 400, "80300002", ""},
			{"no push-type", revokePath, w.bearer, "", revocation("1", good), 400, "80100003", "Illegal payload, The header does not contain valid push-type"},
			{"push-type 6", revokePath, w.bearer, "6", revocation("1", good), 400, "80100003", "Illegal payload, The header does not contain valid push-type"},
			{"no JSON", revokePath, w.bearer, "0", "x", 400, "80100001", "Check Parameter Error."},
			{"an array", revokePath, w.bearer, "0", "[]", 400, "80100001", ""},
			{"nothing in it", revokePath, w.bearer, "0", "{}", 400, "80100001", ""},
			{"notifyId alone", revokePath, w.bearer, "0", `{"notifyId":1}`, 400, "80300032", "No permission to revoke messages."},
			{"token alone", revokePath, w.bearer, "0", fmt.Sprintf(`{"token":[%q]}`, good), 400, "80300032", ""},
			{"notifyId -1", revokePath, w.bearer, "0", revocation("-1", good), 400, "80100001", ""},
			{"notifyId a string", revokePath, w.bearer, "0", revocation(`"1"`, good), 400, "80100001", ""},
			{"token a string", revokePath, w.bearer, "0", fmt.Sprintf(`{"notifyId":1,"token":%q}`, good), 400, "80100001", ""},
			{"no tokens", revokePath, w.bearer, "0", revocation("1"), 400, "80300010", "token count should within 1 and 1000."},
			{"1001 tokens", revokePath, w.bearer, "0", revocation("1", strings.Split(strings.Repeat("t,", 1000)+"t", ",")...), 400, "80300010", ""},
			{"long", revokePath, w.bearer, "0", revocation("1", good) + strings.Repeat(" ", 4096), 400, "80300008", "Push message size is too long."},
			{"malformed", revokePath, w.bearer, "0", revocation("1", "x"), 400, "80300007", `{"failure":1,"illegalTokens":{"tokenFormatError":["x"]}}`},
			{"a malformed one", revokePath, w.bearer, "0", revocation("1", good, "x"), 200, "80100020", `{"illegalTokens":{"tokenFormatError":["x"]},"success":1,"failure":1}`},
			{"refused", revokePath, w.bearer, "0", revocation("1", refused), 400, "80300007", ""},
			{"two apps", revokePath, w.bearer, "0", revocation("1", good, other), 400, "80300017", "Token app count should not exceed 1."},
			{"the wrong app", revokePath, w.bearer, "0", revocation("1", other), 400, "80300028", "Token app mismatch with specify app."},
			{"an app of another project", revokePath, w.bearer, "0", revocation("1", third), 400, "80300028", ""},
		} {
			r := w.post(c.path, c.auth, c.pushType, []byte(c.body))
			if r.Code != c.code || c.msg != "" && r.Msg != c.msg {
				t.Errorf("%s: %.300s, want %s %s", c.name, r.Body, c.code, c.msg)
			}
			want := 200
			if mode == cloud.StatusMapped {
				want = c.status
			}
			if r.Status != want {
				t.Errorf("%s: HTTP status %d, want %d", c.name, r.Status, want)
			}
			if a := w.settled(r.RequestID); a.Code != c.code || a.API != fixtures.APIRevoke || strings.Contains(fmt.Sprint(a), good) {
				t.Errorf("%s: recorded %+v", c.name, a)
			}
		}
	}
}

// The queue of a device holds revocations as well as messages.
func TestRevokeFlowControl(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) {
		withClients(o)
		o.QueueLimit = 1
	})
	entered, gate := make(chan struct{}, 2), make(chan struct{})
	defer close(gate)
	d := &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt {
		entered <- struct{}{}
		<-gate
		return sim.Delivered
	}}
	token := w.token(bundle, d)
	w.accepted(6, background("x", "", token))
	<-entered
	body := []byte(revocation("1", token))
	if r := w.post(revokePath, w.bearer, "0", body); r.Code != "80000000" {
		t.Errorf("the first: %s", r.Body)
	}
	if r := w.post(revokePath, w.bearer, "0", body); r.Status != 503 || r.Code != "" {
		t.Errorf("the second: %d %s", r.Status, r.Body)
	}
}

// Client ids that contradict themselves are refused.
func TestClientIDs(t *testing.T) {
	apps := []sim.App{{Bundle: "a"}, {Bundle: "b"}}
	for name, p := range map[string]cloud.Project{
		"of no app":   {ID: "1", Apps: apps, ClientIDs: map[string]string{"c": "9"}},
		"empty":       {ID: "1", Apps: apps, ClientIDs: map[string]string{"b": ""}},
		"there twice": {ID: "1", Apps: apps, ClientID: "9", ClientIDs: map[string]string{"b": "9"}},
	} {
		if c, err := cloud.New(cloud.Options{Projects: []cloud.Project{p}}); err == nil {
			t.Errorf("%s: no error", name)
			_ = c.Close()
		}
	}
}

// activity returns the record of a request.
func (w *world) activity(requestID string) cloud.Activity {
	w.Helper()
	a, err := w.Wait(w.context(), func(a cloud.Activity) bool { return a.RequestID == requestID })
	if err != nil {
		w.Fatal(err)
	}
	return a
}
