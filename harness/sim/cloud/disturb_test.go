// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// watched is a clock that tells of each timer of at least a minute: those of
// faults in these tests.
type watched struct {
	*clock.Clock
	made chan time.Duration
}

func (w watched) AfterFunc(d time.Duration, f func()) func() bool {
	stop := w.Clock.AfterFunc(d, f)
	if d >= time.Minute {
		w.made <- d
	}
	return stop
}

// faulty is a world with faults, whose clock is moved when a fault waits.
type faulty struct {
	*world
	made  chan time.Duration
	token string
	phone *device
}

func newFaulty(t *testing.T, list ...faults.Fault) *faulty {
	t.Helper()
	f := &faulty{made: make(chan time.Duration, 100), phone: &device{id: "phone"}}
	f.world = newWorld(t, func(o *cloud.Options) { o.Clock = watched{o.Clock.(*clock.Clock), f.made} })
	f.token = f.world.token(bundle, f.phone)
	if _, err := f.Faults().Replace(list); err != nil {
		t.Fatal(err)
	}
	return f
}

// pass waits until a fault waits for that long, and lets that time pass.
func (f *faulty) pass(d time.Duration) {
	f.Helper()
	select {
	case got := <-f.made:
		if got != d {
			f.Fatalf("a fault waits for %v, not for %v", got, d)
		}
	case <-time.After(patience):
		f.Fatal("no fault waits")
	}
	f.clock.Advance(d)
}

// try sends and returns the error of the exchange, if there is one.
func (f *faulty) try(client *http.Client, body string) (reply, error) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.context(), http.MethodPost, f.URL()+sendPath, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("Authorization", f.bearer)
	req.Header.Set("push-type", "6")
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return reply{Status: res.StatusCode, Body: string(data)}, err
}

const (
	minute = 60_000
	hour   = 3_600_000
)

// A status fault of the request: the body is what the rule says, and nothing
// is accepted.
func TestStatusFault(t *testing.T) {
	page := "<html>no</html>"
	for name, c := range map[string]struct {
		fault  faults.Fault
		status int
		body   string
	}{
		"no body":   {faults.Fault{ID: "f", Kind: faults.Status, HTTPStatus: 503}, 503, ""},
		"a page":    {faults.Fault{ID: "f", Kind: faults.Status, HTTPStatus: 502, Body: &page}, 502, page},
		"with code": {faults.Fault{ID: "f", Kind: faults.Status, HTTPStatus: 200, Code: "81000001", Msg: "Inner Error."}, 200, `{"code":"81000001","msg":"Inner Error.","requestId":`},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFaulty(t, c.fault)
			r := f.send(6, background("x", "", f.token))
			if r.Status != c.status || !strings.HasPrefix(r.Body, c.body) || c.body == "" && r.Body != "" {
				t.Errorf("HTTP %d %q, want %d %q", r.Status, r.Body, c.status, c.body)
			}
			a := f.Activity()
			if len(a) != 1 || a[0].HTTPStatus != c.status || len(a[0].Deliveries) != 0 || !slices.Equal(a[0].Faults, []string{"f"}) || a[0].Project != projectID || a[0].PushType != 6 {
				t.Errorf("recorded %+v", a)
			}
		})
	}
}

// A status fault of the answer: the message is delivered, the sender sees a
// failure.
func TestStatusFaultOfTheAnswer(t *testing.T) {
	f := newFaulty(t, faults.Fault{ID: "f", Kind: faults.Status, HTTPStatus: 503, On: faults.Answer, Count: 1})
	if r := f.send(6, background("x", "", f.token)); r.Status != 503 || r.Body != "" {
		t.Errorf("HTTP %d %q", r.Status, r.Body)
	}
	a, err := f.Wait(f.context(), func(a cloud.Activity) bool { return a.Final() && a.Faults != nil })
	if err != nil || a.Code != "80000000" || *a.Deliveries[0].Receipt != sim.Delivered {
		t.Errorf("%v, %v", a, err)
	}
	f.accepted(6, background("y", "", f.token))
}

