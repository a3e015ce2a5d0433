// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// jwtExpired is the one code upon which the JWT is renewed.
const jwtExpired = "80200005"

// deliver sends a body until it is answered for good.
func (c *Client) deliver(ctx context.Context, pushType int, body []byte, secrets secrets) (*Response, error) {
	var wait *patience
	for attempts, renewed := 1, false; ; attempts++ {
		if c.pace != nil {
			if err := c.pace(ctx, len(secrets.tokens)); err != nil {
				return nil, fmt.Errorf("keep the pace: %w", err)
			}
		}
		var err error
		if secrets.authorization, err = c.signer.authorization(); err != nil {
			return nil, err
		}
		response, err := c.once(ctx, pushType, body, secrets)
		if response != nil {
			response.Attempts = attempts
		}
		if err == nil {
			return response, nil
		}
		counted(err, attempts)
		var refused *Error
		if errors.As(err, &refused) && refused.Code == jwtExpired {
			if !renewed {
				renewed = true
				c.signer.discard(secrets.authorization)
				continue
			}
			// A new JWT was refused as well: the clock is wrong.
			refused.Retryable = false
		}
		right, atLeast := again(err)
		if !right || attempts >= c.attempts || ctx.Err() != nil {
			return response, err
		}
		if wait == nil {
			wait = c.patience()
		}
		if ended := wait.rest(ctx, atLeast); ended != nil {
			return response, fmt.Errorf("%w (gave up waiting to send again: %w)", err, ended)
		}
	}
}

// patience is exponential back-off with jitter that waits no shorter than Push
// Cloud asked for, and does not begin a wait that ctx would end.
type patience struct{ *backoff.ExponentialBackOff }

func (c *Client) patience() *patience {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = c.backoff, 2, max(30*time.Second, c.backoff)
	return &patience{b}
}

// rest waits, and returns why there is no more time if there is none.
func (p *patience) rest(ctx context.Context, atLeast time.Duration) error {
	next := max(p.NextBackOff(), atLeast)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < next {
		return fmt.Errorf("%v to wait, %w", next.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(next)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// again reports whether sending once more is right, and how long to wait at
// least.
func again(err error) (right bool, atLeast time.Duration) {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Retryable, refused.RetryAfter
	}
	var transport *TransportError
	return errors.As(err, &transport) && !transport.OutcomeUnknown && passing(transport.Err), 0
}

// passing reports whether a fault of the network may go away by itself.
func passing(err error) bool {
	var dns *net.DNSError
	var plain tls.RecordHeaderError
	var untrusted *tls.CertificateVerificationError
	var alert tls.AlertError
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &untrusted), errors.As(err, &plain), errors.As(err, &alert):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	// url.Error is a net.Error whatever it wraps: look behind it.
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF)
}

// explain adds to a fault of the network what to do about it.
func explain(err error) error {
	var untrusted *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &untrusted):
		return fmt.Errorf("%w: the endpoint's certificate is not trusted: if the endpoint is your own, give the file of its CA (Options.CAFile; hdc-runner: --push-ca FILE)", err)
	case errors.As(err, &plain):
		return fmt.Errorf("%w: the endpoint does not speak TLS", err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("%w: there is no host of that name", err)
	}
	return err
}

// counted writes the number of attempts into the error.
func counted(err error, attempts int) {
	var refused *Error
	var transport *TransportError
	if errors.As(err, &refused) {
		refused.Attempts = attempts
	} else if errors.As(err, &transport) {
		transport.Attempts = attempts
	}
}
