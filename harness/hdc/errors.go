// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"fmt"
	"os"
	"strings"
)

// ServerError says that no hdc server could be talked to.
type ServerError struct {
	Addr string
	// Silent is set where something accepted the connection and said nothing.
	Silent bool
	Err    error
}

// Error implements error.
func (e *ServerError) Error() string {
	if e.Silent {
		return fmt.Sprintf("%s accepts connections but did not greet like an hdc server (%v): "+
			"another program may hold the port; see who (lsof -i, netstat), or restart the server: hdc kill, then hdc start", e.Addr, e.Err)
	}
	return fmt.Sprintf("no hdc server at %s (%v): start it with: hdc start. %s", e.Addr, e.Err, otherPort())
}

// otherPort says how a server on another port is named.
func otherPort() string {
	port := "unset"
	if v := os.Getenv(PortEnv); v != "" {
		port = v
	}
	return fmt.Sprintf("A server on another port is named by %s (now %s)", PortEnv, port)
}

// Unwrap returns the cause.
func (e *ServerError) Unwrap() error { return e.Err }

// VersionError says that the greeting was not one that this package knows.
type VersionError struct {
	Addr string
	// Seen is the start of what the peer sent, at most 64 bytes.
	Seen []byte
	Err  error
}

func newVersionError(addr string, seen []byte, err error) *VersionError {
	return &VersionError{Addr: addr, Seen: append([]byte(nil), seen[:min(len(seen), 64)]...), Err: err}
}

// Error implements error.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%s is no hdc server of a known version: %v; it sent %q. "+
		"Known are 2.0.0a to 3.2.0f: see what listens there (lsof -i, netstat), "+
		"or restart it with the hdc of your SDK: hdc kill, then hdc start", e.Addr, e.Err, e.Seen)
}

// Unwrap returns the cause.
func (e *VersionError) Unwrap() error { return e.Err }

// LostError says that the command's end was never seen: the device, the server
// or the context ended first. Whether the command ran is unknown.
type LostError struct {
	// Key is the device's, empty for a command that the server answers by itself.
	Key string
	// Command is the command with its secrets redacted, or its name.
	Command string
	// Output is what had come until then. It may hold what the command
	// printed about a Secret, so it is not part of the text.
	Output []byte
	// Err is what is known of the cause: a *TargetError, a *ServerError, a
	// context's error, or io.EOF.
	Err error
}

// Error implements error.
func (e *LostError) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("lost the hdc server's answer to %q: %v. Whether the server carried it out is unknown; "+
			"see whether it is alive with: hdc checkserver; if it is not, restart it: hdc kill, then hdc start", e.Command, e.Err)
	}
	return fmt.Sprintf("lost the end of %q on %s after %d bytes of output: %v. "+
		"Whether it ran is unknown; look at the device with: hdc list targets -v", e.Command, e.Key, len(e.Output), e.Err)
}

// Unwrap returns what is known of the cause.
func (e *LostError) Unwrap() error { return e.Err }

// LimitError says that an answer was longer than Options.MaxOutput.
type LimitError struct{ Limit int }

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the output is longer than %d bytes: narrow the command, or raise Options.MaxOutput", e.Limit)
}

// ArgumentError says that something cannot be sent, and was not.
type ArgumentError struct {
	// What names it: "bundle name", "connect key", "command".
	What string
	// Value is the thing itself, cut to 80 bytes; empty for a Secret.
	Value string
	Why   string
}

// Error implements error.
func (e *ArgumentError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %s", e.What, e.Why)
	}
	return fmt.Sprintf("%s %q: %s", e.What, e.Value, e.Why)
}

func badArgument(what, value, why string) *ArgumentError {
	return &ArgumentError{What: what, Value: strings.ToValidUTF8(value[:min(len(value), 80)], "?"), Why: why}
}
