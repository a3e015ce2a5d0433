// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/native"
)

// Runtime is what runs the apps of simulated devices. Whatever it is, the device
// starts, suspends and kills processes of the operating system.
type Runtime string

// The runtimes.
const (
	// Go is package app in a process of this program; it needs nothing else.
	Go Runtime = "go"
	// Native is the project's ArkTS in Node with the real native module: see
	// package native.
	Native Runtime = "native"
)

// Runtimes returns both, the default first.
func Runtimes() []Runtime { return []Runtime{Go, Native} }

// launcher is how devices start processes.
type launcher func(device.InstalledApp, wire.Role) (process.Options, error)

// launch returns what a device starts processes with, nil for its own way. Of
// the native runtime a *native.MissingError says what is not there.
func (r Runtime) launch(ctx context.Context) (launcher, error) {
	switch r {
	case "", Go:
		return nil, nil
	case Native:
		found, err := native.Find(ctx, native.Host{})
		if err != nil {
			return nil, err
		}
		return found.Launch, found.Build(ctx)
	}
	return nil, fmt.Errorf("no runtime is called %q: there are %v", string(r), Runtimes())
}
