// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package hilog_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pushproof/pushproof/nativebridge/hilog"
	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

// limit bounds a compilation and a run.
const limit = 2 * time.Minute

// long is cut in the middle of its last character, and between two.
var (
	long  = strings.Repeat("x", hilog.MaxLine-1) + "消息"
	exact = strings.Repeat("x", hilog.MaxLine) + "y"
)

// The loader looks for the log's library in the folders that it was started
// with, so the lines are written by this program, started again.
const role = "HILOG_TEST_WRITES"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "" {
		os.Exit(m.Run())
	}
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, slog.LevelError + 4} {
		hilog.Print(level, "at "+level.String())
	}
	hilog.Print(slog.LevelWarn, "one\nline\r\x00only, with %s and %{private}d")
	hilog.Print(slog.LevelWarn, long)
	hilog.Print(slog.LevelWarn, exact)
	hilog.Print(slog.LevelWarn, "")
	log := slog.New(hilog.NewHandler())
	log.Info("not shown")
	log.With("run", "r-1").Warn("from slog", "error", "broke")
	hilog.PrintAt(time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 8*60*60)), slog.LevelWarn, "in its zone")
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() { hilog.Print(slog.LevelWarn, fmt.Sprintf("goroutine %d.", i)) })
	}
	all.Wait()
}

// lines runs the writer and returns what it prints, and complains of.
func lines(t *testing.T, library string) (out, complaints []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), role+"=1", "LD_LIBRARY_PATH="+library)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	split := func(b *bytes.Buffer) []string {
		if b.Len() == 0 {
			return nil
		}
		return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	}
	return split(&stdout), split(&stderr)
}

// check compares the lines of the writer, each without what the log itself adds.
func check(t *testing.T, got []string) {
	t.Helper()
	want := []string{
		"at DEBUG", "at INFO", "at WARN", "at ERROR", "at ERROR+4",
		"one line  only, with %s and %{private}d",
		strings.Repeat("x", hilog.MaxLine-1), strings.Repeat("x", hilog.MaxLine), "",
		`msg="from slog" run=r-1 error=broke`,
		"in its zone",
	}
	if len(got) != len(want)+100 {
		t.Fatalf("%d lines, want %d:\n%s", len(got), len(want)+100, strings.Join(got, "\n"))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is\n%.80q\nwant\n%.80q", i, got[i], want[i])
		}
		if !utf8.ValidString(got[i]) {
			t.Errorf("line %d is cut within a character", i)
		}
	}
	all := strings.Join(got[len(want):], "\n") + "\n"
	for i := range 100 {
		if strings.Count(all, fmt.Sprintf("goroutine %d.\n", i)) != 1 {
			t.Errorf("line %d is not there once", i)
		}
	}
}

func TestLinesGoToTheLogThatIsThere(t *testing.T) {
	if !hilog.Finds {
		t.Skip("built without cgo, the package looks for no log: set CGO_ENABLED=1")
	}
	compiler, err := exec.LookPath("cc")
	if err != nil {
		hosttest.Missing(t, "cc is not there: apt-get install gcc")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	said, err := exec.CommandContext(ctx, compiler, "-shared", "-fPIC", "-Wall", "-Werror",
		"-o", filepath.Join(dir, "libhilog_ndk.z.so"), "testdata/hilog_ndk.c").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	out, complaints := lines(t, dir)
	if len(complaints) > 0 {
		t.Errorf("beside the log it wrote %q", complaints)
	}
	levels := []int{3, 4, 5, 6, 6}
	for i, line := range out {
		level := 5
		if i < len(levels) {
			level = levels[i]
		}
		head := fmt.Sprintf("type=0 level=%d domain=0x5050 tag=Pushproof fmt=%%{public}s ", level)
		var found bool
		if out[i], found = strings.CutPrefix(line, head); !found {
			t.Errorf("line %d is %.80q, want it to begin with %q", i, line, head)
		}
	}
	check(t, out)
}

func TestLinesGoToStandardErrorWithoutALog(t *testing.T) {
	out, complaints := lines(t, t.TempDir())
	if len(out) > 0 {
		t.Errorf("it printed %q", out)
	}
	for i, line := range complaints {
		_, text, found := strings.Cut(line, " Pushproof: ")
		if !found || text == "in its zone" && !strings.HasPrefix(line, "03:04:05.006 ") {
			t.Errorf("line %d is %.80q", i, line)
		}
		complaints[i] = text
	}
	check(t, complaints)
}

// A library that is there and has no such function is as none.
func TestALogWithoutItsFunction(t *testing.T) {
	if !hilog.Finds {
		t.Skip("built without cgo, the package looks for no log: set CGO_ENABLED=1")
	}
	for _, library := range []string{"libc.so.6", "libthere-is-none.so"} {
		if hilog.Opens(library) {
			t.Errorf("%s was taken for the log", library)
		}
	}
}
