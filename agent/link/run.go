// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/pushproof/pushproof/agent/session"
)

// maxLogged bounds the memory of what has been logged. A stranger that answers
// differently each time is then logged no more.
const maxLogged = 64

// Run dials, serves and dials again until ctx ends (its error), the session
// expires (*session.ExpiredError), the hub ends it (ErrEnded) or refuses for
// good (*RefusedError with Fatal set). It returns when all goroutines of the
// link have ended.
func (l *Link) Run(ctx context.Context) error {
	err := l.run(ctx)
	l.change(func() { l.ended, l.connected, l.lastError = err, false, describe(err) })
	return err
}

func (l *Link) run(ctx context.Context) error {
	// Hubs are checked when a session is parsed; a session that was made by
	// hand comes through here.
	if err := session.CheckHub(l.cfg.Session.Hub); err != nil {
		return err
	}
	ctx, expire := l.expiry(ctx)
	defer expire()
	var commands sync.WaitGroup
	defer commands.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = l.cfg.BackoffMin, l.cfg.BackoffMax
	waits.Reset()
	logged := make(map[string]bool)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		welcomed, err := l.connect(ctx, &commands)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if welcomed {
			waits.Reset()
			clear(logged)
		}
		text := describe(err)
		l.change(func() { l.connected, l.lastError = false, text })
		var refused *RefusedError
		if errors.Is(err, ErrEnded) || errors.As(err, &refused) && refused.Fatal {
			l.cfg.Logger.Warn("link ends", "error", text)
			return err
		}
		if !logged[text] && len(logged) < maxLogged {
			logged[text] = true
			l.cfg.Logger.Warn("link to the hub lost, retrying", "error", text)
		}
		l.pause(ctx, waits.NextBackOff())
	}
}

// expiry returns a context that ends with the session.
func (l *Link) expiry(ctx context.Context) (context.Context, context.CancelFunc) {
	s := l.cfg.Session
	left := s.Expires.Sub(l.cfg.Now())
	return context.WithDeadlineCause(ctx, time.Now().Add(left), &session.ExpiredError{Expires: s.Expires})
}

// pause waits for d, ctx or Wake.
func (l *Link) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wake:
	case <-ctx.Done():
	}
}
