// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// TestStreamOfRealServers plays recorded outputs with a sentinel behind them.
func TestStreamOfRealServers(t *testing.T) {
	ctx := patient(t)
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"shell-echo.raw", "shell-empty-output.raw", "shell-utf8-and-nul.raw", "shell-sentinel.raw"} {
			t.Run(version+"/"+name, func(t *testing.T) { wantStream(ctx, t, load(t, version, name)) })
		}
	}
	t.Run("1 MiB", func(t *testing.T) { wantStream(ctx, t, load(t, "3.2.0f", "shell-1mib.raw")) })
}

func wantStream(ctx context.Context, t *testing.T, r *transcripts.Recording) {
	t.Helper()
	var got strings.Builder
	exit, err := client(play(t, "7", r).addr).Stream(ctx, key, hdc.Raw("anything"), func(b []byte) error {
		got.Write(b)
		return nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it did not return at the sentinel: %v", err)
	}
	if err != nil || exit != 7 || got.String() != string(output(r)) {
		t.Errorf("exit %d, %v, %d bytes of %d", exit, err, got.Len(), len(output(r)))
	}
}

// TestStreamGivesWhatItHasAtOnce waits for a line before it lets the device
// print the next.
func TestStreamGivesWhatItHasAtOnce(t *testing.T) {
	seen := make(chan string)
	_, c := simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		for i := range 3 {
			fmt.Fprintf(out, "pp-%d\n", i)
			select {
			case got := <-seen:
				if got != fmt.Sprintf("pp-%d\n", i) {
					fmt.Fprintf(out, "wrong: %q\n", got)
				}
			case <-ctx.Done():
				return 1
			}
		}
		// The start of a sentinel, as the end of the output.
		fmt.Fprint(out, "pp")
		return 0
	})
	ctx := patient(t)
	var all strings.Builder
	exit, err := c.Stream(ctx, key, hdc.Cmd("x"), func(b []byte) error {
		all.Write(b)
		if strings.HasSuffix(string(b), "\n") {
			select {
			case seen <- string(b):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	if err != nil || exit != 0 || all.String() != "pp-0\npp-1\npp-2\npp" {
		t.Errorf("exit %d, %v, %q", exit, err, all.String())
	}
}

func TestStreamEndsTheCommandWithItsReader(t *testing.T) {
	ended := make(chan struct{})
	_, c := simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		fmt.Fprintln(out, "first")
		<-ctx.Done()
		close(ended)
		return 0
	})
	enough := errors.New("enough")
	if _, err := c.Stream(patient(t), key, hdc.Cmd("x"), func([]byte) error { return enough }); err != enough {
		t.Error(err)
	}
	arrives(t, "the end of the command", ended)
}

func TestStreamIsNeverSilentlyShort(t *testing.T) {
	for _, name := range []string{"shell-echo.raw", "shell-empty-output.raw", "shell-target-dies.raw"} {
		t.Run(name, func(t *testing.T) {
			p := play(t, "", load(t, "3.2.0f", name), load(t, "3.2.0f", "list-targets-v.raw"))
			var got strings.Builder
			_, err := client(p.addr).Stream(patient(t), key, hdc.Cmd("x"), func(b []byte) error { got.Write(b); return nil })
			var lost *hdc.LostError
			if !errors.As(err, &lost) {
				t.Errorf("%v (%T)", err, err)
			}
			if got.String() != string(output(load(t, "3.2.0f", name))) {
				t.Errorf("%q", got.String())
			}
		})
	}
	refuse := func(b []byte) error { t.Errorf("%q is the server's, not output", b); return nil }
	var target *hdc.TargetError
	for _, name := range []string{"shell-wrong-key.raw", "shell-offline-target.raw"} {
		if _, err := client(play(t, "", load(t, "3.2.0f", name)).addr).Stream(patient(t), key, hdc.Cmd("x"), refuse); !errors.As(err, &target) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
