// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Send checks the request and sends it.
//
// The response is not nil whenever Push Cloud answered. The error is nil if it
// took the message for every token; otherwise it is an *InvalidError (nothing
// was sent), an *Error (Push Cloud said so; with code 80100000 some tokens were
// accepted all the same) or a *TransportError (no answer).
//
// The request is sent again only where that is right: with back-off when
// nothing was sent or the answer was flow control, and once with a new JWT
// after 80200005. ctx is the budget for all of it.
func (c *Client) Send(ctx context.Context, r Request) (*Response, error) {
	e, err := r.encode()
	if err != nil {
		return nil, &InvalidError{Faults: []Fault{{Path: "body", Problem: err.Error()}}}
	}
	revealed := reveal(r.Tokens)
	if !r.Unchecked {
		if faults := e.validate(revealed, r.Options.isTest()); len(faults) > 0 {
			return nil, &InvalidError{Faults: faults}
		}
	}
	return c.deliver(ctx, e.pushType, e.body(revealed), secrets{tokens: r.Tokens, revealed: revealed})
}

// SendBody sends a whole body as it is, without any check. It is for finding
// out what Push Cloud says to it; the response sorts the tokens that it finds
// under target.token. Results and errors are those of Send.
func (c *Client) SendBody(ctx context.Context, pushType int, body []byte) (*Response, error) {
	var found struct {
		Target struct {
			Token []string `json:"token"`
		} `json:"target"`
	}
	// A body that cannot be read is sent too: its tokens are just not known.
	_ = json.Unmarshal(body, &found)
	tokens := make([]push.Token, len(found.Target.Token))
	for i, t := range found.Target.Token {
		tokens[i] = push.NewToken(t)
	}
	return c.deliver(ctx, pushType, body, secrets{tokens: tokens, revealed: found.Target.Token})
}

// maxAnswerBytes bounds an answer: 1000 refused tokens take some 200 KB.
const maxAnswerBytes = 1 << 20

// once sends a body one time.
func (c *Client) once(ctx context.Context, pushType int, body []byte, secrets secrets) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	request := (&http.Request{
		Method: http.MethodPost, URL: c.send, Host: c.send.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {secrets.authorization},
			"Content-Type":  {"application/json"},
			"Push-Type":     {strconv.Itoa(pushType)},
			"User-Agent":    {"pushproof"},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}).WithContext(ctx)
	answered, err := c.http.Do(request)
	if err != nil {
		return nil, &TransportError{Err: explain(err), OutcomeUnknown: sent.Load()}
	}
	defer answered.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answered.Body, maxAnswerBytes+1))
	if err == nil && len(data) > maxAnswerBytes {
		err = errors.New("the answer has more than 1 MiB")
	}
	if err != nil {
		return nil, &TransportError{Err: fmt.Errorf("read the answer: %w", err), OutcomeUnknown: true}
	}
	response, err := readAnswer(answered.StatusCode, data, secrets)
	response.Issuer = issuer(answered.TLS)
	var refused *Error
	if errors.As(err, &refused) {
		refused.RetryAfter = retryAfter(answered.Header.Get("Retry-After"), c.signer.now())
	}
	return response, err
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), 24*3600)) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
