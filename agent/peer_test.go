// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

var runToken = []byte("0123456789abcdef-run-token")

// peers is the hub's side of the wire, as much of it as the agent needs: a
// test says what it says.
type peers struct {
	t      testing.TB
	server *httptest.Server
	conns  chan *peer
}

// peer is one welcomed connection.
type peer struct {
	t      testing.TB
	conn   *websocket.Conn
	hello  *wire.Hello
	frames chan wire.Frame // what came, closed at the end

	mu     sync.Mutex
	nextID uint64
}

func listen(t testing.TB) *peers {
	t.Helper()
	ps := &peers{t: t, conns: make(chan *peer, 16)}
	ps.server = httptest.NewServer(http.HandlerFunc(ps.serve))
	t.Cleanup(ps.server.Close)
	return ps
}

// session is one for this hub.
func (ps *peers) session(run string) *session.Session {
	return &session.Session{
		Hub: "ws" + strings.TrimPrefix(ps.server.URL, "http") + "/agent", Run: run, Label: "device-1",
		Token: runToken, Expires: time.Now().Add(time.Hour),
	}
}

func (ps *peers) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		ps.t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	p := &peer{t: ps.t, conn: conn, frames: make(chan wire.Frame, 4096)}
	defer close(p.frames)
	open, ok := p.read().(*wire.Open)
	if !ok {
		return
	}
	nonce := wire.NewNonce()
	p.send(&wire.Challenge{Version: wire.Version, Nonce: nonce, Proof: wire.Proof(runToken, wire.SideHub, open.Run, open.Nonce, nonce)})
	if p.hello, ok = p.read().(*wire.Hello); !ok {
		return
	}
	if !wire.Verify(runToken, wire.SideAgent, open.Run, open.Nonce, nonce, p.hello.Proof) {
		ps.t.Error("the agent's proof is wrong")
	}
	p.send(&wire.Welcome{Version: wire.Version, HeartbeatMillis: 60_000})
	ps.conns <- p
	for f := p.read(); f != nil; f = p.read() {
		p.frames <- f
	}
}

// next returns the next connection.
func (ps *peers) next(t testing.TB) *peer {
	t.Helper()
	return wait(t, ps.conns)
}

func (p *peer) read() wire.Frame {
	_, b, err := p.conn.ReadMessage()
	if err != nil {
		return nil
	}
	f, err := wire.Decode(b)
	if err != nil {
		p.t.Errorf("the agent sent %s: %v", b, err)
		return nil
	}
	return f
}

func (p *peer) send(f wire.Frame) {
	b, err := wire.Encode(f)
	if err != nil {
		p.t.Error(err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.conn.SetWriteDeadline(time.Now().Add(patience))
	if err := p.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		p.t.Error(err)
	}
}

// due returns the next frame of type F, and passes over others.
func due[F wire.Frame](t testing.TB, p *peer) F {
	t.Helper()
	for {
		f := wait(t, p.frames)
		if f == nil {
			t.Fatal("the agent hung up")
		}
		if want, ok := f.(F); ok {
			return want
		}
	}
}

// hungUp waits for the end of the connection and returns what came before it.
func (p *peer) hungUp(t testing.TB) (frames []wire.Frame) {
	t.Helper()
	for {
		f := wait(t, p.frames)
		if f == nil {
			return frames
		}
		frames = append(frames, f)
	}
}

// ack acknowledges a record and those before it.
func (p *peer) ack(o wire.Origin) { p.send(&wire.Ack{Cursors: wire.Cursors{o}}) }

// command asks and returns the answer.
func (p *peer) command(t testing.TB, name, args string, limit time.Duration) *wire.Result {
	t.Helper()
	p.nextID++
	p.send(&wire.Command{ID: p.nextID, Name: name, Args: json.RawMessage(args), TimeoutMillis: limit.Milliseconds()})
	r := due[*wire.Result](t, p)
	if r.ID != p.nextID {
		t.Fatalf("an answer to %d, want one to %d", r.ID, p.nextID)
	}
	return r
}
