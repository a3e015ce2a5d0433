// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// command starts a command in a goroutine of its own, if there is room.
func (c *conn) command(ctx context.Context, cmd *wire.Command) {
	if c.link.cfg.OnCommand == nil {
		c.answer(ctx, failed(cmd, wire.CodeUnknown, "this agent takes no commands"))
		return
	}
	select {
	case c.slots <- struct{}{}:
	default:
		c.answer(ctx, failed(cmd, wire.CodeUnavailable, fmt.Sprintf("%d commands are under way already", cap(c.slots))))
		return
	}
	c.commands.Go(func() {
		result := c.perform(ctx, cmd)
		// The room is free before the hub can know that it is.
		<-c.slots
		c.answer(ctx, result)
	})
}

// perform runs the command and returns a result that fits a frame.
func (c *conn) perform(ctx context.Context, cmd *wire.Command) *wire.Result {
	if cmd.TimeoutMillis > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(cmd.TimeoutMillis)*time.Millisecond)
		defer cancel()
	}
	result := c.link.cfg.OnCommand(ctx, cmd)
	if result == nil {
		return failed(cmd, wire.CodeUnknown, fmt.Sprintf("this agent knows no command %q", clip(cmd.Name)))
	}
	result.ID = cmd.ID
	_, err := wire.Encode(result)
	var size *wire.SizeError
	switch {
	case errors.As(err, &size):
		return failed(cmd, wire.CodeTooLarge, "the result of "+cmd.Name+" does not fit: "+size.Error())
	case err != nil:
		return failed(cmd, wire.CodeUnavailable, err.Error())
	}
	return result
}

func failed(cmd *wire.Command, code, message string) *wire.Result {
	return &wire.Result{ID: cmd.ID, Error: &wire.Failure{Code: code, Message: message}}
}
