// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

func TestMain(m *testing.M) {
	if helper := os.Getenv(helperEnv); helper != "" {
		helperMain(helper)
		return
	}
	goleak.VerifyTestMain(m)
}

const run = "run-1"

var token = []byte("0123456789abcdef")

// patience bounds a wait for something that is bound to happen.
const patience = 20 * time.Second

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// open starts a hub that knows the run.
func open(t testing.TB, o hub.Options) *hub.Hub {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Runs == nil {
		o.Runs = map[string][]byte{run: token}
	}
	h, err := hub.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, h) })
	return h
}

func shut(t testing.TB, h *hub.Hub) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
}

// speaker speaks the wire frame by frame.
type speaker struct {
	t    testing.TB
	conn *websocket.Conn
	id   wire.Origin
}

func hello(label string, role wire.Role) wire.Hello {
	return wire.Hello{
		Agent: "test", Label: label, Install: "install-" + label, Role: role, PID: 7,
		Device: wire.Device{Type: "phone", API: 20, BootID: "boot-1"},
	}
}

// dial opens a websocket, without the handshake.
func dial(t testing.TB, h *hub.Hub) *speaker {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(h.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return &speaker{t: t, conn: conn}
}

// speak dials and goes through the handshake.
func speak(t testing.TB, h *hub.Hub, hello wire.Hello) (*speaker, *wire.Welcome) {
	t.Helper()
	s := dial(t, h)
	s.open(wire.Version)
	return s, s.greet(hello)
}

var nonce = strings.Repeat("0", 32)

func (s *speaker) open(versions ...int) {
	s.send(&wire.Open{Versions: versions, Run: run, Nonce: nonce})
}

func (s *speaker) greet(hello wire.Hello) *wire.Welcome {
	s.t.Helper()
	challenge := expect[*wire.Challenge](s)
	if !wire.Verify(token, wire.SideHub, run, nonce, challenge.Nonce, challenge.Proof) {
		s.t.Fatal("the hub's proof is wrong")
	}
	hello.Proof = wire.Proof(token, wire.SideAgent, run, nonce, challenge.Nonce)
	s.send(&hello)
	s.id = wire.Origin{Install: hello.Install, Role: hello.Role, Epoch: "epoch-1"}
	return expect[*wire.Welcome](s)
}

func (s *speaker) send(f wire.Frame) {
	s.t.Helper()
	b, err := wire.Encode(f)
	if err != nil {
		s.t.Fatal(err)
	}
	s.raw(string(b))
}

func (s *speaker) raw(text string) {
	s.t.Helper()
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.t.Logf("write: %v", err)
	}
}

// read returns the next frame that is no heartbeat; those it answers.
func (s *speaker) read() (wire.Frame, error) {
	for {
		_, b, err := s.conn.ReadMessage()
		if err != nil {
			return nil, err
		}
		f, err := wire.Decode(b)
		if err != nil {
			s.t.Fatalf("the hub sent %q: %v", b, err)
		}
		h, ok := f.(*wire.Heartbeat)
		if !ok {
			return f, nil
		}
		h.T2 = time.Now().UnixNano()
		h.T3 = h.T2
		s.send(h)
	}
}

func expect[F wire.Frame](s *speaker) (f F) {
	s.t.Helper()
	got, err := s.read()
	if err != nil {
		s.t.Fatalf("waiting for %T: %v", f, err)
	}
	f, ok := got.(F)
	if !ok {
		s.t.Fatalf("the hub sent %T %+v, want %T", got, got, f)
	}
	return f
}

// closed reads the close message.
func (s *speaker) closed() *websocket.CloseError {
	s.t.Helper()
	f, err := s.read()
	var ce *websocket.CloseError
	if !errors.As(err, &ce) {
		s.t.Fatalf("got %T %v, want a close message", f, err)
	}
	return ce
}

// arrival is a record of the speaker's epoch.
func (s *speaker) arrival(seq uint64) *wire.Arrival {
	id := s.id
	id.Seq = seq
	return arrival(id, `{"n":1}`)
}

func arrival(id wire.Origin, payload string) *wire.Arrival {
	return &wire.Arrival{
		Origin: id, Via: push.Background, Kind: push.KindBackground, Stage: "focused",
		ReceivedAt: time.Unix(5, 0).UTC(), Payload: []byte(payload),
	}
}

// acked reads acknowledgements until the one of seq.
func (s *speaker) acked(seq uint64) {
	s.t.Helper()
	for {
		a := expect[*wire.Ack](s)
		for _, c := range a.Cursors {
			if c.Seq == seq {
				return
			}
			if c.Seq > seq {
				s.t.Fatalf("acknowledged %d, want %d", c.Seq, seq)
			}
		}
	}
}

// journaled returns the sequences in the hub's journal, in its order.
func journaled(t testing.TB, h *hub.Hub) (all []uint64) {
	t.Helper()
	if err := h.Journaled(func(r *hub.Record) error {
		all = append(all, r.Origin().Seq)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// box is a real outbox with a real link.
type box struct {
	*outbox.Outbox
	link *link.Link
}

func (b *box) add(t testing.TB, n int) {
	t.Helper()
	for range n {
		if _, err := b.Add(arrival(wire.Origin{}, `{"type":"BACKGROUND","data":"{}"}`)); err != nil {
			t.Fatal(err)
		}
	}
}

// agent starts an agent's storage and link.
func agent(t testing.TB, url, label string, alter func(*link.Config)) *box {
	t.Helper()
	out, err := outbox.Open(t.TempDir(), outbox.Options{
		Install: "install-" + label, Role: wire.RoleMain, Journal: journal.Options{SyncEvery: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := link.Config{
		Session:    &session.Session{Hub: url, Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour)},
		Hello:      hello(label, wire.RoleMain),
		Sources:    func() []link.Source { return []link.Source{out} },
		BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond,
	}
	if alter != nil {
		alter(&cfg)
	}
	b := &box{Outbox: out, link: link.New(cfg)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.link.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// logged collects log lines.
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

func logger(to *logged) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// files returns all that is written below dir.
func files(t testing.TB, dir string) []byte {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, b...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wait[T any](t testing.TB, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

func connected(a hub.Agent) bool { return a.Connected }
