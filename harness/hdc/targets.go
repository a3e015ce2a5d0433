// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"strings"
)

// State is a target's state in the server's list.
type State string

// The states. An unauthorised target waits for its user; a ready one is not
// connected yet.
const (
	StateConnected    State = "Connected"
	StateOffline      State = "Offline"
	StateReady        State = "Ready"
	StateUnauthorized State = "Unauthorized"
	StateUnknown      State = "Unknown"
)

// Target is a row of `list targets -v`. Offline rows stay until the server
// ends, and a refused tconn leaves one.
type Target struct {
	// Key names the target in every command.
	Key string
	// Transport is USB, TCP or UART.
	Transport string
	State     State
	// Name is the device's host name, "" where it is not known.
	Name string
}

// Err returns why the target cannot be used, with what to do about it, as a
// *TargetError; nil where it can.
func (t Target) Err() error {
	if kind := t.State.kind(); kind != 0 {
		return &TargetError{Key: t.Key, Kind: kind}
	}
	return nil
}

// FormatError says that an answer could not be read.
type FormatError struct {
	Command string
	Line    string
}

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("hdc %s: cannot read the line %q: the server may be newer than %v; please report it", e.Command, e.Line, Newest)
}

// Targets lists every target that the server knows, whatever its state.
func (c *Client) Targets(ctx context.Context) ([]Target, error) {
	answer, err := c.local(ctx, listTargets)
	if err != nil {
		return nil, err
	}
	return parseTargets(string(answer))
}

// look lists the targets within DialTimeout, without a slot: that this client is
// busy says nothing of the server.
func (c *Client) look(ctx context.Context) ([]Target, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.DialTimeout)
	defer cancel()
	ch, err := c.connect(ctx, "", listTargets)
	if err != nil {
		return nil, err
	}
	defer ch.close()
	answer, err := ch.answer("", listTargets, c.o.MaxOutput)
	if err != nil {
		return nil, err
	}
	return parseTargets(string(answer))
}

const (
	listTargets = "list targets -v"
	empty       = "[Empty]"
)

// parseTargets reads the list. Columns are divided by tabs, with a double one
// behind the key; 2.0.0a leaves names empty and writes UNKNOW for a state.
func parseTargets(text string) ([]Target, error) {
	var targets []Target
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line == empty {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) < 4 || f[0] == "" || f[1] != "" {
			return nil, &FormatError{Command: listTargets, Line: line}
		}
		t := Target{Key: f[0], Transport: f[2], State: stateOf(f[3])}
		if len(f) > 4 && !strings.HasPrefix(f[4], "unknown...") {
			t.Name = f[4]
		}
		targets = append(targets, t)
	}
	return targets, nil
}

func stateOf(word string) State {
	switch s := State(word); s {
	case StateConnected, StateOffline, StateReady, StateUnauthorized:
		return s
	}
	return StateUnknown
}
