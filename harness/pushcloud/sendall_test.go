// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestSendAllMakesCalls(t *testing.T) {
	for name, test := range map[string]struct {
		request func([]push.Token) pushcloud.Request
		tokens  int
		calls   []int
	}{
		"one":           {real, 1, []int{1}},
		"just one call": {real, 1000, []int{1000}},
		"one more":      {real, 1001, []int{1000, 1}},
		"three calls":   {real, 2500, []int{1000, 1000, 500}},
		"test messages": {func(ts []push.Token) pushcloud.Request { r := real(ts); r.Options.TestMessage = nil; return r }, 25, []int{10, 10, 5}},
		"a form each":   {func(ts []push.Token) pushcloud.Request { r := real(ts); r.Message = form(); return r }, 3, []int{1, 1, 1}},
		"a form as test": {func(ts []push.Token) pushcloud.Request {
			r := real(ts)
			r.Message, r.Options.TestMessage = form(), nil
			return r
		}, 2, []int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			world := new(cloud)
			s := serve(t, world.ServeHTTP)
			all := numbered(test.tokens)
			d, err := s.client(t).SendAll(t.Context(), test.request(all))
			if err != nil {
				t.Fatal(err)
			}
			var calls []int
			for _, c := range s.seen() {
				calls = append(calls, len(tokensOf(c.body)))
			}
			slices.Sort(calls)
			slices.Reverse(calls)
			if !slices.Equal(calls, test.calls) || len(d.Calls) != len(calls) {
				t.Errorf("calls of %v tokens, want %v", calls, test.calls)
			}
			for i, r := range d.Results {
				if r.Token != all[i] || r.Fate != pushcloud.Accepted || r.RequestID == "" || r.Err != nil {
					t.Fatalf("result %d: %+v", i, r)
				}
				if n := world.received[all[i].Reveal()]; n != 1 {
					t.Fatalf("token %d was sent to %d times", i, n)
				}
			}
			if d.Advice() != nil {
				t.Errorf("advice %q", d.Advice())
			}
		})
	}
}

func form() pushcloud.Message {
	return pushcloud.RawMessage{Type: 1, Body: []byte(`{"moduleName":"entry","abilityName":"A","formName":"w","formId":1,"version":1,"formData":{"k":"v"}}`)}
}

