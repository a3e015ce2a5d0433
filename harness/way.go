// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Way is the reverse rule by which a device reaches its hub: what has to be
// known to remove it.
type Way struct {
	// Key is the device's connect key.
	Key string `json:"key"`
	// Device and Host are the rule's ports.
	Device int `json:"device"`
	Host   int `json:"host"`
}

// is reports whether a rule of the server's list is the way.
func (w Way) is(r *hdc.Rule) bool {
	return r.Reverse && r.Key == w.Key && r.Device == w.Device && r.Host == w.Host
}

// RemoveWays removes those of the ways that still stand: what a process made
// that was killed. It leaves one alone that has a twin on another device, which
// would go as well, unless that is among the ways.
func RemoveWays(ctx context.Context, client *hdc.Client, ways []Way) error {
	return removeWays(ctx, serverRules{client}, ways)
}

func removeWays(ctx context.Context, rules ruler, ways []Way) error {
	if len(ways) == 0 {
		return nil
	}
	held, err := rules.Forwards(ctx)
	if err != nil {
		return fmt.Errorf("look for the reverse rules to remove: %w", err)
	}
	var errs []error
	for _, w := range ways {
		at := slices.IndexFunc(held, w.is)
		others := slices.DeleteFunc(slices.Clone(held), func(r *hdc.Rule) bool {
			return slices.ContainsFunc(ways, func(w Way) bool { return w.is(r) })
		})
		if at < 0 || w.twin(others) != "" {
			continue
		}
		if err := rules.Remove(ctx, held[at]); err != nil {
			errs = append(errs, fmt.Errorf("remove the reverse rule of %s (by hand: hdc fport rm tcp:%d tcp:%d): %w", w.Key, w.Device, w.Host, err))
		}
	}
	return errors.Join(errs...)
}

// The ports on which a device may listen for its way: hdc takes 1024 to 65535,
// and from 32768 on Linux gives them to outgoing connections.
const (
	lowestPort  = 20000
	highestPort = 32767
	// portTries is how many are tried: on simulated devices, which share the
	// host's loopback, any may be taken.
	portTries = 20
)

// choosePort returns a port that no rule of the server has at either end, so
// that the new rule's text is its own.
func choosePort(held []*hdc.Rule, pick func(n int) int) int {
	const ports = highestPort - lowestPort + 1
	first := pick(ports)
	for n := range ports {
		port := lowestPort + (first+n)%ports
		if !slices.ContainsFunc(held, func(r *hdc.Rule) bool { return r.Device == port || r.Host == port }) {
			return port
		}
	}
	return lowestPort + first
}

// reverse makes the device's way to the hub, unless it has one.
func (d *Device) reverse(ctx context.Context) error {
	d.wayTurn.Lock()
	defer d.wayTurn.Unlock()
	if d.way() != nil {
		return nil
	}
	for try := 1; ; try++ {
		way, err := d.tryPort(ctx)
		var busy *hdc.PortError
		if errors.As(err, &busy) && try < portTries {
			continue
		}
		if err != nil {
			return fmt.Errorf("make the way from the device to the hub: %w", err)
		}
		d.mu.Lock()
		d.held = &way
		d.mu.Unlock()
		d.s.watchWays(ctx)
		return nil
	}
}

// tryPort makes a rule on a port that nobody has yet. Another run may do so at
// the same time, on another device: one of the two gives way, by a
// *hdc.PortError.
func (d *Device) tryPort(ctx context.Context) (Way, error) {
	held, err := d.s.hdc.Forwards(ctx)
	if err != nil {
		return Way{}, err
	}
	way := Way{Key: d.Key(), Device: choosePort(held, rand.IntN), Host: int(d.s.hub.Addr().Port())}
	d.mu.Lock()
	d.ways = append(d.ways, way)
	d.mu.Unlock()
	if d.s.onWay != nil {
		d.s.onWay(way)
	}
	if _, err := d.s.hdc.Reverse(ctx, way.Key, way.Device, way.Host); err != nil {
		return Way{}, err
	}
	return way, way.settleTwins(ctx, serverRules{d.s.hdc}, twinEvery)
}

// way returns the device's way, nil if it has none.
func (d *Device) way() *Way {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held
}

// keepWay makes the way again if its rule is gone, as it is once the device went
// offline or the server ended: on the same ports, since they stand in the app's
// session.
func (d *Device) keepWay(ctx context.Context) error {
	d.wayTurn.Lock()
	defer d.wayTurn.Unlock()
	way := d.way()
	if way == nil {
		return nil
	}
	held, err := d.s.hdc.Forwards(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(held, way.is) {
		return nil
	}
	d.mu.Lock()
	d.broken++
	d.mu.Unlock()
	if _, err := d.s.hdc.Reverse(ctx, way.Key, way.Device, way.Host); err != nil {
		return fmt.Errorf("make the way from the device to the hub again: %w", err)
	}
	d.s.log.Info("made the way to the hub again", "key", way.Key, "device", way.Device, "host", way.Host)
	return nil
}

// Broken returns how often the device's way to the hub was found broken so far:
// what an agent reported meanwhile may come late, or in the next run.
func (d *Device) Broken() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.broken
}
