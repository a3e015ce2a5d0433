// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hdc speaks the channel protocol of the hdc server: the TCP protocol
// between OpenHarmony's hdc command and its server, usually on
// 127.0.0.1:8710. It needs no hdc process per command and can be used alone.
//
// It guarantees that a shell command is never reported as done unless the
// device itself said so: the protocol has no exit status, and a finished
// command, a dead device and a killed server all end by the same silent close.
// Each command therefore carries a random sentinel, which brings the true exit
// status; without it the outcome is a *LostError. It guarantees that the
// command ends when its context does, that a [Secret] never reaches a log or
// an error, and that arguments and names cannot break out of their quotes.
//
// A file that was transferred, by itself or in a folder, is compared on both
// ends, as far as the device has the tools; what could not be compared is said.
// No path that a device names leads out of the folder that was asked for.
//
// It never stops a server, and starts one only when asked to (EnsureServer). A
// reverse rule ends on the loopback of the host that runs the server.
//
// Protocol and texts are those of servers 2.0.0a to 3.2.0f, recorded from the
// real programs; see fixtures/transcripts. What no recording shows is a row of
// fixtures/claims/hdc*.json, whose ids the comments name.
package hdc

import (
	"context"
	"log/slog"
	"net"
	"os"
	"time"
)

// Defaults of [Options].
const (
	DefaultDialTimeout   = 3 * time.Second
	DefaultTimeout       = 30 * time.Second
	DefaultHandshakeWait = 10 * time.Second
	DefaultMaxOutput     = 32 << 20
	DefaultMaxChannels   = 256
)

// PortEnv is the variable by which hdc itself learns its server's port.
const PortEnv = "OHOS_HDC_SERVER_PORT"

// Options says which server a Client talks to. The zero value is the server
// that the hdc command would use.
type Options struct {
	// Addr is host:port. Empty means DefaultAddr().
	Addr string
	// DialTimeout bounds connecting and the server's greeting.
	DialTimeout time.Duration
	// Timeout bounds a command whose context has no deadline.
	Timeout time.Duration
	// HandshakeWait bounds the retries while the server is still shaking hands
	// with a device (E000004). Negative means no retry.
	HandshakeWait time.Duration
	// MaxOutput bounds what one command may print, in bytes.
	MaxOutput int
	// MaxChannels bounds the commands that are under way at once, each on a
	// connection of its own; further ones wait, and fail with a *BusyError. Not
	// counted are the connections of a Watch, and the one that asks what has
	// become of the target of a lost command.
	MaxChannels int
	// Files says who does the host's part of a file transfer or an install.
	Files FileMode
	// Logger gets a line per command, at debug level. Nil means silence.
	Logger *slog.Logger
}

// Client talks to one hdc server. Each command uses a connection of its own,
// so a Client may be used by many goroutines and needs no closing.
type Client struct {
	o     Options
	slots slots
}

// New returns a client. It does not connect: a server that is not there shows
// with the first command, as a *ServerError.
func New(o Options) *Client {
	if o.Addr == "" {
		o.Addr = DefaultAddr()
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = DefaultDialTimeout
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.HandshakeWait == 0 {
		o.HandshakeWait = DefaultHandshakeWait
	}
	if o.MaxOutput <= 0 {
		o.MaxOutput = DefaultMaxOutput
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxChannels <= 0 {
		o.MaxChannels = DefaultMaxChannels
	}
	return &Client{o: o, slots: make(slots, o.MaxChannels)}
}

// Addr returns the server's address as it was given or found.
func (c *Client) Addr() string { return c.o.Addr }

// DefaultAddr returns 127.0.0.1 with the port of OHOS_HDC_SERVER_PORT, or with
// 8710 where that is unset.
func DefaultAddr() string {
	port := os.Getenv(PortEnv)
	if port == "" {
		port = "8710"
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// bound gives a context without a deadline the client's own.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.o.Timeout)
}
