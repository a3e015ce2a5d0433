// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

// A transport that is not net/http's does not tell when it sends. Once it has
// read of the body, nothing but a fault of the way there says that it did not.
func TestForeignTransport(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, test := range map[string]struct {
		read, again bool
		err         error
		unknown     bool
		trips       int
	}{
		"deadline":                       {true, false, context.DeadlineExceeded, true, 1},
		"cut off":                        {true, false, io.ErrUnexpectedEOF, true, 1},
		"its own error":                  {true, false, errors.New("stream reset"), true, 1},
		"nothing at all":                 {true, false, nil, true, 1},
		"reset":                          {true, false, &net.OpError{Op: "read", Net: "tcp", Err: errors.New("reset")}, true, 1},
		"a second body is what it sends": {false, true, context.DeadlineExceeded, true, 1},
		"dial":                           {true, false, dial, false, 4},
		"DNS":                            {true, false, &net.DNSError{Err: "try again", IsTemporary: true}, false, 4},
		"certificate":                    {true, false, &tls.CertificateVerificationError{Err: errors.New("expired")}, false, 1},
		"dial, the second time":          {true, true, dial, true, 1},
		"deadline, nothing read":         {false, false, context.DeadlineExceeded, false, 4},
	} {
		t.Run(name, func(t *testing.T) {
			trips := 0
			c := through(t, func(r *http.Request) (*http.Response, error) {
				trips++
				if test.read {
					readSome(t, r.Body)
				}
				if test.again {
					again, err := r.GetBody()
					if err != nil {
						t.Error(err)
					}
					readSome(t, again)
				}
				return nil, test.err
			})
			_, err := c.Send(t.Context(), request())
			var transport *pushcloud.TransportError
			if !errors.As(err, &transport) || transport.OutcomeUnknown != test.unknown || pushcloud.IsOutcomeUnknown(err) != test.unknown || trips != test.trips || transport.Attempts != trips {
				t.Errorf("sent %d times, want %d: %v", trips, test.trips, err)
			}
			if denied := strings.Contains(err.Error(), "nothing was sent"); denied == test.unknown {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("images may be asked for again", func(t *testing.T) {
		trips := 0
		c := through(t, func(r *http.Request) (*http.Response, error) {
			trips++
			readSome(t, r.Body)
			return nil, context.DeadlineExceeded
		})
		_, err := c.VerifyImage(t.Context(), 1, "https://h/i.png")
		if trips != 4 || pushcloud.IsOutcomeUnknown(err) || strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("asked %d times: %v", trips, err)
		}
	})
}

// readSome reads a byte of the body.
func readSome(t *testing.T, body io.ReadCloser) {
	t.Helper()
	if n, err := body.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
}

// What was called not sent is not sent later, by a transport that goes on after
// it has returned.
func TestNothingLeavesAfterTheError(t *testing.T) {
	var late []io.ReadCloser
	c := through(t, func(r *http.Request) (*http.Response, error) {
		late = append(late, r.Body)
		return nil, errors.New("no time")
	})
	if _, err := c.Send(t.Context(), request()); err == nil || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("got %v", err)
	}
	for _, body := range late {
		if data, err := io.ReadAll(body); err == nil || len(data) > 0 {
			t.Errorf("read %q, %v", data, err)
		}
	}
	if len(late) != 1 {
		t.Errorf("%d attempts", len(late))
	}
}

// Who looks on by way of GetBody, and leaves the sending to net/http, changes
// nothing: net/http tells what was sent.
func TestLookingOnChangesNothing(t *testing.T) {
	s := serve(t, ends)
	looking := func(o *pushcloud.Options) {
		o.Attempts = 2
		o.Wrap = func(base http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				again, err := r.GetBody()
				if err != nil {
					return nil, err
				}
				if _, err := io.ReadAll(again); err != nil {
					return nil, err
				}
				return base.RoundTrip(r)
			})
		}
	}
	t.Run("sent", func(t *testing.T) {
		_, err := s.client(t, looking).Send(t.Context(), request())
		if !pushcloud.IsOutcomeUnknown(err) || len(s.seen()) != 1 {
			t.Errorf("got %v after %d calls", err, len(s.seen()))
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		plain, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			for {
				conn, err := plain.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(conn, "SSH-2.0-other\r\n")
				_ = conn.Close()
			}
		}()
		c := s.client(t, looking, func(o *pushcloud.Options) { o.BaseURL = "https://" + plain.Addr().String() })
		_, err = c.Send(t.Context(), request())
		var record tls.RecordHeaderError
		if !errors.As(err, &record) || pushcloud.IsOutcomeUnknown(err) || !strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("got %v", err)
		}
		if err := plain.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
}
