// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxAnswerBytes bounds an answer: 1000 refused tokens take some 200 KB.
const maxAnswerBytes = 1 << 20

// answered is an answer as it came.
type answered struct {
	status     int
	body       []byte
	issuer     string
	retryAfter time.Duration
}

// once makes a call one time. The error is a *TransportError.
//
// The transport is used without an http.Client: there are no cookies and no
// redirects, which would carry the JWT to somewhere else, and each request is
// spared a copy of its headers.
func (c *Client) once(ctx context.Context, k *call) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	a := newAttempt(k.body)
	response, err := c.transport.RoundTrip(k.request(a.context(ctx), a))
	if err == nil && response == nil {
		err = errors.New("the transport returned nothing")
	}
	if err != nil {
		left := a.ended(err)
		return answered{}, &TransportError{
			Op: k.op, Err: fmt.Errorf("POST %s: %w", k.url, explain(err)),
			OutcomeUnknown: left && !k.repeatable(), reached: left,
		}
	}
	defer response.Body.Close()
	data, err := readAll(response.Body, response.ContentLength)
	if err != nil {
		return answered{}, &TransportError{
			Op: k.op, Err: fmt.Errorf("read the answer: %w", err),
			OutcomeUnknown: !k.repeatable(), reached: true,
		}
	}
	return answered{
		status: response.StatusCode, body: data, issuer: issuer(response.TLS),
		retryAfter: retryAfter(response.Header.Get("Retry-After"), c.now()),
	}, nil
}

// request makes the HTTP request. Its header values share one array; a
// RoundTripper must not modify them.
func (k *call) request(ctx context.Context, a *attempt) *http.Request {
	values := [...]string{k.secrets.authorization, "application/json", strconv.Itoa(k.pushType), "pushproof"}
	return (&http.Request{
		Method: http.MethodPost, URL: k.url, Host: k.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": values[0:1:1],
			"Content-Type":  values[1:2:2],
			"Push-Type":     values[2:3:3],
			"User-Agent":    values[3:4:4],
		},
		Body:          &a.body,
		ContentLength: int64(len(k.body)),
		GetBody:       func() (io.ReadCloser, error) { return a.getBody(k.body) },
	}).WithContext(ctx)
}

// readAll reads an answer to its end, so that the connection can serve the next
// request. length is what the answer says of itself, -1 if nothing.
func readAll(r io.Reader, length int64) ([]byte, error) {
	room := 512
	if length >= 0 && length <= maxAnswerBytes {
		// One byte more, and the end is seen without growing.
		room = int(length) + 1
	}
	data := make([]byte, 0, room)
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > maxAnswerBytes:
			return nil, errors.New("the answer has more than 1 MiB")
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// retryAfter reads the header of that name: seconds or a date. However long it
// is, it is told; longestPause is what is waited for.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	seconds, err := strconv.ParseInt(header, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		// Out of range, ParseInt gives the bound of its range.
		return time.Duration(min(max(seconds, 0), maxTTLSeconds)) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
