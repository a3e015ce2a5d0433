// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import (
	"context"
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

// Reply answers a request with its result or its error, and then does what is
// to happen behind the answer. An error without a code of the platform is an
// internal one; a notification gets no answer.
func Reply(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request, result any, after func(), err error) {
	if req.Notif {
		return
	}
	if err != nil {
		var e *jsonrpc2.Error
		if !errors.As(err, &e) {
			e = Fail(jsonrpc2.CodeInternalError, err.Error())
		}
		_ = conn.ReplyWithError(ctx, req.ID, e)
		return
	}
	_ = conn.Reply(ctx, req.ID, result)
	if after != nil {
		after()
	}
}