// Rules look at push-type and tokens, and leave other requests alone.
func TestFaultScope(t *testing.T) {
	alertOnly := 0
	f := newFaulty(t)
	other := f.world.token(bundle, &device{id: "tablet"})
	if _, err := f.Faults().Replace([]faults.Fault{
		{Kind: faults.Status, HTTPStatus: 500, PushType: &alertOnly},
		{Kind: faults.Status, HTTPStatus: 503, Token: other, Count: 1},
	}); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		pushType int
		body     string
		want     int
	}{
		{6, background("x", "", f.token), 200},
		{0, alert("IM", "", f.token), 500},
		{6, background("x", "", f.token, other), 503},
		{6, background("x", "", other), 200},
	} {
		if r := f.send(c.pushType, c.body); r.Status != c.want {
			t.Errorf("request %d: HTTP %d, want %d: %s", i, r.Status, c.want, r.Body)
		}
	}
}

// A reset reaches the sender as one, over HTTP/1.1 and HTTP/2: before anything
// was accepted, or after it was.
func TestResetFault(t *testing.T) {
	for _, on := range []faults.Seam{faults.Request, faults.Answer} {
		for _, h2 := range []bool{false, true} {
			t.Run(string(on)+map[bool]string{true: " HTTP/2"}[h2], func(t *testing.T) {
				f := newFaulty(t, faults.Fault{ID: "f", Kind: faults.Reset, On: on, Count: 1})
				transport := f.client.Transport.(*http.Transport).Clone()
				transport.ForceAttemptHTTP2 = h2
				defer transport.CloseIdleConnections()
				client := &http.Client{Transport: transport, Timeout: patience}
				_, err := f.try(client, background("x", "", f.token))
				// A client of HTTP/2 writes by itself, and the system tells of a
				// reset once: its write may learn of it, its read of an end.
				if !errors.Is(err, syscall.ECONNRESET) && !(h2 && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE))) {
					t.Errorf("the sender sees %v", err)
				}
				a, err := f.Wait(f.context(), func(a cloud.Activity) bool { return a.Final() && len(a.Faults) == 1 })
				if err != nil {
					t.Fatal(err)
				}
				if delivered := len(f.phone.messages()); delivered != map[faults.Seam]int{faults.Answer: 1}[on] {
					t.Errorf("%d messages were delivered; %v", delivered, a)
				}
				if r, err := f.try(client, background("y", "", f.token)); err != nil || r.Status != 200 {
					t.Errorf("the next request: %v, %v", r, err)
				}
			})
		}
	}
}

// A delay holds the request or the answer for its time on the cloud's clock.
func TestDelayFault(t *testing.T) {
	for _, on := range []faults.Seam{faults.Request, faults.Answer} {
		t.Run(string(on), func(t *testing.T) {
			f := newFaulty(t, faults.Fault{Kind: faults.Delay, On: on, Millis: hour})
			done := make(chan reply, 1)
			go func() {
				r, err := f.try(f.client, background("x", "", f.token))
				if err != nil {
					t.Error(err)
				}
				done <- r
			}()
			select {
			case got := <-f.made:
				if got != time.Hour {
					t.Errorf("it waits for %v", got)
				}
			case <-time.After(patience):
				t.Fatal("nothing waits")
			}
			if on == faults.Request && len(f.Activity()) != 0 {
				t.Error("the request was judged before its time")
			}
			if on == faults.Answer && len(f.Activity()) != 1 {
				t.Error("the request was not judged before the answer's delay")
			}
			f.clock.Advance(time.Hour)
			if r := <-done; r.Status != 200 || !strings.Contains(r.Body, "80000000") {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A slow body comes in pieces, its length is known from the start, and it is
// whole at the end.
func TestSlowBody(t *testing.T) {
	f := newFaulty(t, faults.Fault{Kind: faults.SlowBody, Millis: 8 * minute})
	done := make(chan reply, 1)
	go func() {
		r, err := f.try(f.client, background("x", "", f.token))
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	for range 8 {
		f.pass(time.Minute)
	}
	if r := <-done; r.Status != 200 || !strings.HasPrefix(r.Body, `{"code":"80000000"`) || !strings.HasSuffix(r.Body, `"}`) {
		t.Errorf("%+v", r)
	}
}

// Close ends requests that a fault holds.
func TestCloseEndsDelays(t *testing.T) {
	f := newFaulty(t, faults.Fault{Kind: faults.Delay, On: faults.Request, Millis: hour})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = f.try(f.client, background("x", "", f.token))
	}()
	<-f.made
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	<-done
}
