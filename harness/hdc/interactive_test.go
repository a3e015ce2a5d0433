// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// sleeper is a device that says what it runs, and runs sleep until it is ended.
type sleeper struct{ plain }

func (s sleeper) Shell(ctx context.Context, line string, stdin io.Reader, out io.Writer) {
	s.plain.Shell(ctx, line, stdin, out)
	if strings.HasPrefix(line, "sleep") {
		<-ctx.Done()
	}
}

func sitAt(t *testing.T, o hdcd.Options) (*hdcd.Server, *hdc.Client) {
	t.Helper()
	server := hdcd.New(o)
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Attach(sleeper{})
	return server, client(server.Addr())
}

// screen shows what is written to it, and calls seen when its end is awaited.
type screen struct {
	strings.Builder
	await string
	seen  func()
}

func (s *screen) Write(b []byte) (int, error) {
	n, err := s.Builder.Write(b)
	if s.await != "" && strings.HasSuffix(s.String(), s.await) {
		s.await = ""
		s.seen()
	}
	return n, err
}

func TestInteractive(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for name, test := range map[string]struct{ typed, shows string }{
			"exit":           {"ls\nexit\n", "$ ls\r\nran ls\r\n$ exit\r\n"},
			"the end of in":  {"ls -l\n", "$ ls -l\r\nran ls -l\r\n$ "},
			"nothing":        {"", "$ "},
			"a line's start": {"abc\x03", "$ abc^C\r\n$ "},
		} {
			t.Run(version+"/"+name, func(t *testing.T) {
				_, c := sitAt(t, hdcd.Options{Version: version})
				var out screen
				if err := c.Interactive(patient(t), key, strings.NewReader(test.typed), &out); err != nil || out.String() != test.shows {
					t.Errorf("%q, %v; want %q", out.String(), err, test.shows)
				}
			})
		}
	}
}

// An interrupt ends the command, and the shell goes on.
func TestInteractiveInterrupts(t *testing.T) {
	_, c := sitAt(t, hdcd.Options{})
	in, keys := io.Pipe()
	out := screen{await: "ran sleep 30\r\n", seen: func() { go func() { _, _ = io.WriteString(keys, "\x03"); _ = keys.Close() }() }}
	go func() { _, _ = io.WriteString(keys, "sleep 30\n") }()
	if err := c.Interactive(patient(t), key, in, &out); err != nil || out.String() != "$ sleep 30\r\nran sleep 30\r\n^C\r\n$ " {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestInteractiveEndsOtherwise(t *testing.T) {
	var (
		lost   *hdc.LostError
		target *hdc.TargetError
	)
	server, c := sitAt(t, hdcd.Options{})
	nothing, keys := io.Pipe()
	t.Cleanup(func() { _ = keys.Close() })
	ctx, cancel := context.WithCancel(patient(t))
	if err := c.Interactive(ctx, key, nothing, &screen{await: "$ ", seen: cancel}); !errors.As(err, &lost) || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v (%T)", err, err)
	}
	broken := errors.New("broken")
	if err := c.Interactive(patient(t), key, iotest.ErrReader(broken), io.Discard); !errors.Is(err, broken) {
		t.Errorf("in fails: %v", err)
	}
	gone := &screen{await: "$ ", seen: func() { server.SetState(key, hdcd.Offline) }}
	if err := c.Interactive(patient(t), key, nothing, gone); !errors.As(err, &lost) || !errors.As(err, &target) || target.Kind != hdc.Offline {
		t.Errorf("the device goes: %v (%T)", err, err)
	}
	if err := c.Interactive(patient(t), key, nothing, io.Discard); !errors.As(err, &target) || target.Kind != hdc.Offline {
		t.Errorf("offline: %v (%T)", err, err)
	}
	if err := c.Interactive(patient(t), "no key", nothing, io.Discard); err == nil {
		t.Error("a key with a space was taken")
	}
}
