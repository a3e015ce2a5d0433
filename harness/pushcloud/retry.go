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

	"github.com/pushproof/pushproof/agent/push"
)

// jwtExpired is the one code upon which the JWT is renewed.
const jwtExpired = "80200005"

// deliver sends a body until it is answered for good.
func (c *Client) deliver(ctx context.Context, pushType int, body []byte, tokens []push.Token) (*Response, error) {
	wait := &patience{ctx: ctx, exponential: backoff.NewExponentialBackOff()}
	wait.exponential.InitialInterval, wait.exponential.Multiplier = c.backoff, 2
	wait.exponential.MaxInterval = max(30*time.Second, c.backoff)
	attempts, renewed := 0, false
	var last error
	response, err := backoff.Retry(ctx, func() (*Response, error) {
		for {
			if c.pace != nil {
				if err := c.pace(ctx, len(tokens)); err != nil {
					return nil, backoff.Permanent(fmt.Errorf("keep the pace: %w", err))
				}
			}
			authorization, err := c.signer.authorization()
			if err != nil {
				return nil, backoff.Permanent(err)
			}
			attempts++
			response, err := c.once(ctx, pushType, body, tokens, authorization)
			if response != nil {
				response.Attempts = attempts
			}
			var refused *Error
			expired := errors.As(err, &refused) && refused.Code == jwtExpired
			if expired && !renewed {
				renewed = true
				c.signer.discard(authorization)
				continue
			}
			if expired {
				// A new JWT was refused as well: the clock is wrong.
				refused.Retryable = false
			}
			last = counted(err, attempts)
			if err != nil && (ctx.Err() != nil || !again(err, &wait.atLeast)) {
				return response, backoff.Permanent(last)
			}
			return response, last
		}
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(c.attempts), backoff.WithMaxElapsedTime(0))
	if err != nil && last != nil && !errors.Is(last, err) && errors.Is(err, context.Cause(ctx)) {
		err = fmt.Errorf("%w (gave up waiting to send again: %w)", last, err)
	}
	return response, err
}

// patience is exponential back-off with jitter that waits no shorter than Push
// Cloud asked for, and does not begin a wait that ctx would end.
type patience struct {
	ctx         context.Context
	exponential *backoff.ExponentialBackOff
	atLeast     time.Duration
}

// NextBackOff implements backoff.BackOff.
func (p *patience) NextBackOff() time.Duration {
	next := max(p.exponential.NextBackOff(), p.atLeast)
	if deadline, ok := p.ctx.Deadline(); ok && time.Until(deadline) < next {
		return backoff.Stop
	}
	return next
}

// Reset implements backoff.BackOff.
func (p *patience) Reset() { p.exponential.Reset() }

// again reports whether sending once more is right, and how long to wait at
// least.
func again(err error, atLeast *time.Duration) bool {
	var refused *Error
	if errors.As(err, &refused) {
		*atLeast = refused.RetryAfter
		return refused.Retryable
	}
	*atLeast = 0
	var transport *TransportError
	return errors.As(err, &transport) && !transport.OutcomeUnknown && passing(transport.Err)
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
		return fmt.Errorf("%w: the endpoint's certificate is not trusted: if the endpoint is your own, give the file of its CA", err)
	case errors.As(err, &plain):
		return fmt.Errorf("%w: the endpoint does not speak TLS", err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("%w: there is no host of that name", err)
	}
	return err
}

// counted writes the number of attempts into the error.
func counted(err error, attempts int) error {
	var refused *Error
	var transport *TransportError
	if errors.As(err, &refused) {
		refused.Attempts = attempts
	} else if errors.As(err, &transport) {
		transport.Attempts = attempts
	}
	return err
}
