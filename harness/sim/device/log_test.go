// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
)

// untilLog follows the log until the text was there that many times.
func (b *bench) untilLog(text string, times int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Shell(ctx, "hilog", strings.NewReader(""), w)
		_ = w.Close()
	}()
	defer func() {
		cancel()
		_ = r.Close()
		<-done
	}()
	var seen strings.Builder
	buffer := make([]byte, 4096)
	for strings.Count(seen.String(), text) < times {
		n, err := r.Read(buffer)
		seen.Write(buffer[:n])
		if err != nil {
			b.t.Fatalf("%q stood %d times in the log, want %d:\n%s", text, strings.Count(seen.String(), text), times, seen.String())
		}
	}
}

func TestLogLines(t *testing.T) {
	b := newBench(t)
	if out := b.sh("hilog -b I"); out != "Set global log level to I successfully\n" {
		t.Errorf("hilog -b said %q", out)
	}
	b.start()
	b.want(b.push(6, `{"extraData":"x"}`), 0)
	line := regexp.MustCompile(`(?m)^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ I A02D00/com\.example\.shop/App: message via BACKGROUND$`)
	b.untilLog("message via BACKGROUND", 1)
	if out := b.sh("hilog -x -T App"); !line.MatchString(out) {
		t.Errorf("the log holds %q", out)
	}
	if out := b.sh("hilog -x -T Ans -e nothing"); out != "" {
		t.Errorf("a filter let through %q", out)
	}
	if out := b.sh("hilog -r"); !strings.HasSuffix(out, "buffer clear successfully\n") {
		t.Errorf("hilog -r said %q", out)
	}
	if out := b.sh("hilog -x"); out != "" {
		t.Errorf("a cleared log holds %q", out)
	}
}

func TestConsumerFirmwareShowsWarningsOnly(t *testing.T) {
	b := newBench(t)
	b.start()
	b.kill()
	if out := b.sh("hilog -x"); strings.Contains(out, " I ") {
		t.Errorf("a nolog build shows information:\n%s", out)
	}
	if out := b.sh("hilog -b D -D d001203"); out != "Set domain 0xd001203 log level to D successfully\n" {
		t.Errorf("hilog -b -D said %q", out)
	}
}
