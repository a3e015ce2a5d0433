// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import (
	"errors"
	"strconv"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/wire"
)

// Fail returns the JSON-RPC error for a code of the platform.
func Fail(code int64, message string) *jsonrpc2.Error {
	return &jsonrpc2.Error{Code: code, Message: message}
}

// Failure turns an error of a call into a *wire.Failure if the other side gave
// it a code, and returns it unchanged otherwise.
func Failure(err error) error {
	var e *jsonrpc2.Error
	if !errors.As(err, &e) {
		return err
	}
	return &wire.Failure{Code: strconv.FormatInt(e.Code, 10), Message: e.Message}
}
