// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// linger bounds the wait for a peer to read why its link ends. Closing at once
// would reset the connection while its own bytes are unread, and the reason
// would be lost.
const linger = time.Second

// link is one connection. Its own goroutine reads, a second one writes.
type link struct {
	hub   *Hub
	conn  *websocket.Conn
	nonce string
	gone  chan struct{} // closed when both goroutines have ended
	out   out
	heard atomic.Int64 // Unix nanoseconds of the last frame
	calls calls
	beat  beat

	// Set by the handshake.
	run    string
	hello  wire.Hello
	who    *identity
	number uint64
	agent  *agent
}

func newLink(h *Hub, conn *websocket.Conn) *link {
	l := &link{hub: h, conn: conn, nonce: wire.NewNonce(), gone: make(chan struct{})}
	l.out.init()
	l.calls.init()
	return l
}

// serve runs the connection until it ends.
func (l *link) serve() {
	defer func() { _ = l.conn.Close() }()
	if err := l.handshake(); err != nil {
		var r *refusal
		if errors.As(err, &r) {
			l.hub.log.Warn("an agent was refused", "code", r.code, "reason", r.message)
			l.hub.refusals.add(r)
			r.final().write(l.conn, linger)
			l.drain()
		}
		return
	}
	_ = l.conn.SetReadDeadline(time.Time{})
	l.heard.Store(time.Now().UnixNano())
	l.out.begin()
	if err := l.hub.commit.introduce(l); err != nil {
		l.hub.log.Error("an agent could not be taken", "error", err)
		return
	}
	written := make(chan struct{})
	l.hub.roster.join(l)
	l.hub.log.Info("an agent is linked", "label", l.hello.Label, "role", l.hello.Role, "pid", l.hello.PID, "agent", l.hello.Agent)
	go func() {
		defer close(written)
		l.write()
	}()
	err := l.read()
	var r *refusal
	if errors.As(err, &r) {
		l.hub.log.Warn("a link ends", "label", l.hello.Label, "role", l.hello.Role, "code", r.code, "reason", r.message)
		l.finish(r.final())
	} else {
		l.hub.log.Info("a link ends", "label", l.hello.Label, "role", l.hello.Role, "reason", err)
		l.out.hangUp()
		l.cut()
	}
	<-written
	if r != nil {
		l.drain()
	}
	l.calls.end()
	l.hub.roster.leave(l, err.Error())
}

// read takes the agent's frames until the connection ends. A suspended agent
// says nothing for as long as it likes: there is no deadline here (claim
// link.suspended-socket).
func (l *link) read() error {
	var like wire.Origin // of the last record that was taken
	for {
		b, err := receive(l.conn, headSize)
		if err != nil {
			return err
		}
		at := time.Now()
		l.heard.Store(at.UnixNano())
		frame, err := intake(b[headSize:], like)
		var unknown *wire.UnknownTypeError
		if errors.As(err, &unknown) {
			err = l.tell(&wire.Error{Code: wire.CodeUnknownType, Message: err.Error(), Frame: unknown.Type})
			frame = nil
		}
		if err != nil {
			return err
		}
		switch frame := frame.(type) {
		case nil:
		case *wire.Arrival, *wire.Loss:
			err = l.record(at, frame, b)
			like, _ = origin(frame)
		case *wire.Heartbeat:
			l.answered(at, frame)
		case *wire.Result:
			l.calls.answer(frame)
		case *wire.Token:
			l.hub.roster.token(l, frame)
		case *wire.Goodbye:
			l.hub.roster.goodbye(l, clip(frame.Reason))
		case *wire.Error:
			l.hub.log.Info("an agent could not use a frame", "label", l.hello.Label, "code", clip(frame.Code), "message", clip(frame.Message))
		default:
			err = refuse(wire.CodeOrder, frame.FrameType(), websocket.CloseProtocolError,
				"an agent sends no %s after the handshake", frame.FrameType())
		}
		if err != nil {
			return err
		}
	}
}

// record hands a record to the journal. b is its frame, with room for the
// entry's head before it.
func (l *link) record(at time.Time, frame wire.Frame, b []byte) error {
	o, _ := origin(frame)
	if o.Install != l.hello.Install {
		return refuse(wire.CodeMalformed, frame.FrameType(), websocket.CloseInvalidFramePayloadData,
			"the record is of another install than the hello")
	}
	if clean := redact(b, l.knownToken()); len(clean) != len(b) {
		again, err := intake(clean[headSize:], o)
		if err != nil {
			return err
		}
		b, frame = clean, again
	}
	l.hub.commit.submit(arriving{link: l, at: at, frame: frame, entry: b})
	return nil
}

func (l *link) knownToken() push.Token {
	return l.hub.roster.tokenOf(l)
}

// drain reads and discards until the peer has closed, a second has passed or it
// has sent a megabyte.
func (l *link) drain() {
	_ = l.conn.SetReadDeadline(time.Now().Add(linger))
	conn := l.conn.NetConn()
	buf := make([]byte, 4<<10)
	for total := 0; total < 1<<20; {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		total += n
	}
}

// send writes a frame of the handshake.
func (l *link) send(f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, b)
}

// cut ends the connection without a word.
func (l *link) cut() { _ = l.conn.Close() }
