// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

// deviceEvent is a line of devices --watch --json.
type deviceEvent struct {
	// Event is arrived, left, changed, server-lost or server-found.
	Event     string `json:"event"`
	Key       string `json:"key,omitempty"`
	Transport string `json:"transport,omitempty"`
	State     string `json:"state,omitempty"`
	// Note says what to do, or why the server counts as lost.
	Note string `json:"note,omitempty"`
}

// watchDevices prints what changes until ctx ends.
func watchDevices(cmd *cobra.Command, client *hdc.Client, asJSON bool) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	for e := range client.Watch(cmd.Context(), 0) {
		event := eventOf(e)
		var err error
		if asJSON {
			err = enc.Encode(event)
		} else {
			_, err = fmt.Fprintln(cmd.OutOrStdout(), event)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func eventOf(e hdc.Event) deviceEvent {
	d := deviceEvent{Event: "changed", Key: e.Target.Key, Transport: e.Target.Transport, State: string(e.Target.State)}
	switch {
	case e.Kind == hdc.ServerLost:
		return deviceEvent{Event: "server-lost", Note: e.Err.Error()}
	case e.Kind == hdc.ServerFound:
		return deviceEvent{Event: "server-found"}
	case e.Arrived():
		d.Event = "arrived"
	case e.Departed(), e.Kind == hdc.Unlisted:
		d.Event = "left"
	}
	if e.Kind == hdc.Unlisted {
		d.State = ""
		return d
	}
	d.Note = e.Target.State.Advice()
	return d
}

// String is a line for people.
func (d deviceEvent) String() string {
	line := d.Event
	for _, part := range []string{d.Key, d.Transport, d.State, d.Note} {
		if part != "" {
			line += "  " + part
		}
	}
	return line
}
