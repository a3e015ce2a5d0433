// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Code is the number in an error of the module. The platform's own are 401 and
// seven digits and more; these are below.
type Code int

// The module's codes. Index.d.ts lists them for ArkTS.
const (
	CodeOther      Code = 1
	CodePanic      Code = 2
	CodeNotStarted Code = 3
	CodeStarted    Code = 4
	CodeStopped    Code = 5
	CodeQueueFull  Code = 6
	CodeTooLarge   Code = 7
	CodeMalformed  Code = 8
	CodeDiskFull   Code = 9
	CodeLocked     Code = 10
	CodeTimeout    Code = 11
	CodeParameter  Code = 401
)

// Codes lists them with what they mean.
func Codes() map[Code]string {
	return map[Code]string{
		CodeOther:      "something else; the message says what",
		CodePanic:      "a fault of the module itself",
		CodeNotStarted: "start was not called",
		CodeStarted:    "start was called twice",
		CodeStopped:    "stop was called, or the environment ended",
		CodeQueueFull:  "too many deliveries wait for the disk; the loss is reported",
		CodeTooLarge:   "more bytes than any push; the loss is reported",
		CodeMalformed:  "not what the system hands over; the loss is reported",
		CodeDiskFull:   "no space for the record; the loss is reported",
		CodeLocked:     "another process of the app has the agent's files",
		CodeTimeout:    "the time was over",
		CodeParameter:  "a parameter is wrong",
	}
}

// Error is an error for JavaScript.
type Error struct {
	Code    Code
	Message string
	// cause may be nil.
	cause error
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Unwrap returns what it came from.
func (e *Error) Unwrap() error { return e.cause }

func newError(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// wrap is Coded where nil is a plain nil.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return Coded(err)
}

// Coded gives an error of the agent its code. An *Error, also a wrapped one, is
// returned as it is; nil stays nil.
func Coded(err error) *Error {
	var coded *Error
	if err == nil || errors.As(err, &coded) {
		return coded
	}
	for _, row := range []struct {
		is   error
		code Code
	}{
		{agent.ErrQueueFull, CodeQueueFull},
		{agent.ErrTooLarge, CodeTooLarge},
		{agent.ErrMalformed, CodeMalformed},
		{agent.ErrStopped, CodeStopped},
		{journal.ErrDiskFull, CodeDiskFull},
		{journal.ErrLocked, CodeLocked},
		{context.DeadlineExceeded, CodeTimeout},
	} {
		if errors.Is(err, row.is) {
			return &Error{Code: row.code, Message: err.Error(), cause: err}
		}
	}
	return &Error{Code: CodeOther, Message: err.Error(), cause: err}
}

// failure is an error of the platform as the agent takes it.
func failure(code int64, message string) *wire.Failure {
	return &wire.Failure{Code: strconv.FormatInt(code, 10), Message: message}
}
