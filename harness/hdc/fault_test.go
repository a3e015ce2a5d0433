// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestFaultsOfTheGreeting(t *testing.T) {
	var (
		server  *hdc.ServerError
		version *hdc.VersionError
	)
	tests := []struct {
		name  string
		fault hdcd.Fault
		want  any
		says  []string
	}{
		{"closed at once", hdcd.Drop, &server, []string{"did not greet", "hdc kill", "hdc start"}},
		{"silent", hdcd.Hang, &server, []string{"did not greet"}},
		{"cut", hdcd.Truncate, &server, []string{"did not greet"}},
		{"another program", hdcd.Foreign, &version, []string{"SSH-2.0-OpenSSH", "2.0.0a to 3.2.0f", "hdc kill"}},
		{"another banner", hdcd.ForeignBanner, &version, []string{"HDC NEXT GEN", "2.0.0a to 3.2.0f", "hdc start"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
				if p.Greeting {
					return test.fault
				}
				return hdcd.None
			}}, echoes)
			c := hdc.New(hdc.Options{Addr: s.Addr(), DialTimeout: 300 * time.Millisecond})
			_, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
			if !errors.As(err, test.want) {
				t.Fatalf("%v (%T)", err, err)
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v: it does not say %q", err, says)
				}
			}
		})
	}
}

func TestFaultsOfAnAnswer(t *testing.T) {
	tests := []struct {
		name  string
		fault hdcd.Fault
		want  error
	}{
		{"dropped", hdcd.Drop, io.EOF},
		{"cut at the first output", hdcd.Cut, io.EOF},
		{"cut frame", hdcd.Truncate, io.ErrUnexpectedEOF},
		{"oversize frame", hdcd.Oversize, &hdc.FrameError{Length: 0x7fffffff}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
				if strings.HasPrefix(p.Command, "shell ") {
					return test.fault
				}
				return hdcd.None
			}}, echoes)
			_, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
			if lost := (*hdc.LostError)(nil); !errors.As(err, &lost) {
				t.Fatalf("%v, want a *LostError", err)
			}
			var frame *hdc.FrameError
			if _, isFrame := test.want.(*hdc.FrameError); isFrame && !errors.As(err, &frame) || !isFrame && !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

// TestEveryAnswerEndsWithItsContext holds the answer to each kind of command.
func TestEveryAnswerEndsWithItsContext(t *testing.T) {
	calls := map[string]func(context.Context, *hdc.Client) error{
		"shell":   func(ctx context.Context, c *hdc.Client) error { _, err := c.Shell(ctx, key, hdc.Cmd("x")); return err },
		"targets": func(ctx context.Context, c *hdc.Client) error { _, err := c.Targets(ctx); return err },
		"version": func(ctx context.Context, c *hdc.Client) error { _, err := c.Version(ctx); return err },
		"reverse": func(ctx context.Context, c *hdc.Client) error {
			_, err := c.Reverse(ctx, key, 20001, 20002)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			_, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
				if p.Greeting {
					return hdcd.None
				}
				cancel()
				return hdcd.Hang
			}}, echoes)
			if err := call(ctx, c); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

func TestACommandWithoutADeadlineGetsOne(t *testing.T) {
	s, _ := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Greeting {
			return hdcd.None
		}
		return hdcd.Hang
	}}, echoes)
	c := hdc.New(hdc.Options{Addr: s.Addr(), Timeout: 50 * time.Millisecond})
	_, err := c.Shell(context.Background(), key, hdc.Cmd("true"))
	if lost := (*hdc.LostError)(nil); !errors.As(err, &lost) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Setenv(hdc.PortEnv, strconv.Itoa(freePort(t)))
	c := hdc.New(hdc.Options{})
	_, err := c.Targets(t.Context())
	var server *hdc.ServerError
	if !errors.As(err, &server) || server.Silent {
		t.Fatalf("%v, want a *ServerError", err)
	}
	for _, says := range []string{"hdc start", hdc.PortEnv, c.Addr()} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%v: it does not say %q", err, says)
		}
	}
}

func TestDefaultAddr(t *testing.T) {
	t.Setenv(hdc.PortEnv, "")
	if got := hdc.DefaultAddr(); got != "127.0.0.1:8710" {
		t.Error(got)
	}
	t.Setenv(hdc.PortEnv, "9999")
	if got := hdc.DefaultAddr(); got != "127.0.0.1:9999" {
		t.Error(got)
	}
}

// FuzzServerBytes plays any bytes as a server's: no command may succeed
// without its sentinel, and every call ends.
func FuzzServerBytes(f *testing.F) {
	for _, name := range []string{"shell-echo.raw", "shell-wrong-key.raw", "shell-sentinel.raw", "list-targets-v.raw"} {
		for _, version := range []string{"2.0.0a", "3.2.0f"} {
			f.Add(load(f, version, name).Stream(0, true))
		}
	}
	f.Add([]byte("SSH-2.0-OpenSSH_9.9\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Skip(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_ = conn.SetDeadline(time.Now().Add(patience))
				_, _ = conn.Write(stream)
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}
		}()
		defer func() { _ = listener.Close(); <-ended }()
		c := client(listener.Addr().String())
		if got, err := c.Shell(t.Context(), key, hdc.Cmd("true")); err == nil {
			t.Errorf("success: %+v", got)
		}
		_, _ = c.Targets(t.Context())
		_, _ = c.CheckServer(t.Context())
	})
}
