// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/recording"
)

// recordFlags are the flags of push send that keep what was said.
type recordFlags struct {
	dir      string
	recorder *recording.Recorder
}

func (r *recordFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.dir, "record", "", "write what was sent to Push Cloud and what it answered into a file in `DIR`, without Push Tokens, JWT and project id")
}

// begin returns what lets a client record, nothing if nobody asked for it.
func (r *recordFlags) begin() ([]func(*pushcloud.Options), error) {
	if r.dir == "" {
		return nil, nil
	}
	recorder, err := recording.New(recording.Options{Dir: r.dir, Simulator: harness.SimulatorCA})
	if err != nil {
		return nil, usagef("--record: nothing was sent: %v", err)
	}
	r.recorder = recorder
	return []func(*pushcloud.Options){func(o *pushcloud.Options) { o.Wrap = recorder.Transport }}, nil
}

// end names the files, and adds to err what was not written.
func (r *recordFlags) end(stderr io.Writer, err error) error {
	if r.recorder == nil {
		return err
	}
	for _, path := range r.recorder.Files() {
		fmt.Fprintf(stderr, "hdc-runner: recorded in %s: look through it before you share it, the message is in it as it was sent\n", path)
	}
	unwritten := r.recorder.Err()
	if unwritten != nil {
		unwritten = fmt.Errorf("--record: the exchange took place and was not recorded: %w", unwritten)
	}
	if err == nil {
		return unwritten
	}
	// The exit code is that of what was sent.
	if unwritten != nil {
		fmt.Fprintf(stderr, "hdc-runner: %v\n", unwritten)
	}
	return err
}
