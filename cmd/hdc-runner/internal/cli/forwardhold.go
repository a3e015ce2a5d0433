// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Pauses between two attempts to make a rule again.
const (
	againFirst = 250 * time.Millisecond
	againMost  = 10 * time.Second
)

// forwarder keeps one rule.
type forwarder struct {
	cmd    *cobra.Command
	client *hdc.Client
	key    string
	make   func(context.Context) (*hdc.Rule, error)

	rule *hdc.Rule
	// away is set while the device cannot be used, as the server says.
	away bool
	// missing is set while the rule is wanted and may not stand.
	missing bool
	// trouble is what was said last of a vain attempt.
	trouble string
	pauses  *backoff.ExponentialBackOff
}

// hold makes the rule, makes it again after each return of the device or the
// server, and removes it when ctx ends. What cannot be made again at once, since
// another program has the port by now, is tried until it can.
func (f *forwarder) hold(ctx context.Context) error {
	var err error
	if f.rule, err = f.make(ctx); err != nil {
		return err
	}
	defer f.remove(ctx)
	f.say("ready")
	f.pauses = backoff.NewExponentialBackOff()
	f.pauses.InitialInterval, f.pauses.MaxInterval = againFirst, againMost
	events, watched := make(chan hdc.Event), make(chan struct{})
	ctx, stop := context.WithCancel(ctx)
	defer func() { stop(); <-watched }()
	go func() {
		defer close(watched)
		for e := range f.client.Watch(ctx, 0) {
			select {
			case events <- e:
			case <-ctx.Done():
			}
		}
	}()
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case e := <-events:
			if !f.meet(e) {
				continue
			}
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		timer.Stop()
		if f.missing && !f.away && !f.again(ctx) {
			timer.Reset(f.pauses.NextBackOff())
		}
	}
}

// meet takes an event in, and reports whether it changes what is to be done.
func (f *forwarder) meet(e hdc.Event) bool {
	switch {
	case e.Kind == hdc.ServerLost:
		f.missing, f.away = true, true
		f.cmd.PrintErrf("hdc-runner: the hdc server is away, and the rule with it: %v\n", e.Err)
	case e.Kind == hdc.ServerFound:
		// A server that restarted lists the device as it found it then, which
		// need not be another state than before.
		f.back()
	case e.Target.Key != f.key:
		return false
	case e.Kind != hdc.Unlisted && e.Target.State == hdc.StateConnected:
		f.back()
	case f.away:
		return false
	default:
		f.missing, f.away = true, true
		f.cmd.PrintErrf("hdc-runner: %s is away, and the rule with it: %s\n", f.key, hdc.StateOffline.Advice())
	}
	return true
}

// back notes that the device can be used, and that the rule may be gone.
func (f *forwarder) back() {
	f.missing, f.away, f.trouble = true, false, ""
	f.pauses.Reset()
}

// again makes the rule once more unless it still stands, and reports whether it
// stands now.
func (f *forwarder) again(ctx context.Context) bool {
	stands, err := f.stands(ctx)
	if err == nil && !stands {
		if _, err = f.make(ctx); err == nil {
			f.say("again")
		}
	}
	if err == nil {
		f.missing = false
		return true
	}
	if text := err.Error(); ctx.Err() == nil && text != f.trouble {
		f.trouble = text
		f.cmd.PrintErrf("hdc-runner: the rule could not be made again, and is tried on until Ctrl-C: %s\n", text)
	}
	return false
}

// stands reports whether the server has the rule.
func (f *forwarder) stands(ctx context.Context) (bool, error) {
	held, err := f.client.Forwards(ctx)
	for _, r := range held {
		if r.Key == f.key && r.String() == f.rule.String() {
			return true, err
		}
	}
	return false, err
}

// remove removes the rule at the end, though ctx has ended. One that is missing
// is left alone: hdc would take another device's rule with the same ports.
func (f *forwarder) remove(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeWait)
	defer cancel()
	stands, err := f.stands(ctx)
	if stands {
		err = f.rule.Remove(ctx)
	}
	if err != nil {
		f.cmd.PrintErrf("hdc-runner: the rule stays: %s; remove it with: %s\n", told(err), removal(f.rule))
	}
}

func (f *forwarder) say(how string) { sayRule(f.cmd, f.key, how, f.rule) }

// sayRule prints what was done with a rule.
func sayRule(cmd *cobra.Command, key, how string, rule *hdc.Rule) {
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s %v\n", key, how, rule)
}
