// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// controlLimit bounds the answers that wait for the writer. One more makes the
// reader wait, and with it the hub.
const controlLimit = 64

// conn is one welcomed connection. One goroutine reads, one writes.
type conn struct {
	link     *Link
	ws       *websocket.Conn
	control  chan wire.Frame // what goes out before records
	poke     chan struct{}   // there may be records to send
	commands *sync.WaitGroup
	slots    chan struct{} // one per command under way
	waiters  sync.WaitGroup
	missed   atomic.Int32 // heartbeat periods without a word of the hub

	mu       sync.Mutex
	cursors  map[wire.Origin]uint64
	streams  []*stream
	inflight int // bytes
	rewind   bool
}

// connect dials and serves one connection until it ends, and says whether it
// got as far as the hub's welcome. The error is never nil.
func (l *Link) connect(ctx context.Context, commands *sync.WaitGroup) (welcomed bool, err error) {
	ws, welcome, err := l.dial(ctx)
	if err != nil {
		return false, err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	c := &conn{
		link: l, ws: ws, commands: commands,
		control: make(chan wire.Frame, controlLimit),
		poke:    make(chan struct{}, 1),
		slots:   make(chan struct{}, l.cfg.Commands),
		cursors: make(map[wire.Origin]uint64, len(welcome.Cursors)),
	}
	for _, cursor := range welcome.Cursors {
		c.cursors[key(cursor)] = cursor.Seq
	}
	if err := c.refresh(ctx); err != nil {
		end(err)
		c.goodbye(err)
		_ = ws.Close()
		c.waiters.Wait()
		return true, err
	}
	l.change(func() { l.connected, l.lastError = true, "" })
	l.cfg.Logger.Info("linked to the hub", "hub", l.cfg.Session.Hub, "run", l.cfg.Session.Run)

	c.waiters.Go(func() { end(c.read(ctx)) })
	c.waiters.Go(func() { c.watch(ctx, end, welcome.HeartbeatMillis) })
	end(c.write(ctx))
	c.goodbye(context.Cause(ctx))
	_ = ws.Close()
	c.waiters.Wait()
	return true, context.Cause(ctx)
}

// goodbye tells the hub why, if the socket may still be written to.
func (c *conn) goodbye(cause error) {
	var gone *websocket.CloseError
	if errors.As(cause, &gone) || errors.Is(cause, errSilent) || errors.Is(cause, errWrite) {
		return
	}
	reason := "the agent stops"
	if !errors.Is(cause, context.Canceled) {
		reason = clip(describe(cause))
	}
	deadline := time.Now().Add(min(c.link.cfg.WriteTimeout, time.Second))
	_ = c.ws.SetWriteDeadline(deadline)
	_ = send(c.ws, &wire.Goodbye{Reason: reason})
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), deadline)
}

// watch ends a connection whose hub fell silent. It counts its own ticks and
// not time: while the process is suspended it misses none, so that a hub is not
// given up for the agent's own sleep.
func (c *conn) watch(ctx context.Context, end context.CancelCauseFunc, periodMillis int) {
	period := 15 * time.Second
	if periodMillis > 0 {
		period = min(time.Duration(periodMillis)*time.Millisecond, 10*time.Minute)
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// Four ticks are at least three whole periods.
			if c.missed.Add(1) >= 4 {
				end(errSilent)
				return
			}
		}
	}
}

// read dispatches the hub's frames until the connection ends.
func (c *conn) read(ctx context.Context) error {
	for {
		b, err := receive(c.ws)
		if err != nil {
			return err
		}
		received := c.link.cfg.Now()
		c.missed.Store(0)
		frame, err := wire.Decode(b)
		var unknown *wire.UnknownTypeError
		switch {
		case errors.As(err, &unknown):
			frame = nil
			c.answer(ctx, &wire.Error{Code: wire.CodeUnknownType, Message: err.Error(), Frame: unknown.Type})
		case err != nil:
			return fmt.Errorf("the hub sent something unusable: %w", err)
		}
		switch frame := frame.(type) {
		case nil:
		case *wire.Heartbeat:
			frame.T2 = received.UnixNano()
			c.answer(ctx, &answered{Heartbeat: *frame, received: received})
		case *wire.Ack:
			c.acked(frame.Cursors)
		case *wire.Command:
			c.command(ctx, frame)
		case *wire.Goodbye:
			if c.link.cfg.OnGoodbye != nil {
				c.link.cfg.OnGoodbye(frame)
			}
			if frame.EndSession {
				return ErrEnded
			}
		case *wire.Error:
			if frame.Fatal {
				return &RefusedError{Code: frame.Code, Message: clip(frame.Message), Fatal: final(frame.Code)}
			}
			if frame.Code == wire.CodeOrder && (frame.Frame == wire.TypeArrival || frame.Frame == wire.TypeLoss) {
				c.resend()
			}
			c.link.cfg.Logger.Info("the hub could not use a frame", "code", frame.Code, "frame", frame.Frame, "message", clip(frame.Message))
		default:
			c.answer(ctx, &wire.Error{Code: wire.CodeOrder, Message: "not a frame that a hub sends to an agent", Frame: frame.FrameType()})
		}
	}
}

// answered is a heartbeat on its way back; the writer adds T3 when it really
// goes out.
type answered struct {
	wire.Heartbeat
	received time.Time
}

// answer queues a frame before the records.
func (c *conn) answer(ctx context.Context, f wire.Frame) {
	select {
	case c.control <- f:
	case <-ctx.Done():
	}
}
