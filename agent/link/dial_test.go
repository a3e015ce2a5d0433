// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
)

// stranger is a server that tells of each connection.
func stranger(t *testing.T, handle func(net.Conn)) (hub string, connected <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan struct{}, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			seen <- struct{}{}
			_ = conn.SetDeadline(time.Now().Add(patience))
			handle(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return "ws://" + listener.Addr().String() + "/agent", seen
}

// TestStrangers puts all kinds of programs on the hub's port. None of them may
// learn anything of the device, end the link, or be logged more than once.
func TestStrangers(t *testing.T) {
	websockets := func(script func(p *peer)) func(*testing.T) (string, <-chan struct{}) {
		return func(t *testing.T) (string, <-chan struct{}) {
			seen := make(chan struct{}, 1000)
			return scripted(t, func(p *peer, _ int) { seen <- struct{}{}; script(p) }), seen
		}
	}
	closed := func(p *peer, after string) {
		if f := p.next(); f != nil {
			p.t.Errorf("the agent sent %T after %s", f, after)
		}
	}
	for _, tc := range []struct {
		name  string
		start func(*testing.T) (string, <-chan struct{})
		want  string
	}{
		{"speaks first", func(t *testing.T) (string, <-chan struct{}) {
			return stranger(t, func(c net.Conn) { _, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n")) })
		}, "does not speak websocket"},
		{"hangs up", func(t *testing.T) (string, <-chan struct{}) {
			return stranger(t, func(net.Conn) {})
		}, "does not speak websocket"},
		{"says nothing", func(t *testing.T) (string, <-chan struct{}) {
			return stranger(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<16)); _, _ = c.Read(make([]byte, 1)) })
		}, "said nothing"},
		{"web server", func(t *testing.T) (string, <-chan struct{}) {
			seen := make(chan struct{}, 1000)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen <- struct{}{}
				http.NotFound(w, r)
			}))
			t.Cleanup(s.Close)
			return "ws" + strings.TrimPrefix(s.URL, "http") + "/agent", seen
		}, "HTTP 404"},
		{"echo", websockets(func(p *peer) {
			kind, b, err := p.conn.ReadMessage()
			if err == nil {
				_ = p.conn.WriteMessage(kind, b)
			}
			closed(p, "an echo")
		}), `a frame of type "open"`},
		{"not JSON", websockets(func(p *peer) {
			p.next()
			_ = p.conn.WriteMessage(websocket.TextMessage, []byte("hello"))
			closed(p, "a greeting")
		}), "no frame of this protocol"},
		{"binary", websockets(func(p *peer) {
			p.next()
			_ = p.conn.WriteMessage(websocket.BinaryMessage, []byte("{}"))
			closed(p, "bytes")
		}), "binary"},
		{"wrong token", websockets(func(p *peer) {
			open, ok := p.next().(*wire.Open)
			if !ok {
				return
			}
			p.send(&wire.Challenge{
				Version: wire.Version, Nonce: p.nonce,
				Proof: wire.Proof([]byte("fedcba9876543210"), wire.SideHub, open.Run, open.Nonce, p.nonce),
			})
			closed(p, "a wrong proof")
		}), "does not know the run's token"},
		{"the agent's own proof", websockets(func(p *peer) {
			open, ok := p.next().(*wire.Open)
			if !ok {
				return
			}
			p.send(&wire.Challenge{
				Version: wire.Version, Nonce: p.nonce,
				Proof: wire.Proof(token, wire.SideAgent, open.Run, open.Nonce, p.nonce),
			})
			closed(p, "the other side's proof")
		}), "does not know the run's token"},
		{"welcomes at once", websockets(func(p *peer) {
			p.next()
			p.send(&wire.Welcome{Version: wire.Version})
			closed(p, "a welcome without a challenge")
		}), `a frame of type "welcome"`},
		{"hub of another run", websockets(func(p *peer) {
			p.next()
			p.send(&wire.Error{Code: wire.CodeUnknownRun, Message: "this hub knows no run", Frame: wire.TypeOpen, Fatal: true})
			closed(p, "a refusal")
		}), "unknown-run"},
		{"version refused by nobody in particular", websockets(func(p *peer) {
			p.next()
			p.send(&wire.Error{Code: wire.CodeVersion, Message: "go away", Fatal: true})
			closed(p, "a refusal")
		}), "go away"},
		{"far too much", websockets(func(p *peer) {
			p.next()
			_ = p.conn.WriteMessage(websocket.TextMessage, make([]byte, wire.MaxFrame+1))
			closed(p, "too large a frame")
		}), "exceeds the limit"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			hub, seen := tc.start(t)
			var log logged
			cfg := config(hub, newMemory("e"))
			cfg.HandshakeTimeout = patience
			if tc.name == "says nothing" {
				cfg.HandshakeTimeout = 20 * time.Millisecond
			}
			cfg.Logger = logger(&log)
			l, ended := start(t, cfg)
			for range 4 {
				wait(t, "a further attempt", seen)
			}
			state(t, l, "the trouble", func(connected bool, last string) bool {
				if connected {
					t.Error("connected to a stranger")
				}
				return strings.Contains(last, tc.want)
			})
			if n := strings.Count(log.String(), "\n"); n != 1 {
				t.Errorf("%d lines logged, want one:\n%s", n, log.String())
			}
			select {
			case err := <-ended:
				t.Errorf("the link ended: %v", err)
			default:
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	// A port that was free a moment ago, of a listener that is closed.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hub := "ws://" + listener.Addr().String() + "/agent"
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var log logged
	cfg := config(hub, newMemory("e"))
	cfg.Logger = logger(&log)
	l, _ := start(t, cfg)
	for range 5 {
		wait(t, "a further attempt", l.Changed())
	}
	if _, last := l.State(); !strings.Contains(last, "nobody listens at "+listener.Addr().String()) {
		t.Errorf("last trouble %q", last)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines logged, want one:\n%s", n, log.String())
	}
}

// TestRefusedForGood has a hub that proved itself refuse the agent.
func TestRefusedForGood(t *testing.T) {
	for code, script := range map[string]func(p *peer){
		wire.CodeVersion: func(p *peer) {
			p.challenge(2)
			p.send(&wire.Error{Code: wire.CodeVersion, Message: "speaks 2", Fatal: true})
			p.until()
		},
		"version without a word": func(p *peer) { p.challenge(2) },
		wire.CodeProof: func(p *peer) {
			p.challenge(wire.Version)
			p.next()
			p.send(&wire.Error{Code: wire.CodeProof, Message: "wrong", Fatal: true})
			p.until()
		},
		wire.CodeUnknownRun: func(p *peer) {
			p.challenge(wire.Version)
			p.next()
			p.send(&wire.Error{Code: wire.CodeUnknownRun, Message: "over", Fatal: true})
			p.until()
		},
	} {
		t.Run(code, func(t *testing.T) {
			l, ended := start(t, config(scripted(t, func(p *peer, _ int) { script(p) }), newMemory("e")))
			refused := checkType[*link.RefusedError](t, wait(t, "the end", ended))
			if !refused.Fatal || !strings.HasPrefix(code, refused.Code) {
				t.Errorf("got %+v", refused)
			}
			if connected, last := l.State(); connected || last == "" {
				t.Errorf("State() = %v, %q", connected, last)
			}
		})
	}
}

func TestExpiredSessionIsNotDialled(t *testing.T) {
	hub, seen := stranger(t, func(net.Conn) {})
	cfg := config(hub, newMemory("e"))
	cfg.Session.Expires = time.Now().Add(-time.Second)
	_, ended := start(t, cfg)
	checkType[*session.ExpiredError](t, wait(t, "the end", ended))
	select {
	case <-seen:
		t.Error("the hub of an expired session was dialled")
	default:
	}
}

// TestSessionExpiresWhileLinked also has the hub told why.
func TestSessionExpiresWhileLinked(t *testing.T) {
	reason := make(chan string, 1)
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute)
		if g := expect[*wire.Goodbye](p); g != nil {
			reason <- g.Reason
		}
	})
	cfg := config(hub, newMemory("e"))
	// The link's clock runs ahead such that little is left.
	cfg.Now = func() time.Time { return cfg.Session.Expires.Add(-100 * time.Millisecond) }
	_, ended := start(t, cfg)
	checkType[*session.ExpiredError](t, wait(t, "the end", ended))
	if got := wait(t, "the goodbye", reason); !strings.Contains(got, "expired") {
		t.Errorf("goodbye %q", got)
	}
}

func TestHubOffTheLoopbackIsRefused(t *testing.T) {
	for _, hub := range []string{"ws://192.0.2.1:9/agent", "ws://localhost:9/agent", "http://127.0.0.1:9/"} {
		_, ended := start(t, config(hub, newMemory("e")))
		checkType[*session.HubError](t, wait(t, "the end", ended))
	}
}

func TestContextEndsTheLink(t *testing.T) {
	reason := make(chan string, 1)
	hub := scripted(t, func(p *peer, _ int) {
		p.welcome(time.Minute)
		if g := expect[*wire.Goodbye](p); g != nil {
			reason <- g.Reason
		}
	})
	l := link.New(config(hub, newMemory("e")))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	state(t, l, "the link", func(connected bool, _ string) bool { return connected })
	cancel()
	if err := wait(t, "the end", ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	if got := wait(t, "the goodbye", reason); got != "the agent stops" {
		t.Errorf("goodbye %q", got)
	}
	if err := l.Flush(context.Background()); err != nil {
		t.Errorf("Flush with nothing pending = %v", err)
	}
}
