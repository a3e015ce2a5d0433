// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// ruler is what a way needs of an hdc server.
type ruler interface {
	Forwards(ctx context.Context) ([]*hdc.Rule, error)
	Reverse(ctx context.Context, key string, device, host int) (*hdc.Rule, error)
	// Remove removes a rule and its twins, as hdc does.
	Remove(ctx context.Context, rule *hdc.Rule) error
}

// serverRules are the rules of an hdc server.
type serverRules struct{ *hdc.Client }

// Remove implements ruler.
func (serverRules) Remove(ctx context.Context, rule *hdc.Rule) error { return rule.Remove(ctx) }

const (
	// twinEvery is how often the run that stays looks whether the other one is
	// gone, and twinLooks how often at most: the other needs three answers.
	twinEvery = 100 * time.Millisecond
	twinLooks = 30
	// partLimit bounds the parting from a twin, also when the run has ended.
	partLimit = 5 * time.Second
)

// settleTwins decides between a way that was just made and a twin: a rule with
// the same ports that another run made for another device at the same time. Two
// that last would be removed by whoever ends first. nil means that the way
// stands and has no twin; a *hdc.PortError that it gave way.
//
// The smaller key stays, and its run waits until the other's has parted. A twin
// that remains belongs to a run that looked before this rule was there, and will
// not look again: then the smaller key gives way, too.
func (w Way) settleTwins(ctx context.Context, rules ruler, every time.Duration) error {
	for look := 1; ; look++ {
		held, err := rules.Forwards(ctx)
		if err != nil {
			return err
		}
		twin, mine := w.twin(held), slices.ContainsFunc(held, w.is)
		switch {
		case twin == "" && mine:
			return nil
		case twin != "" && (twin < w.Key || look >= twinLooks):
			return w.part(ctx, rules, twin, held)
		case look >= twinLooks:
			return fmt.Errorf("the rule of %s for device port %d and host port %d is removed as soon as it is made: another program does that", w.Key, w.Device, w.Host)
		case twin == "":
			// The twin's run parted, which took both rules, and may be about to bring
			// this one back.
			var busy *hdc.PortError
			if _, err := rules.Reverse(ctx, w.Key, w.Device, w.Host); err != nil && !errors.As(err, &busy) {
				return err
			}
			continue
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// part removes the way's rule where a twin is to stay. That takes the twin's
// along, which is made again; connections that are open are left alone.
func (w Way) part(ctx context.Context, rules ruler, twin string, held []*hdc.Rule) error {
	gave := &hdc.PortError{Port: w.Device, Rule: (&hdc.Rule{Reverse: true, Device: w.Device, Host: w.Host}).String(),
		Why: "target " + twin + " got a rule with the same ports at the same time"}
	at := slices.IndexFunc(held, w.is)
	if at < 0 {
		return gave
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partLimit)
	defer cancel()
	if err := rules.Remove(ctx, held[at]); err != nil {
		return err
	}
	var busy *hdc.PortError // the twin's run was faster
	if _, err := rules.Reverse(ctx, twin, w.Device, w.Host); err != nil && !errors.As(err, &busy) {
		return fmt.Errorf("bring back the rule of %s, which went with its twin: %w", twin, err)
	}
	return gave
}

// twin returns the smallest key of another device whose rule has the same text,
// "" if there is none: hdc removes rules by their text alone, all at once.
func (w Way) twin(held []*hdc.Rule) string {
	twin := ""
	for _, r := range held {
		if r.Key != w.Key && r.Reverse && r.Device == w.Device && r.Host == w.Host && (twin == "" || r.Key < twin) {
			twin = r.Key
		}
	}
	return twin
}
