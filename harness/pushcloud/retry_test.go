// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestFlowControlIsRetried(t *testing.T) {
	for name, busy := range map[string]http.HandlerFunc{
		"no body":   answers(503, ""),
		"HTML body": answers(503, "<html>busy</html>"),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, busy, busy, answers(200, success))
			r, err := s.client(t).Send(t.Context(), request())
			if err != nil || r.Attempts != 3 || len(s.seen()) != 3 {
				t.Errorf("got %+v, %v after %d calls", r, err, len(s.seen()))
			}
		})
	}
	t.Run("until the attempts are used up", func(t *testing.T) {
		s := serve(t, answers(503, ""))
		_, err := s.client(t, func(o *pushcloud.Options) { o.Attempts = 3 }).Send(t.Context(), request())
		var refused *pushcloud.Error
		if !errors.As(err, &refused) || refused.Class != fixtures.ClassFlow || !refused.Retryable || refused.Attempts != 3 {
			t.Errorf("got %+v", err)
		}
		if len(s.seen()) != 3 {
			t.Errorf("%d calls, want 3", len(s.seen()))
		}
	})
	t.Run("not when ctx would end the wait", func(t *testing.T) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "300")
			answers(503, "")(w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := s.client(t).Send(ctx, request())
		var refused *pushcloud.Error
		if !errors.As(err, &refused) || !errors.Is(err, context.DeadlineExceeded) || refused.RetryAfter != 5*time.Minute || refused.Attempts != 1 {
			t.Errorf("got %+v", err)
		}
	})
	t.Run("ctx ends the wait", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "300")
			answers(503, "")(w, r)
			cancel()
		})
		_, err := s.client(t).Send(ctx, request())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// What nobody could wait for is told at once, to callers without a deadline,
// too.
func TestLongRetryAfterIsNotWaitedFor(t *testing.T) {
	clock := &hand{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	for header, want := range map[string]time.Duration{
		"301":                           301 * time.Second,
		"86400":                         24 * time.Hour,
		"31536000":                      365 * 24 * time.Hour,
		"99999999999999999999":          time.Duration(1<<63-1) / time.Second * time.Second,
		"Fri, 01 May 2026 12:05:01 GMT": 301 * time.Second,
		"Fri, 01 May 2027 12:00:00 GMT": 365 * 24 * time.Hour,
	} {
		t.Run(header, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", header)
				answers(503, "")(w, r)
			})
			_, err := s.client(t, func(o *pushcloud.Options) { o.Now = clock.read }).Send(t.Context(), request())
			var refused *pushcloud.Error
			if !errors.As(err, &refused) || refused.RetryAfter != want || refused.Attempts != 1 || !refused.Retryable || len(s.seen()) != 1 {
				t.Fatalf("got %+v after %d calls", err, len(s.seen()))
			}
			if !strings.Contains(err.Error(), "asks to wait for "+want.String()) {
				t.Errorf("%q does not say how long", err)
			}
		})
	}
	for _, header := range []string{"0", "-1", "-99999999999999999999", "Thu, 30 Apr 2026 12:00:00 GMT", "soon"} {
		t.Run(header, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", header)
				answers(503, "")(w, r)
			}, answers(200, success))
			if r, err := s.client(t, func(o *pushcloud.Options) { o.Now = clock.read }).Send(t.Context(), request()); err != nil || r.Attempts != 2 {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
}

// A request that may have reached Push Cloud is not sent again.
func TestUnknownOutcomeIsNotSentAgain(t *testing.T) {
	check := func(t *testing.T, s *script, err error) {
		t.Helper()
		var transport *pushcloud.TransportError
		if !errors.As(err, &transport) || !transport.OutcomeUnknown || transport.Attempts != 1 {
			t.Fatalf("got %+v", err)
		}
		if !pushcloud.IsOutcomeUnknown(err) || pushcloud.IsRetryable(err) {
			t.Error("the predicates say otherwise")
		}
		if !strings.Contains(err.Error(), "may have been taken") {
			t.Errorf("%q does not say so", err)
		}
		if n := len(s.seen()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		if leaks(fmt.Sprintf("%v %+v", err, transport), testToken, "Bearer", "eyJ") {
			t.Errorf("a secret is printed: %v", err)
		}
	}
	t.Run("hung up", func(t *testing.T) {
		s := serve(t, ends)
		_, err := s.client(t).Send(t.Context(), request())
		check(t, s, err)
	})
	t.Run("no answer in time", func(t *testing.T) {
		release := make(chan struct{})
		s := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
		defer close(release)
		_, err := s.client(t, func(o *pushcloud.Options) { o.Timeout = time.Second }).Send(t.Context(), request())
		check(t, s, err)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ctx ends while the answer is awaited", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		s := serve(t, func(http.ResponseWriter, *http.Request) { cancel(); <-release })
		defer close(release)
		_, err := s.client(t).Send(ctx, request())
		check(t, s, err)
	})
	t.Run("answer cut off", func(t *testing.T) {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		_, err := s.client(t).Send(t.Context(), request())
		check(t, s, err)
	})
	t.Run("answer without end", func(t *testing.T) {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 2<<20))
		})
		_, err := s.client(t).Send(t.Context(), request())
		check(t, s, err)
	})
}

// What never left this host is sent again.
func TestFaultBeforeSendingIsRetried(t *testing.T) {
	s := serve(t, answers(200, success))
	transport, ok := s.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("httptest has another transport")
	}
	var dials atomic.Int32
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) < 3 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	r, err := s.client(t, func(o *pushcloud.Options) { o.RootCAs, o.Transport = nil, transport }).Send(t.Context(), request())
	if err != nil || r.Attempts != 3 || len(s.seen()) != 1 {
		t.Errorf("got %+v, %v after %d calls", r, err, len(s.seen()))
	}
}

func TestNobodyListens(t *testing.T) {
	s := serve(t, answers(200, success))
	c := s.client(t, func(o *pushcloud.Options) { o.Attempts = 2 })
	s.Close()
	_, err := c.Send(t.Context(), request())
	var transport *pushcloud.TransportError
	if !errors.As(err, &transport) || transport.OutcomeUnknown || transport.Attempts != 2 {
		t.Fatalf("got %+v", err)
	}
	if !pushcloud.IsRetryable(err) || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("got %v", err)
	}
}

func TestPace(t *testing.T) {
	s := serve(t, answers(503, ""), answers(200, success))
	var asked []int
	c := s.client(t, func(o *pushcloud.Options) {
		o.Pace = func(_ context.Context, tokens int) error { asked = append(asked, tokens); return nil }
	})
	if _, err := c.Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(asked) != "[1 1]" {
		t.Errorf("asked %v, want once for each attempt", asked)
	}
	stop := errors.New("enough for today")
	c = s.client(t, func(o *pushcloud.Options) { o.Pace = func(context.Context, int) error { return stop } })
	if _, err := c.Send(t.Context(), request()); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}