// Of several calls some are partial: each token has its own result, and a
// second pass sends to nobody.
func TestSendAllSortsTokens(t *testing.T) {
	all := numbered(2100)
	bad := map[int]string{0: "tokenFormatError", 7: "noRight", 1500: "noRight", 2099: "noPushTypeRight"}
	world := &cloud{reasons: map[string]string{}}
	for i, reason := range bad {
		world.reasons[all[i].Reveal()] = reason
	}
	s := serve(t, world.ServeHTTP)
	c := s.client(t)
	d, err := c.SendAll(t.Context(), real(append(all, all[3], all[3])))
	var failed *pushcloud.DeliveryError
	if !errors.As(err, &failed) || failed.Delivery != d {
		t.Fatalf("got %v", err)
	}
	if got := fates(d); got != "2096 accepted, 4 rejected, 0 unresolved, 0 not sent" {
		t.Error(got)
	}
	for i, r := range d.Results {
		if r.Reason != bad[i] || (r.Fate == pushcloud.Rejected) != (bad[i] != "") || (r.Err != nil) != (bad[i] != "") {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	if n := world.received[all[3].Reveal()]; n != 1 {
		t.Errorf("a token that was given three times was sent to %d times", n)
	}
	if dead := d.Dead(); !slices.Equal(dead, []push.Token{all[0], all[7], all[1500]}) {
		t.Errorf("dead %v", dead)
	}
	for _, want := range []string{"2096 accepted of 2100 tokens in 3 calls, 4 rejected", "2 for noRight", "3 tokens may be forgotten"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if leaks(fmt.Sprintf("%v %+v %#v", err, d, d.Results[0]), all[0].Reveal(), all[7].Reveal()) {
		t.Error("a token is printed")
	}
	calls := len(s.seen())
	if err := c.SendOwed(t.Context(), d); err == nil || len(s.seen()) != calls {
		t.Errorf("nothing is owed, and got %v after %d more calls", err, len(s.seen())-calls)
	}
}

// When every token of every call meets with the same, the tokens are not to
// blame.
func TestSendAllNeverAdvisesToDeleteOnFailureOfTheProject(t *testing.T) {
	all := numbered(2500)
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		what    string
		calls   int // 0: all three
		says    string
	}{
		"every token foreign":   {allRefused("noRight", all), "noRight", 0, "refused alike"},
		"every token malformed": {allRefused("tokenFormatError", all), "tokenFormatError", 0, "refused alike"},
		"no right to the kind":  {allRefused("noPushTypeRight", all), "noPushTypeRight", 0, "refused alike"},
		"without a reason":      {answers(200, `{"code":"80300007","msg":"All the tokens are invalid.","requestId":"1"}`), "", 0, "refused alike"},
		"wrong credentials":     {answers(401, `{"code":"80200001","msg":"Authentication Error.","requestId":"1"}`), "80200001", 1, "refused as a whole"},
		"Push Kit not enabled":  {answers(200, `{"code":"80300002","msg":"No permission to send message to these tmIDs.","requestId":"1"}`), "80300002", 1, "refused as a whole"},
		"penalty":               {answers(200, `{"code":"80300037","msg":"Disable send huawei msg because of penalty.","requestId":"1"}`), "80300037", 1, "refused as a whole"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.handler)
			d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 }).SendAll(t.Context(), real(all))
			if err == nil {
				t.Fatal("no error")
			}
			what, ok := d.Systematic()
			if !ok || what != test.what {
				t.Errorf("systematic %q, %v", what, ok)
			}
			if project := test.what != "" && test.what != "tokenFormatError"; pushcloud.IsProject(err) != project || pushcloud.IsTokenDead(err) {
				t.Errorf("IsProject %v, IsTokenDead %v", pushcloud.IsProject(err), pushcloud.IsTokenDead(err))
			}
			if dead := d.Dead(); dead != nil {
				t.Errorf("%d tokens are called dead", len(dead))
			}
			text := err.Error()
			if !strings.Contains(text, test.says) || !strings.Contains(text, "delete none") || strings.Contains(text, "may be forgotten") {
				t.Errorf("advice: %s", text)
			}
			if want := max(test.calls, 0); want > 0 && len(s.seen()) != want {
				t.Errorf("%d calls, want %d: no further call fares better", len(s.seen()), want)
			}
			if want := test.calls == 1; (len(d.Owed()) == len(all)) != want {
				t.Errorf("%d are owed", len(d.Owed()))
			}
		})
	}
	t.Run("one token alone", func(t *testing.T) {
		s := serve(t, allRefused("noRight", all))
		d, err := s.client(t).SendAll(t.Context(), real(all[:1]))
		if _, ok := d.Systematic(); ok || d.Dead() != nil || !strings.Contains(err.Error(), "delete none") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("different reasons, none accepted", func(t *testing.T) {
		s := serve(t, (&cloud{reasons: map[string]string{all[0].Reveal(): "noRight", all[1].Reveal(): "tokenFormatError"}}).ServeHTTP)
		d, err := s.client(t).SendAll(t.Context(), real(all[:2]))
		if _, ok := d.Systematic(); ok || d.Dead() != nil || !strings.Contains(err.Error(), "delete none") {
			t.Errorf("got %v", err)
		}
	})
}

func allRefused(reason string, all []push.Token) http.HandlerFunc {
	world := &cloud{reasons: map[string]string{}}
	for _, t := range all {
		world.reasons[t.Reveal()] = reason
	}
	return world.ServeHTTP
}

// A call whose outcome is not known is never made again; the rest stays owed.
func TestSendAllLeavesTheUnknownAlone(t *testing.T) {
	all := numbered(4500)
	world := new(cloud)
	var n atomic.Int32
	world.before = func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 2 {
			ends(w, r)
		}
	}
	s := serve(t, world.ServeHTTP)
	c := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 })
	d, err := c.SendAll(t.Context(), real(all))
	if got := fates(d); err == nil || got != "3500 accepted, 0 rejected, 1000 unresolved, 0 not sent" {
		t.Fatalf("%s, %v", got, err)
	}
	if !strings.Contains(err.Error(), "1000 tokens it is not known") || !pushcloud.IsOutcomeUnknown(d.Results[1000].Err) {
		t.Errorf("got %v", err)
	}
	before := len(s.seen())
	if err := c.SendOwed(t.Context(), d); err == nil || len(s.seen()) != before {
		t.Errorf("%d calls more, %v", len(s.seen())-before, err)
	}
}

