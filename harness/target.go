// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// everyTarget is the Config.Target that means all connected devices.
const everyTarget = "all"

// readyWait bounds the wait for a device with which the hdc server still shakes
// hands: that takes a second or two. readyEvery is how often it is looked for.
const (
	readyWait  = 3 * time.Second
	readyEvery = 200 * time.Millisecond
)

// TargetError says that Config.Target names no device, or too many.
type TargetError struct {
	Target string
	// Present are the keys of the connected devices.
	Present []string
	// Away are the others that the hdc server lists.
	Away []hdc.Target
	// One is set by a caller that takes one device alone: "all" is not offered.
	One bool
}

// named reports whether one device was asked for.
func (e *TargetError) named() bool { return e.Target != "" && e.Target != everyTarget }

// Usage reports whether another Target would do; else it takes a hand on a
// device.
func (e *TargetError) Usage() bool {
	return len(e.Present) > 0 || e.named() && len(e.Away) > 0
}

// Error implements error.
func (e *TargetError) Error() string {
	list := strings.Join(e.Present, ", ")
	switch {
	case len(e.Present)+len(e.Away) == 0:
		return "the hdc server has no connected device: plug one in (developer options and USB debugging on, the computer trusted), or start an emulator; `hdc-runner devices --watch` shows what comes"
	case e.named() && len(e.Away) == 0:
		return fmt.Sprintf("no connected device is called %q: connected are %s", e.Target, list)
	case e.named():
		for _, t := range e.Away {
			list += fmt.Sprintf(", %s (%s)", t.Key, t.State)
		}
		return fmt.Sprintf("no device is called %q: there are %s", e.Target, strings.TrimPrefix(list, ", "))
	case len(e.Present) == 0:
		why := make([]string, len(e.Away))
		for i, t := range e.Away {
			why[i] = t.Err().Error()
		}
		return "the hdc server has no connected device: " + strings.Join(why, "; ")
	}
	offer := "choose one with --target SERIAL"
	if !e.One {
		offer += ", or take --target all"
	}
	return "several devices are connected: " + offer + "; connected are " + list
}

// Targets resolves Config.Target against the devices that the hdc server lists;
// see the function Targets.
func (s *Session) Targets(ctx context.Context) ([]string, error) {
	return Targets(ctx, s.hdc, s.cfg.Target)
}

// Targets resolves a target: a connect key, "all" for what is connected, or ""
// for the only connected device. For a device with which the server still
// shakes hands it waits a few seconds.
//
// Errors: an *hdc.TargetError where the device of that key is listed and cannot
// be used, which says what to do on it; a *TargetError where there is no such
// device, or none at all, or too many.
func Targets(ctx context.Context, client *hdc.Client, target string) ([]string, error) {
	over := time.NewTimer(readyWait)
	defer over.Stop()
	again := time.NewTicker(readyEvery)
	defer again.Stop()
	for {
		list, err := client.Targets(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the connected devices: %w", err)
		}
		keys, settling, err := choose(list, target)
		if !settling {
			return keys, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-over.C:
			return keys, err
		case <-again.C:
		}
	}
}

// choose resolves a target against one list. settling is set where one of the
// wanted devices may be connected in a moment.
func choose(list []hdc.Target, target string) (keys []string, settling bool, err error) {
	var away []hdc.Target
	var named *hdc.Target
	for _, t := range list {
		connected := t.State == hdc.StateConnected
		if connected {
			keys = append(keys, t.Key)
		} else {
			away = append(away, t)
			settling = settling || t.State == hdc.StateReady
		}
		// A server 2.0.0a may list a key twice.
		if t.Key == target && (named == nil || connected) {
			named = &t
		}
	}
	if named != nil {
		return []string{target}, named.State == hdc.StateReady, named.Err()
	}
	refused := &TargetError{Target: target, Present: keys, Away: away}
	switch {
	case target == everyTarget && len(keys) > 0:
		return keys, settling, nil
	case target == "" && len(keys) == 1:
		return keys, false, nil
	case target == "" || target == everyTarget:
		return nil, settling && len(keys) == 0, refused
	}
	return nil, false, refused
}
