// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const run = "run-1"

var token = []byte("0123456789abcdef")

// patience bounds a wait for something that is bound to happen.
const patience = 20 * time.Second

// memory is a Source without a disk.
type memory struct {
	mu     sync.Mutex
	epoch  string
	frames [][]byte // frames[i] has sequence i+1; nil was dropped
	acked  uint64
	notify chan struct{}
}

func newMemory(epoch string) *memory {
	return &memory{epoch: epoch, notify: make(chan struct{}, 1)}
}

func (m *memory) id(seq uint64) wire.Origin {
	return wire.Origin{Install: "install-1", Role: wire.RoleMain, Epoch: m.epoch, Seq: seq}
}

// add appends n arrivals with payloads of that many bytes.
func (m *memory) add(t testing.TB, n, size int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		b, err := wire.Encode(&wire.Arrival{
			Origin: m.id(uint64(len(m.frames) + 1)), Via: push.Default, Kind: push.KindAlert, Stage: "focused",
			ReceivedAt: time.Unix(1, 0).UTC(), Payload: []byte(`"` + strings.Repeat("x", size) + `"`),
		})
		if err != nil {
			t.Error(err)
			return
		}
		m.frames = append(m.frames, b)
	}
	select {
	case m.notify <- struct{}{}:
	default:
	}
}

func (m *memory) drop(seqs ...uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, seq := range seqs {
		m.frames[seq-1] = nil
	}
}

func (m *memory) Origin() wire.Origin {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.id(uint64(len(m.frames)))
}

func (m *memory) Pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.frames) - int(m.acked)
}

func (m *memory) UnackedAfter(after uint64, limit int, fn func(wire.Origin, []byte) error) error {
	m.mu.Lock()
	from := max(after, m.acked)
	var some [][]byte
	if from < uint64(len(m.frames)) {
		some = m.frames[from:]
	}
	m.mu.Unlock()
	for i, frame := range some {
		if limit == 0 {
			return nil
		}
		if frame == nil {
			continue
		}
		limit--
		if err := fn(m.id(from+uint64(i)+1), frame); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Acked(c wire.Origin) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acked = max(m.acked, c.Seq)
	return nil
}

func (m *memory) Notify() <-chan struct{} { return m.notify }

// peer is the hub's end of one connection, told what to do by a test.
type peer struct {
	t     *testing.T
	conn  *websocket.Conn
	nonce string
}

// scripted starts a server that runs script for each connection, with its
// number from 1.
func scripted(t *testing.T, script func(p *peer, n int)) (hub string) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	var scripts sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		n++
		number := n
		mu.Unlock()
		scripts.Add(1)
		defer scripts.Done()
		defer func() { _ = conn.Close() }()
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		script(&peer{t: t, conn: conn, nonce: wire.NewNonce()}, number)
	}))
	t.Cleanup(func() { server.Close(); scripts.Wait() })
	return "ws" + strings.TrimPrefix(server.URL, "http") + "/agent"
}

// next reads a frame, nil if the connection has ended.
func (p *peer) next() wire.Frame {
	_, b, err := p.conn.ReadMessage()
	if err != nil {
		return nil
	}
	f, err := wire.Decode(b)
	if err != nil {
		p.t.Errorf("the agent sent %q: %v", b, err)
		return nil
	}
	return f
}

func (p *peer) send(frames ...wire.Frame) {
	for _, f := range frames {
		b, err := wire.Encode(f)
		if err != nil {
			p.t.Error(err)
			return
		}
		_ = p.conn.WriteMessage(websocket.TextMessage, b)
	}
}

// expect reads the next frame, which must be an F.
func expect[F wire.Frame](p *peer) (f F) {
	got := p.next()
	f, ok := got.(F)
	// A test that is over cuts its connections.
	if !ok && (got != nil || p.t.Context().Err() == nil) {
		p.t.Errorf("the agent sent %T, want %T", got, f)
	}
	return f
}

// until reads until the connection ends.
func (p *peer) until() {
	for p.next() != nil {
	}
}

// challenge goes as far as the challenge.
func (p *peer) challenge(version int) *wire.Open {
	open := expect[*wire.Open](p)
	if open == nil {
		return &wire.Open{}
	}
	p.send(&wire.Challenge{
		Version: version, Nonce: p.nonce,
		Proof: wire.Proof(token, wire.SideHub, open.Run, open.Nonce, p.nonce),
	})
	return open
}

// welcome goes through the handshake.
func (p *peer) welcome(heartbeat time.Duration, cursors ...wire.Origin) *wire.Hello {
	open := p.challenge(wire.Version)
	hello := expect[*wire.Hello](p)
	if hello == nil {
		return nil
	}
	if !wire.Verify(token, wire.SideAgent, open.Run, open.Nonce, p.nonce, hello.Proof) {
		p.t.Error("the agent's proof is wrong")
	}
	p.send(&wire.Welcome{Version: wire.Version, Cursors: cursors, HeartbeatMillis: int(heartbeat.Milliseconds())})
	return hello
}

// logged is a logger that counts its lines.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// config returns a Config for tests: impatient.
func config(hub string, sources ...link.Source) link.Config {
	return link.Config{
		Session: &session.Session{
			Hub: hub, Run: run, Label: "phone", Token: token, Expires: time.Now().Add(time.Hour),
		},
		Hello:      wire.Hello{Agent: "test", Install: "install-1", Role: wire.RoleMain, PID: 7},
		Sources:    func() []link.Source { return sources },
		BackoffMin: time.Millisecond, BackoffMax: 4 * time.Millisecond,
	}
}

// start runs a link until the test ends, and returns a channel that gets Run's
// error.
func start(t *testing.T, cfg link.Config) (*link.Link, <-chan error) {
	t.Helper()
	l := link.New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- l.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return l, ended
}

func wait[T any](t *testing.T, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// state waits until the link's state is as ok wants it.
func state(t *testing.T, l *link.Link, what string, ok func(connected bool, last string) bool) {
	t.Helper()
	for {
		changed := l.Changed()
		if ok(l.State()) {
			return
		}
		wait(t, what, changed)
	}
}

func logger(to *logged) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// checkType reports an error that is not of type E.
func checkType[E error](t *testing.T, err error) (e E) {
	t.Helper()
	if !errors.As(err, &e) {
		t.Fatalf("got %T (%v), want %T", err, err, e)
	}
	return e
}

func seqs(from, to uint64) (all []uint64) {
	for seq := from; seq <= to; seq++ {
		all = append(all, seq)
	}
	return all
}

// arrivals reads n arrivals and returns their sequences.
func (p *peer) arrivals(n int) (got []uint64) {
	for range n {
		a := expect[*wire.Arrival](p)
		if a == nil {
			return got
		}
		got = append(got, a.Origin.Seq)
	}
	return got
}

func (p *peer) check(what string, got, want []uint64) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
