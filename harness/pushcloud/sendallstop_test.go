// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestSendAllStopsWhenNothingIsKnown(t *testing.T) {
	all := numbered(6000)
	s := serve(t, answers(500, `{"code":"81000001","msg":"Inner Error.","requestId":"1"}`))
	d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 }).SendAll(t.Context(), real(all))
	if got := fates(d); got != "0 accepted, 0 rejected, 3000 unresolved, 3000 not sent" {
		t.Errorf("%s, %v", got, err)
	}
	if !pushcloud.IsService(err) || !strings.Contains(err.Error(), "still owed to 3000 tokens") {
		t.Errorf("got %v", err)
	}
	if _, ok := d.Systematic(); ok {
		t.Error("what is not known is called systematic")
	}
}

// A retry sends to those that are owed, and to no one else.
func TestSendOwed(t *testing.T) {
	all := numbered(3000)
	world := &cloud{reasons: map[string]string{all[5].Reveal(): "noRight"}}
	var closed atomic.Bool
	var n atomic.Int32
	world.before = func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > 1 && closed.Load() {
			answers(401, `{"code":"80200001","msg":"Authentication Error.","requestId":"1"}`)(w, r)
		}
	}
	closed.Store(true)
	s := serve(t, world.ServeHTTP)
	c := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 })
	d, err := c.SendAll(t.Context(), real(all))
	if got := fates(d); !pushcloud.IsCredentials(err) || got != "999 accepted, 1 rejected, 0 unresolved, 2000 not sent" {
		t.Fatalf("%s, %v", got, err)
	}
	if owed := d.Owed(); !slices.Equal(owed, all[1000:]) {
		t.Errorf("%d are owed", len(owed))
	}
	closed.Store(false)
	err = c.SendOwed(t.Context(), d)
	if got := fates(d); err == nil || got != "2999 accepted, 1 rejected, 0 unresolved, 0 not sent" {
		t.Errorf("%s, %v", got, err)
	}
	for i, one := range all {
		if n := world.received[one.Reveal()]; i != 5 && n != 1 {
			t.Fatalf("token %d was sent to %d times", i, n)
		}
	}
}

func TestSendAllBacksOff(t *testing.T) {
	t.Run("and gets through", func(t *testing.T) {
		world := new(cloud)
		var n atomic.Int32
		world.before = func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1)%2 == 1 {
				answers(503, "")(w, r)
			}
		}
		s := serve(t, world.ServeHTTP)
		d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 }).SendAll(t.Context(), real(numbered(2500)))
		if err != nil || len(s.seen()) != 6 || d.Calls[0].Response.Attempts != 2 {
			t.Errorf("%v after %d calls", err, len(s.seen()))
		}
	})
	t.Run("until the budget is used up", func(t *testing.T) {
		s := serve(t, answers(503, ""))
		d, err := s.client(t, func(o *pushcloud.Options) { o.Attempts, o.Budget, o.InFlight = 100, 7, 3 }).SendAll(t.Context(), real(numbered(9000)))
		if !errors.Is(err, pushcloud.ErrBudget) || len(s.seen()) != 7 {
			t.Errorf("%v after %d calls", err, len(s.seen()))
		}
		if len(d.Owed()) != 9000 {
			t.Errorf("%d are owed", len(d.Owed()))
		}
	})
	t.Run("until the attempts of a call are", func(t *testing.T) {
		s := serve(t, answers(503, ""))
		d, err := s.client(t, func(o *pushcloud.Options) { o.Attempts, o.InFlight = 2, 1 }).SendAll(t.Context(), real(numbered(9000)))
		if !pushcloud.IsFlow(err) || !pushcloud.IsRetryable(err) || len(s.seen()) != 2 || len(d.Owed()) != 9000 {
			t.Errorf("%v after %d calls", err, len(s.seen()))
		}
	})
	t.Run("all of them", func(t *testing.T) {
		// The first call is told to wait for five minutes: no other begins.
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "300")
			answers(503, "")(w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 }).SendAll(ctx, real(numbered(3000)))
		if !errors.Is(err, context.DeadlineExceeded) || len(s.seen()) != 1 || len(d.Owed()) != 3000 {
			t.Errorf("%v after %d calls", err, len(s.seen()))
		}
	})
}

// One call is told to wait for an hour, another for five minutes: neither
// waits, no other begins, and all say why.
func TestSendAllEndsAtALongRetryAfter(t *testing.T) {
	var n atomic.Int32
	both := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			<-both
			w.Header().Set("Retry-After", "3600")
		case 2:
			close(both)
			w.Header().Set("Retry-After", "300")
		}
		answers(503, "")(w, r)
	})
	d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 2 }).SendAll(t.Context(), real(numbered(5000)))
	var refused *pushcloud.Error
	if !errors.As(err, &refused) || !pushcloud.IsFlow(err) || len(s.seen()) != 2 || len(d.Owed()) != 5000 {
		t.Fatalf("%v after %d calls, %d are owed", err, len(s.seen()), len(d.Owed()))
	}
	if len(d.Calls) != 2 {
		t.Errorf("%d calls were begun", len(d.Calls))
	}
	for _, call := range d.Calls {
		if !pushcloud.IsFlow(call.Err) || !strings.Contains(call.Err.Error(), "asks to wait for 1h0m0s") {
			t.Errorf("a call ended with %v", call.Err)
		}
	}
}

func TestSendAllEnds(t *testing.T) {
	t.Run("with ctx", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		enough := errors.New("enough")
		world := new(cloud)
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			world.ServeHTTP(w, r)
			_ = http.NewResponseController(w).Flush()
		})
		c := s.client(t, func(o *pushcloud.Options) {
			o.InFlight = 1
			o.Pace = func(context.Context, int) error {
				if len(s.seen()) == 1 {
					cancel(enough)
					return context.Cause(ctx)
				}
				return nil
			}
		})
		d, err := c.SendAll(ctx, real(numbered(3000)))
		if got := fates(d); !errors.Is(err, enough) || got != "1000 accepted, 0 rejected, 0 unresolved, 2000 not sent" {
			t.Errorf("%s, %v", got, err)
		}
	})
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := serve(t, answers(200, success))
		d, err := s.client(t).SendAll(ctx, real(numbered(2)))
		if !errors.Is(err, context.Canceled) || len(d.Owed()) != 2 || len(s.seen()) != 0 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("when nobody listens", func(t *testing.T) {
		s := serve(t, answers(200, success))
		c := s.client(t, func(o *pushcloud.Options) { o.Attempts, o.InFlight = 2, 1 })
		s.Close()
		d, err := c.SendAll(t.Context(), real(numbered(3000)))
		var transport *pushcloud.TransportError
		if !errors.As(err, &transport) || transport.Attempts != 2 || len(d.Owed()) != 3000 || len(d.Calls) != 1 {
			t.Errorf("got %v", err)
		}
	})
}
