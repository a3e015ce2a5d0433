// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// dial opens the websocket and goes through the handshake.
func (l *Link) dial(ctx context.Context) (*websocket.Conn, *wire.Welcome, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.HandshakeTimeout)
	defer cancel()
	hub := l.cfg.Session.Hub
	// No proxy: a hub is on the loopback, whatever the environment says.
	dialer := websocket.Dialer{TLSClientConfig: l.tls(), HandshakeTimeout: l.cfg.HandshakeTimeout}
	conn, response, err := dialer.DialContext(ctx, hub, nil)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, nil, err
		}
		answer := "it does not speak websocket"
		switch {
		case response != nil:
			answer = "it answered HTTP " + response.Status
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
			answer = "it took the connection and said nothing"
		}
		return nil, nil, &StrangerError{Hub: hub, Answer: answer}
	}
	// The handshake's reads and writes end with ctx.
	deadline, _ := ctx.Deadline()
	_ = conn.SetReadDeadline(deadline)
	_ = conn.SetWriteDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	welcome, err := l.handshake(conn)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	_ = conn.SetReadDeadline(time.Time{})
	return conn, welcome, nil
}

func (l *Link) tls() *tls.Config {
	if l.cfg.TLS == nil {
		return nil
	}
	return l.cfg.TLS.Clone()
}

// handshake is open, challenge, hello, welcome. Before the challenge is
// verified the peer may be anybody; after it, it is the hub.
func (l *Link) handshake(conn *websocket.Conn) (*wire.Welcome, error) {
	s := l.cfg.Session
	open := &wire.Open{Versions: []int{wire.Version}, Run: s.Run, Nonce: wire.NewNonce()}
	if err := send(conn, open); err != nil {
		return nil, err
	}
	challenge, err := expect[*wire.Challenge](conn, false)
	if err != nil {
		return nil, l.suspect(err)
	}
	if len(challenge.Nonce) != len(open.Nonce) ||
		!wire.Verify(s.Token, wire.SideHub, s.Run, open.Nonce, challenge.Nonce, challenge.Proof) {
		return nil, &StrangerError{Hub: s.Hub, Answer: "it does not know the run's token"}
	}
	if !slices.Contains(open.Versions, challenge.Version) {
		// The hub says what to do in the error that follows.
		if _, err := expect[*wire.Welcome](conn, true); err != nil {
			var refused *RefusedError
			if errors.As(err, &refused) {
				return nil, err
			}
		}
		return nil, &RefusedError{Code: wire.CodeVersion, Fatal: true,
			Message: fmt.Sprintf("this agent speaks protocol version %d, the hub %d; install the app and hdc-runner from the same release", wire.Version, challenge.Version)}
	}
	hello := l.cfg.Hello
	hello.Proof = wire.Proof(s.Token, wire.SideAgent, s.Run, open.Nonce, challenge.Nonce)
	if err := send(conn, &hello); err != nil {
		return nil, err
	}
	return expect[*wire.Welcome](conn, true)
}

// suspect turns an answer that nobody vouches for into a *StrangerError, other
// than a refusal, a time-out or a lost connection.
func (l *Link) suspect(err error) error {
	var odd *unexpectedError
	if errors.As(err, &odd) {
		return &StrangerError{Hub: l.cfg.Session.Hub, Answer: odd.Error()}
	}
	return err
}

// unexpectedError is an answer that is not the frame that was due.
type unexpectedError struct{ got string }

func (e *unexpectedError) Error() string { return "it answered with " + e.got }

// expect reads one frame, which must be an F. proved says whether the peer has
// shown that it knows the token: only then is its refusal final.
func expect[F wire.Frame](conn *websocket.Conn, proved bool) (F, error) {
	var none F
	b, err := receive(conn)
	if err != nil {
		return none, err
	}
	frame, err := wire.Decode(b)
	if err != nil {
		return none, &unexpectedError{got: "something that is no frame of this protocol"}
	}
	switch frame := frame.(type) {
	case F:
		return frame, nil
	case *wire.Error:
		return none, &RefusedError{Code: frame.Code, Message: clip(frame.Message), Fatal: proved && final(frame.Code)}
	}
	return none, &unexpectedError{got: fmt.Sprintf("a frame of type %q, which is not due", frame.FrameType())}
}

// final reports whether a refusal with that code will be the same next time.
func final(code string) bool {
	return code == wire.CodeVersion || code == wire.CodeProof || code == wire.CodeUnknownRun
}

// clip bounds a text that comes from the peer.
func clip(s string) string {
	const most = 512
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
