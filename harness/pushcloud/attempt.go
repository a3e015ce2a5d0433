// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// attempt notes whether a request may have begun to leave this host.
//
// net/http tells when it writes a request. Options.Transport may be anything,
// and tells nothing: then the request counts as begun once its body was read
// from, since what a transport does with what it read is not to be known.
type attempt struct {
	body  body
	trace httptrace.ClientTrace
	// netHTTP is set once net/http deals with the request, wrote once it has
	// written the headers.
	netHTTP, wrote atomic.Bool
	// copied is set once a body of GetBody was read from: by net/http only when
	// it sends again, by others to look at it or to send it.
	copied atomic.Bool
}

func newAttempt(data []byte) *attempt {
	a := new(attempt)
	a.body.data.Reset(data)
	a.trace.GetConn = func(string) { a.netHTTP.Store(true) }
	a.trace.WroteHeaders = func() { a.wrote.Store(true) }
	return a
}

func (a *attempt) context(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &a.trace)
}

// getBody is the request's GetBody.
func (a *attempt) getBody(data []byte) (io.ReadCloser, error) {
	return &copiedBody{data: bytes.NewReader(data), attempt: a}, nil
}

// ended reports of an attempt that failed with err whether the request may have
// begun to leave this host. From here on the body cannot be begun any more, so
// that a transport that goes on behind its caller's back sends no whole request.
func (a *attempt) ended(err error) bool {
	read, copied := a.body.seal(), a.copied.Load()
	switch {
	case a.wrote.Load(), read && copied:
		// Who reads both may have sent twice, and err is of the last time.
		return true
	case read, copied && !a.netHTTP.Load():
		return !beforehand(err)
	}
	return false
}

// beforehand reports whether err is one of the faults that end a request before
// a byte of it is written, whichever transport it was given to.
func beforehand(err error) bool {
	var dns *net.DNSError
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &dns) || errors.As(err, &untrusted) {
		return true
	}
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}

// The states of a body.
const (
	bodyFresh int32 = iota
	bodyRead
	bodySealed
)

// errSealed is what a transport gets that begins to read a body after it has
// returned an error.
var errSealed = errors.New("the attempt has ended: its body is not sent any more")

// body is a request's body. It is an io.Reader only, so that every byte goes
// through Read.
type body struct {
	data  bytes.Reader
	state atomic.Int32
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(bodyFresh, bodyRead) && b.state.Load() == bodySealed {
		return 0, errSealed
	}
	return b.data.Read(p)
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

// seal reports whether the body was read from, and keeps it from being begun.
func (b *body) seal() bool { return !b.state.CompareAndSwap(bodyFresh, bodySealed) }

// copiedBody is a body of GetBody.
type copiedBody struct {
	data    *bytes.Reader
	attempt *attempt
}

// Read implements io.Reader.
func (b *copiedBody) Read(p []byte) (int, error) {
	b.attempt.copied.Store(true)
	return b.data.Read(p)
}

// Close implements io.Closer.
func (b *copiedBody) Close() error { return nil }