func TestSendAllChecksFirst(t *testing.T) {
	s := serve(t, answers(200, success))
	c := s.client(t)
	for name, test := range map[string]struct {
		change func(*pushcloud.Request)
		faults string
	}{
		"no token":     {func(r *pushcloud.Request) { r.Tokens = nil }, "[target.token]"},
		"bad tokens":   {func(r *pushcloud.Request) { r.Tokens = append(numbered(1500), tokens(" ", "a ")...) }, "[target.token[1500] target.token[1501]]"},
		"message, too": {func(r *pushcloud.Request) { r.Message = pushcloud.Alert{}; r.Options.BiTag = strings.Repeat("b", 65) }, "[payload.notification.title payload.notification.body pushOptions.biTag]"},
		"no message":   {func(r *pushcloud.Request) { r.Message = nil }, "[body]"},
	} {
		t.Run(name, func(t *testing.T) {
			r := real(numbered(3))
			test.change(&r)
			d, err := c.SendAll(t.Context(), r)
			var invalid *pushcloud.InvalidError
			if d != nil || !errors.As(err, &invalid) || !pushcloud.IsMessage(err) {
				t.Fatalf("got %v", err)
			}
			var paths []string
			for _, f := range invalid.Faults {
				paths = append(paths, f.Path)
			}
			if fmt.Sprint(paths) != test.faults {
				t.Errorf("faults %v, want %s", paths, test.faults)
			}
		})
	}
	r := real(numbered(3))
	r.Options.BiTag, r.Unchecked = strings.Repeat("b", 65), true
	if _, err := c.SendAll(t.Context(), r); err != nil || len(s.seen()) != 1 {
		t.Errorf("unchecked: %v after %d calls", err, len(s.seen()))
	}
}

// No more calls are made at a time than were asked for, and as many.
func TestSendAllInFlight(t *testing.T) {
	const most = 3
	var now, peak atomic.Int32
	full := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n := now.Add(1); n > peak.Load() {
			peak.Store(n)
			if n == most {
				close(full)
			}
		}
		<-full
		now.Add(-1)
		answers(200, success)(w, r)
	})
	if _, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = most }).SendAll(t.Context(), real(numbered(8000))); err != nil {
		t.Fatal(err)
	}
	if peak.Load() != most {
		t.Errorf("%d calls at a time, want %d", peak.Load(), most)
	}
}

// An answer may name tokens of another call, or of nobody.
func TestSendAllBelievesNoForeignToken(t *testing.T) {
	all := numbered(2000)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		other := all[0].Reveal()
		if tokensIn(r)[0] == other {
			other = all[1999].Reveal()
		}
		msg := fmt.Sprintf(`{"illegalTokens":{"noRight":[%q,"MAMz-of-nobody"]},"success":998,"failure":2}`, other)
		body, _ := json.Marshal(map[string]string{"code": "80100000", "msg": msg, "requestId": "1"})
		answers(200, string(body))(w, r)
	})
	d, err := s.client(t).SendAll(t.Context(), real(all))
	if got := fates(d); err == nil || got != "0 accepted, 0 rejected, 2000 unresolved, 0 not sent" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestFateNames(t *testing.T) {
	for fate, want := range map[pushcloud.Fate]string{
		pushcloud.NotSent: "not sent", pushcloud.Accepted: "accepted", pushcloud.Rejected: "rejected", pushcloud.Unresolved: "unresolved", 9: "Fate(9)",
	} {
		if got := fate.String(); got != want {
			t.Errorf("%d is %q, want %q", int(fate), got, want)
		}
	}
	if fixtures.LimitOf("tokens.max") != 1000 || fixtures.LimitOf("tokens.test.max") != 10 || fixtures.LimitOf("tokens.form.max") != 1 {
		t.Error("the tests above count by other limits than fixtures has")
	}
}
