// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// ErrEnded is returned by Run after the hub ended the session.
var ErrEnded = errors.New("the hub ended the session: the run is over")

// errSilent ends a connection on which three heartbeats were missed.
var errSilent = errors.New("the hub was silent for three heartbeats")

// RefusedError says that the hub does not want this agent.
type RefusedError struct {
	// Code is one of the wire's codes.
	Code string
	// Message is the hub's own.
	Message string
	// Fatal is set if the hub had proved that it knows the run's token, so that
	// asking again is of no use. A refusal by someone who proved nothing (a hub
	// of another run that holds the port answers "unknown-run") is asked again.
	Fatal bool
}

// Error implements error.
func (e *RefusedError) Error() string {
	text := fmt.Sprintf("the hub refused (%s): %s", e.Code, e.Message)
	if e.Code == wire.CodeUnknownRun {
		text += "; if the run is over, start the app by hdc-runner to hand it a new session"
	}
	return text
}

// StrangerError says that someone else than the run's hub answered.
type StrangerError struct {
	// Hub is the address that was dialled.
	Hub string
	// Answer says what it did instead.
	Answer string
}

// Error implements error.
func (e *StrangerError) Error() string {
	return fmt.Sprintf("%s is held by a program that is not this run's hub: %s; the agent keeps trying, end that program or start the run again", e.Hub, e.Answer)
}

// AheadError says that the hub has records of an outbox that the outbox itself
// does not: the app's files are older than the run.
type AheadError struct {
	Epoch string
	// Hub and Last are the highest sequences that the hub and the outbox have.
	Hub, Last uint64
}

// Error implements error.
func (e *AheadError) Error() string {
	return fmt.Sprintf("the hub has records of epoch %s up to %d, the outbox only up to %d: the app's files are older than the run; nothing is sent, remove the app's data or begin a new run",
		e.Epoch, e.Hub, e.Last)
}

// FlushError says what Flush left unacknowledged.
type FlushError struct {
	// Pending is how many records the hub has not acknowledged.
	Pending int
	// Last is the link's last trouble, "" if there was none.
	Last string
	// Err is why Flush gave up.
	Err error
}

// Error implements error.
func (e *FlushError) Error() string {
	text := fmt.Sprintf("flush: %d records are not acknowledged by the hub (they stay stored): %v", e.Pending, e.Err)
	if e.Last != "" {
		text += "; the link's last trouble: " + e.Last
	}
	return text
}

// Unwrap returns why Flush gave up.
func (e *FlushError) Unwrap() error { return e.Err }

// describe returns an error's text without what differs each time (the local
// port), so that the same trouble is logged once.
func describe(err error) string {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		if closed.Code == websocket.CloseAbnormalClosure {
			return "the hub vanished without a word"
		}
		return fmt.Sprintf("the hub closed the link (%d): %s", closed.Code, closed.Text)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "the hub did not answer in time"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		if op.Op == "dial" {
			return fmt.Sprintf("nobody listens at %v (%v)", op.Addr, op.Err)
		}
		return fmt.Sprintf("%s: %v", op.Op, op.Err)
	}
	return err.Error()
}
