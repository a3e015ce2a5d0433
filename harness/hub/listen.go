// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/internal/loopback"
)

// Path is where agents dial.
const Path = "/agent"

// AddrError is returned for an address that a hub cannot listen on.
type AddrError struct {
	Addr string
	Err  error
}

// Error implements error.
func (e *AddrError) Error() string {
	return fmt.Sprintf("the hub cannot listen on %s: %v; end the program that holds the port (`ss -ltnp`, on Windows `netstat -ano`), or let the hub choose one with port 0", e.Addr, e.Err)
}

// Unwrap returns the cause.
func (e *AddrError) Unwrap() error { return e.Err }

// listen opens a port of the loopback.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	parsed, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, &AddrError{Addr: addr, Err: fmt.Errorf("not an IP address and a port: %w", err)}
	}
	if !parsed.Addr().Unmap().IsLoopback() {
		return nil, &AddrError{Addr: addr, Err: fmt.Errorf("%s is not a loopback address, and agents reach the hub through hdc's rport only", parsed.Addr())}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &AddrError{Addr: addr, Err: err}
	}
	return listener, nil
}

// buffers are shared by the connections: most of a thousand are idle.
var buffers sync.Pool

func (h *Hub) upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout: h.opts.HandshakeTimeout,
		ReadBufferSize:   4 << 10,
		WriteBufferSize:  4 << 10,
		WriteBufferPool:  &buffers,
		// Host and Origin have been looked at before.
		CheckOrigin: func(*http.Request) bool { return true },
	}
}

// serve accepts connections until the hub closes.
func (h *Hub) serve(listener net.Listener) {
	upgrader := h.upgrader()
	mux := http.NewServeMux()
	mux.HandleFunc(Path, func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			http.Error(w, "this is a Pushproof hub: an agent opens a websocket here", http.StatusUpgradeRequired)
			return
		}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			h.log.Info("a connection was not upgraded", "error", err)
			return
		}
		h.accept(conn)
	})
	h.server = &http.Server{
		Handler:           sameMachine(mux),
		ReadHeaderTimeout: h.opts.HandshakeTimeout,
		// Of no concern to a link: the upgrade takes the connection away, and its
		// deadlines with it.
		ReadTimeout:    h.opts.HandshakeTimeout,
		WriteTimeout:   h.opts.WriteTimeout,
		IdleTimeout:    h.opts.HandshakeTimeout,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       log.New(io.Discard, "", 0),
	}
	h.serving.Go(func() { _ = h.server.Serve(listener) })
}

// sameMachine refuses what a web page could send: a Host that is a name (DNS
// rebinding) and any Origin. An agent has no Origin, and its Host is a loopback
// address, through hdc's rport as well.
func sameMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !loopback.Host(r.Host):
			http.Error(w, "refused: the Host header must be a loopback address with a port, as in 127.0.0.1:1234", http.StatusForbidden)
		case len(r.Header.Values("Origin")) > 0:
			http.Error(w, "refused: web pages (Origin header) have no business here", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// accept runs a connection in the goroutine of its HTTP request.
func (h *Hub) accept(conn *websocket.Conn) {
	l := newLink(h, conn)
	h.mu.Lock()
	full := len(h.links) >= h.opts.MaxLinks
	closed := h.closed
	if !full && !closed {
		h.links[l] = struct{}{}
		h.serving.Add(1)
	}
	h.mu.Unlock()
	if full || closed {
		text := "the hub stops"
		if full {
			text = fmt.Sprintf("the hub has its %d connections already", h.opts.MaxLinks)
		}
		_ = conn.WriteControl(websocket.CloseMessage,
			websocket.FormatCloseMessage(websocket.CloseTryAgainLater, text), time.Now().Add(time.Second))
		_ = conn.Close()
		return
	}
	defer h.serving.Done()
	l.serve()
	h.mu.Lock()
	delete(h.links, l)
	h.mu.Unlock()
	close(l.gone)
}
