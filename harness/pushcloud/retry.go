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

// longestPause is the longest time that Push Cloud may ask to wait for and is
// waited for. Who is told more gets the error: nothing bounds what a header
// says, and a caller without a deadline would never hear why nothing happens.
const longestPause = 5 * time.Minute

// ask makes a call until it is answered for good. The response is nil unless
// there was an answer, which comes along as it was read.
func (c *Client) ask(ctx context.Context, k *call) (*Response, answer, error) {
	if !k.turns.claim() {
		return nil, answer{}, ErrBudget
	}
	var wait *patience
	renewed := 0
	for attempts := 1; ; attempts++ {
		if err := c.mayBegin(ctx, k); err != nil {
			return nil, answer{}, err
		}
		var err error
		if k.secrets.authorization, err = c.account.authorization(c.now); err != nil {
			return nil, answer{}, err
		}
		response, read, err := c.tell(ctx, k)
		if response != nil {
			response.Attempts = attempts
		}
		if err == nil {
			return response, read, nil
		}
		counted(err, attempts)
		var refused *Error
		if errors.As(err, &refused) && refused.Code == jwtExpired {
			if renewed == 0 {
				renewed = 1
				c.account.discard(k.secrets.authorization)
				continue
			}
			// A new JWT was refused as well: the clock is wrong.
			refused.Retryable = false
		}
		right, atLeast := again(err)
		if !right || attempts-renewed >= c.attempts || ctx.Err() != nil {
			return response, read, err
		}
		if atLeast > longestPause {
			k.turns.shut(err)
			return response, read, err
		}
		if wait == nil {
			wait = c.patience()
		}
		pause := wait.next(atLeast)
		if IsFlow(err) {
			k.turns.pause(pause)
		}
		if !k.turns.claim() {
			return response, read, fmt.Errorf("%w (not sent again: %w)", err, ErrBudget)
		}
		if ended := k.turns.rest(ctx, pause); ended != nil {
			return response, read, fmt.Errorf("%w (gave up waiting to send again: %w)", err, ended)
		}
	}
}

// mayBegin waits until an attempt may be made.
func (c *Client) mayBegin(ctx context.Context, k *call) error {
	if err := k.turns.wait(ctx); err != nil {
		return err
	}
	if c.pace != nil && k.op == OpSend {
		if err := c.pace(ctx, len(k.secrets.tokens)); err != nil {
			return fmt.Errorf("keep the pace: %w", err)
		}
	}
	return nil
}

// tell makes a call once and reads the answer.
func (c *Client) tell(ctx context.Context, k *call) (*Response, answer, error) {
	came, err := c.once(ctx, k)
	if err != nil {
		return nil, answer{}, err
	}
	response, read, err := readAnswer(k.op, came.status, came.body, k.secrets)
	response.Issuer = came.issuer
	var refused *Error
	if errors.As(err, &refused) {
		refused.RetryAfter = came.retryAfter
	}
	return response, read, err
}

// patience is exponential back-off with jitter that waits no shorter than Push
// Cloud asked for.
type patience struct{ *backoff.ExponentialBackOff }

func (c *Client) patience() *patience {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = c.backoff, 2, max(30*time.Second, c.backoff)
	return &patience{b}
}

// next is how long to wait now.
func (p *patience) next(atLeast time.Duration) time.Duration {
	return max(p.NextBackOff(), atLeast)
}

// again reports whether sending once more is right, and how long to wait at
// least.
func again(err error) (right bool, atLeast time.Duration) {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Retryable, refused.RetryAfter
	}
	var transport *TransportError
	if !errors.As(err, &transport) || transport.OutcomeUnknown {
		return false, 0
	}
	// What reached Push Cloud and may be repeated had a way there.
	return passing(transport.Err) || transport.reached && !errors.Is(err, context.Canceled), 0
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
