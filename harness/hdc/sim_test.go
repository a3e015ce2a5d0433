// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// wrapped takes a command line of this client apart.
var wrapped = regexp.MustCompile(`; \((.*)\) </dev/null & wait \$!; .*; echo (pp-\w+)''(\w+):\$s$`)

// device is a simulated device: run prints a command's output and returns its
// exit status; less than 0 means that the sentinel gets lost.
type device struct {
	key string
	run func(ctx context.Context, command string, out io.Writer) int
}

func (d *device) Key() string  { return d.key }
func (d *device) Name() string { return "localhost" }

func (d *device) Shell(ctx context.Context, line string, _ io.Reader, out io.Writer) {
	m := wrapped.FindStringSubmatch(line)
	if m == nil {
		fmt.Fprintf(out, "not a line of this client: %s\n", line)
		return
	}
	if exit := d.run(ctx, m[1], out); exit >= 0 {
		fmt.Fprintf(out, "%s%s:%d\n", m[2], m[3], exit)
	}
}

// echoes prints the command and exits 0.
func echoes(_ context.Context, command string, out io.Writer) int {
	fmt.Fprintln(out, command)
	return 0
}

// simulate starts a server with one device.
func simulate(t testing.TB, o hdcd.Options, run func(context.Context, string, io.Writer) int) (*hdcd.Server, *hdc.Client) {
	t.Helper()
	server := hdcd.New(o)
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Attach(&device{key: key, run: run})
	return server, hdc.New(hdc.Options{Addr: server.Addr()})
}

func TestShellOnEveryVersion(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for _, small := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/small packets %v", version, small), func(t *testing.T) {
				_, c := simulate(t, hdcd.Options{Version: version, SmallPackets: small}, func(_ context.Context, command string, out io.Writer) int {
					fmt.Fprintf(out, "<%s>", command)
					return 3
				})
				for _, k := range []string{key, hdc.Any} {
					got, err := c.Shell(t.Context(), k, hdc.Cmd("param", "get", "it's a name"))
					if want := `<param get 'it'\''s a name'>`; err != nil || string(got.Output) != want || got.Exit != 3 {
						t.Errorf("%q, exit %d, %v; want %q", got.Output, got.Exit, err, want)
					}
				}
			})
		}
	}
}

func TestALongGreetingIsAnsweredInItsSize(t *testing.T) {
	_, c := simulate(t, hdcd.Options{LongGreeting: true}, echoes)
	if got, err := c.Shell(t.Context(), key, hdc.Cmd("true")); err != nil || string(got.Output) != "true\n" {
		t.Errorf("%q, %v", got.Output, err)
	}
}

func TestOutputOverTheLimit(t *testing.T) {
	server, _ := simulate(t, hdcd.Options{}, func(_ context.Context, _ string, out io.Writer) int {
		_, _ = out.Write(bytes.Repeat([]byte("a"), 100_000))
		return 0
	})
	for limit, ok := range map[int]bool{100_000: true, 99_999: false, 10: false} {
		c := hdc.New(hdc.Options{Addr: server.Addr(), MaxOutput: limit})
		got, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
		var over *hdc.LimitError
		if ok && (err != nil || len(got.Output) != limit) || !ok && !errors.As(err, &over) {
			t.Errorf("limit %d: %d bytes, %v", limit, len(got.Output), err)
		}
	}
}

func TestStatesOfATarget(t *testing.T) {
	tests := []struct {
		state hdcd.State
		kind  hdc.TargetKind
		do    string
	}{
		{hdcd.Offline, hdc.Offline, "hdc tconn"},
		{hdcd.Unauthorized, hdc.Unauthorized, "unlock the device and accept"},
		{hdcd.Ready, hdc.Handshaking, "wait some seconds"},
	}
	for _, test := range tests {
		t.Run(string(test.state), func(t *testing.T) {
			server, _ := simulate(t, hdcd.Options{}, echoes)
			server.SetState(key, test.state)
			c := client(server.Addr())
			_, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
			var target *hdc.TargetError
			if !errors.As(err, &target) || target.Kind != test.kind || !strings.Contains(err.Error(), test.do) {
				t.Errorf("shell: %v", err)
			}
			if _, err := c.Reverse(t.Context(), key, 20001, 20002); !errors.As(err, &target) || target.Kind != test.kind {
				t.Errorf("rport: %v", err)
			}
		})
	}
}

func TestHandshakingIsTriedAgain(t *testing.T) {
	var server *hdcd.Server
	var tries atomic.Int32
	server, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Greeting && tries.Add(1) == 3 {
			server.SetState(key, hdcd.Connected)
		}
		return hdcd.None
	}}, echoes)
	server.SetState(key, hdcd.Ready)
	if got, err := c.Shell(t.Context(), key, hdc.Cmd("true")); err != nil || string(got.Output) != "true\n" {
		t.Errorf("%q, %v", got.Output, err)
	}
	if n := tries.Load(); n != 3 {
		t.Errorf("%d tries, want 3", n)
	}
}

func TestHandshakingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var tries atomic.Int32
	server, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Greeting && tries.Add(1) == 3 {
			cancel()
		}
		return hdcd.None
	}}, echoes)
	server.SetState(key, hdcd.Ready)
	if _, err := c.Shell(ctx, key, hdc.Cmd("true")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestATargetThatVanishesInMidCommand(t *testing.T) {
	var server *hdcd.Server
	server, c := simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		fmt.Fprintln(out, "started")
		go server.Detach(key)
		<-ctx.Done()
		return -1
	})
	_, err := c.Shell(t.Context(), key, hdc.Cmd("sleep", "30"))
	var (
		lost   *hdc.LostError
		target *hdc.TargetError
	)
	if !errors.As(err, &lost) || string(lost.Output) != "started\n" {
		t.Errorf("%v, want a *LostError with the output", err)
	}
	if !errors.As(err, &target) || target.Kind != hdc.Offline {
		t.Errorf("%v, want it to say that the target is offline", err)
	}
}

func TestAServerThatVanishesInMidCommand(t *testing.T) {
	var server *hdcd.Server
	gone := make(chan struct{})
	server, c := simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		fmt.Fprintln(out, "started")
		go func() { defer close(gone); server.Close() }()
		<-ctx.Done()
		return -1
	})
	_, err := c.Shell(t.Context(), key, hdc.Cmd("sleep", "30"))
	arrives(t, "the end of the server", gone)
	if lost := (*hdc.LostError)(nil); !errors.As(err, &lost) {
		t.Errorf("%v, want a *LostError", err)
	}
}

func TestCancelEndsTheRemoteCommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	_, c := simulate(t, hdcd.Options{}, func(inner context.Context, _ string, _ io.Writer) int {
		cancel()
		<-inner.Done()
		close(ended)
		return -1
	})
	_, err := c.Shell(ctx, key, hdc.Cmd("sleep", "30"))
	arrives(t, "the end of the remote command", ended)
	if lost := (*hdc.LostError)(nil); !errors.As(err, &lost) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want a *LostError with context.Canceled", err)
	}
}

func TestManyCommandsAtOnce(t *testing.T) {
	_, c := simulate(t, hdcd.Options{}, echoes)
	const n = 64
	errs := make(chan error, n)
	for i := range n {
		go func() {
			got, err := c.Shell(t.Context(), key, hdc.Cmd("echo", i))
			if want := fmt.Sprintf("echo %d\n", i); err == nil && string(got.Output) != want {
				err = fmt.Errorf("%q, want %q", got.Output, want)
			}
			errs <- err
		}()
	}
	for range n {
		if err := arrives(t, "a command's end", errs); err != nil {
			t.Error(err)
		}
	}
}

func TestDebugLogHasTheCommandAndNotTheSecret(t *testing.T) {
	server, _ := simulate(t, hdcd.Options{}, echoes)
	var log bytes.Buffer
	c := hdc.New(hdc.Options{Addr: server.Addr(), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if _, err := c.Shell(t.Context(), key, hdc.Cmd("aa", "start", hdc.Secret("s3cr3t"))); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "aa start REDACTED") || strings.Contains(text, "s3cr3t") {
		t.Error(text)
	}
}

func TestReverseRule(t *testing.T) {
	server, c := simulate(t, hdcd.Options{}, echoes)
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = host.Close() }()
	hostPort := host.Addr().(*net.TCPAddr).Port
	devicePort := freePort(t)
	rule, err := c.Reverse(t.Context(), key, devicePort, hostPort)
	if err != nil {
		t.Fatal(err)
	}
	near, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(devicePort)), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = near.Close() }()
	far, err := acceptOne(host)
	if err != nil {
		t.Fatal(err)
	}
	_ = far.Close()
	if rules, err := c.Forwards(t.Context()); err != nil || len(rules) != 1 || rules[0].String() != rule.String() || rules[0].Key != key {
		t.Errorf("%v, %v", rules, err)
	}

	var busy *hdc.PortError
	if _, err := c.Reverse(t.Context(), key, devicePort, hostPort); !errors.As(err, &busy) || busy.Port != devicePort {
		t.Errorf("the same rule again: %v, want a *PortError of %d", err, devicePort)
	}
	server.Attach(&device{key: "127.0.0.2:5555", run: echoes})
	if _, err := c.Reverse(t.Context(), "127.0.0.2:5555", devicePort, hostPort); !errors.As(err, &busy) || busy.Port != hostPort {
		t.Errorf("the same ports on another target: %v, want a *PortError of %d", err, hostPort)
	}

	for range 2 {
		if err := rule.Remove(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if rules, err := c.Forwards(t.Context()); err != nil || len(rules) != 0 {
		t.Errorf("%v, %v", rules, err)
	}
}

func TestForwardRule(t *testing.T) {
	_, c := simulate(t, hdcd.Options{}, echoes)
	hostPort := freePort(t)
	rule, err := c.Forward(t.Context(), key, hostPort, freePort(t))
	if err != nil {
		t.Fatal(err)
	}
	// OK although nobody listens: the connection is reset, perhaps before the
	// dial has returned.
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(hostPort)), 5*time.Second)
	if err == nil {
		defer func() { _ = conn.Close() }()
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("something listens on a free port")
		}
	}
	if err := rule.Remove(t.Context()); err != nil {
		t.Error(err)
	}
}

// freePort returns a port that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}
