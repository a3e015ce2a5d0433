// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

// One connection serves every request of a client, with HTTP/2 those at the
// same time, too.
func TestConnectionIsReused(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/2": true, "HTTP/1.1": false} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int32
			var protocols sync.Map
			s := &script{Server: httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protocols.Store(r.Proto, true)
				status, body := 200, success
				if strings.HasSuffix(r.URL.Path, "verify") {
					status, body = 400, `{"code":"83010001","msg":"Verify failed.","requestId":"1"}`
				}
				answers(status, body)(w, r)
			}))}
			s.EnableHTTP2 = http2
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					conns.Add(1)
				}
			}
			s.StartTLS()
			defer s.Close()
			c := s.client(t)
			for range 5 {
				if _, err := c.Send(t.Context(), request()); err != nil {
					t.Fatal(err)
				}
				if _, err := c.VerifyImage(t.Context(), 1, "https://h/i.png"); !pushcloud.IsMessage(err) {
					t.Fatal(err)
				}
			}
			if n := conns.Load(); n != 1 {
				t.Errorf("%d connections for requests one after the other", n)
			}
			if http2 {
				if d, err := c.SendAll(t.Context(), real(numbered(9000))); err != nil || len(d.Calls) != 9 || conns.Load() != 1 {
					t.Errorf("%d connections after calls in flight, %v", conns.Load(), err)
				}
			}
			if _, ok := protocols.Load(map[bool]string{true: "HTTP/2.0", false: "HTTP/1.1"}[http2]); !ok {
				t.Error("another protocol was spoken")
			}
		})
	}
}

// roundTripper is a transport in a test's hands.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func through(t *testing.T, f roundTripper) *pushcloud.Client {
	t.Helper()
	c, err := pushcloud.New(pushcloud.Options{Account: testAccount(t), Transport: f, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestTransportSeam(t *testing.T) {
	t.Run("sees the whole request", func(t *testing.T) {
		c := through(t, func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			again, err := r.GetBody()
			if err != nil {
				t.Error(err)
			}
			if second, _ := io.ReadAll(again); string(second) != string(body) || int64(len(body)) != r.ContentLength {
				t.Errorf("body %s, again %s, length %d", body, second, r.ContentLength)
			}
			if r.URL.Host != "push-api.cloud.huawei.com" || r.Host != r.URL.Host || r.Header.Get("push-type") != "6" || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
				t.Errorf("request %v %v", r.URL, r.Host)
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(success)), ContentLength: -1}, nil
		})
		if r, err := c.Send(t.Context(), request()); err != nil || r.Issuer != "" {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	t.Run("may fail", func(t *testing.T) {
		broken := errors.New("no such device")
		var n int
		c := through(t, func(*http.Request) (*http.Response, error) { n++; return nil, broken })
		_, err := c.Send(t.Context(), request())
		var transport *pushcloud.TransportError
		if !errors.Is(err, broken) || !errors.As(err, &transport) || transport.OutcomeUnknown || n != 1 {
			t.Errorf("got %v after %d", err, n)
		}
	})
	t.Run("may return nothing", func(t *testing.T) {
		c := through(t, func(*http.Request) (*http.Response, error) { return nil, nil })
		if _, err := c.Send(t.Context(), request()); err == nil || !strings.Contains(err.Error(), "returned nothing") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("may claim any length", func(t *testing.T) {
		for _, length := range []int64{0, 3, 1 << 40} {
			c := through(t, func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(success)), ContentLength: length}, nil
			})
			if r, err := c.Send(t.Context(), request()); err != nil || r.Code != "80000000" {
				t.Errorf("length %d: %+v, %v", length, r, err)
			}
		}
	})
}

func TestDeadlines(t *testing.T) {
	t.Run("of an attempt", func(t *testing.T) {
		c, err := pushcloud.New(pushcloud.Options{Account: testAccount(t), Timeout: time.Millisecond, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			readSome(t, r.Body)
			<-r.Context().Done()
			return nil, context.Cause(r.Context())
		})})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), request())
		if !errors.Is(err, context.DeadlineExceeded) || !pushcloud.IsOutcomeUnknown(err) || t.Context().Err() != nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("of the whole", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		release := make(chan struct{})
		s := serve(t, func(http.ResponseWriter, *http.Request) { cancel(context.DeadlineExceeded); <-release })
		defer close(release)
		d, err := s.client(t, func(o *pushcloud.Options) { o.InFlight = 1 }).SendAll(ctx, real(numbered(3000)))
		if !errors.Is(err, context.DeadlineExceeded) || d.Count(pushcloud.Unresolved) != 1000 || len(d.Owed()) != 2000 {
			t.Errorf("%s, %v", fates(d), err)
		}
	})
	t.Run("over before anything leaves", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), -1)
		defer cancel()
		s := serve(t, answers(200, success))
		_, err := s.client(t).Send(ctx, request())
		if !errors.Is(err, context.DeadlineExceeded) || pushcloud.IsOutcomeUnknown(err) || len(s.seen()) != 0 {
			t.Errorf("got %v", err)
		}
	})
}
