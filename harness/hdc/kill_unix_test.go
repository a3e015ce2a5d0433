// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package hdc_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// shellTarget runs lines as hdcd does: by a real sh in a session of its own,
// which alone gets SIGTERM when the channel ends.
type shellTarget struct {
	shell string
	// done is called when sh has ended.
	done func()
}

func (shellTarget) Key() string  { return key }
func (shellTarget) Name() string { return "localhost" }

func (s shellTarget) Shell(ctx context.Context, line string, _ io.Reader, out io.Writer) {
	cmd := exec.Command(s.shell, "-c", line)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// A pipe, as in hdcd: the end is that of the last writer, and the channel
	// does not wait for it once the client is gone.
	read, write, err := os.Pipe()
	if err != nil {
		return
	}
	defer func() { _ = read.Close() }()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		_ = write.Close()
		return
	}
	_ = write.Close()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = read.Close() })
	defer stop()
	_, _ = io.Copy(out, read)
	_ = cmd.Wait()
	if s.done != nil {
		s.done()
	}
}

// realShells are the shells of this machine that can stand in for a device's.
func realShells(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range []string{"dash", "bash", "mksh", "busybox", "sh"} {
		if path, err := exec.LookPath(name); err == nil && name != "busybox" {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("no POSIX shell in PATH: install dash or mksh to run this")
	}
	return found
}

func overShell(t *testing.T, target shellTarget) *hdc.Client {
	t.Helper()
	server := hdcd.New(hdcd.Options{CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.Attach(target)
	return hdc.New(hdc.Options{Addr: server.Addr()})
}

func TestRealShellsGiveTheTrueStatus(t *testing.T) {
	tests := []struct {
		name   string
		cmd    hdc.Command
		output string
		exit   int
	}{
		{"success", hdc.Cmd("true"), "", 0},
		{"failure", hdc.Raw("echo before; exit 3"), "before\n", 3},
		{"no line end", hdc.Cmd("printf", "abc"), "abc", 0},
		{"killed", hdc.Raw("kill -9 $(sh -c 'echo $PPID')"), "", 137},
		{"both streams", hdc.Raw("echo out; echo err >&2"), "out\nerr\n", 0},
		{"stdin is empty", hdc.Cmd("cat"), "", 0},
		{"arguments stay words", hdc.Cmd("printf", "<%s>", "it's", `a "b"`, "$HOME", "*", ""), "<it's><a \"b\"><$HOME><*><>", 0},
		{"a trace of the shell", hdc.Raw("PS4=; set -x; true"), "true\n", 0},
		{"a pipe", hdc.Raw("echo a | tr a b"), "b\n", 0},
		{"a comment at the end", hdc.Raw("echo a; false # c"), "a\n", 1},
		{"a comment alone", hdc.Raw("#"), "", 0},
		{"a subshell in front", hdc.Raw("(echo a; exit 4)"), "a\n", 4},
		{"quotes", hdc.Raw(`echo 'a  b' "it's" \'c`), "a  b it's 'c\n", 0},
		{"the wrapper's own words", hdc.Raw("s=9; wait; trap '' TERM; (exit 6)"), "", 6},
	}
	for _, shell := range realShells(t) {
		c := overShell(t, shellTarget{shell: shell})
		for _, test := range tests {
			t.Run(shell+"/"+test.name, func(t *testing.T) {
				got, err := c.Shell(t.Context(), key, test.cmd)
				if err != nil {
					t.Fatal(err)
				}
				output := string(got.Output)
				if test.exit == 137 {
					output = "" // some shells say "Killed"
				}
				if output != test.output || got.Exit != test.exit {
					t.Errorf("%q, exit %d; want %q, exit %d", got.Output, got.Exit, test.output, test.exit)
				}
			})
		}
		t.Run(shell+"/its own command line", func(t *testing.T) {
			got, err := c.Shell(t.Context(), key, hdc.Raw("tr '\\0' ' ' </proc/$PPID/cmdline 2>/dev/null; tr '\\0' ' ' </proc/$$/cmdline 2>/dev/null; echo end"))
			if err != nil || !strings.HasSuffix(string(got.Output), "end\n") || got.Exit != 0 {
				t.Errorf("%q, exit %d, %v", got.Output, got.Exit, err)
			}
		})
		t.Run(shell+"/a line that does not parse", func(t *testing.T) {
			for _, line := range []string{"echo 'a", "if", "(echo", ") ; (", "}", "echo a) & (echo b", "case x in", "; ;", "$("} {
				got, err := c.Shell(t.Context(), key, hdc.Raw(line))
				if err != nil || got.Exit == 0 || len(got.Output) == 0 {
					t.Errorf("%s: %q, exit %d, %v", line, got.Output, got.Exit, err)
				}
			}
		})
	}
}

// TestCancelKillsTheRealCommandAndItsChildren starts a child and a grandchild,
// cancels, and waits for both to die: their pipe has no writer left.
func TestCancelKillsTheRealCommandAndItsChildren(t *testing.T) {
	for _, shell := range realShells(t) {
		t.Run(shell, func(t *testing.T) {
			fifo := t.TempDir() + "/alive"
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			c := overShell(t, shellTarget{shell: shell})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			finished := make(chan error, 1)
			go func() {
				_, err := c.Shell(ctx, key, hdc.Raw("exec 3>"+hdc.Quote(fifo)+"; echo $$ >&3; (sleep 300; echo late >&3) & sleep 300"))
				finished <- err
			}()
			up, dead := readFIFO(fifo)
			session, err := strconv.Atoi(strings.TrimSpace(arrives(t, "the start of the command", up)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if t.Failed() { // nobody else ends them then
					_ = syscall.Kill(-session, syscall.SIGKILL)
				}
			}()
			cancel()
			if err := arrives(t, "the return of a cancelled command", finished); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			if rest := arrives(t, "the end of the command and its children", dead); rest != "" {
				t.Errorf("%q", rest)
			}
		})
	}
}

// readFIFO gives the first line that comes, and what else came when the last
// writer is gone.
func readFIFO(name string) (first, rest <-chan string) {
	line, all := make(chan string, 1), make(chan string, 1)
	go func() {
		file, err := os.Open(name)
		if err != nil {
			line <- err.Error()
			return
		}
		defer func() { _ = file.Close() }()
		in := bufio.NewReader(file)
		text, _ := in.ReadString('\n')
		line <- text
		late, err := io.ReadAll(in)
		if err != nil {
			late = append(late, err.Error()...)
		}
		all <- string(late)
	}()
	return line, all
}

// TestWhatACommandLeavesBehindOutlivesIt starts a child that stays: the close
// behind the sentinel must not kill it.
func TestWhatACommandLeavesBehindOutlivesIt(t *testing.T) {
	for _, shell := range realShells(t) {
		t.Run(shell, func(t *testing.T) {
			ended := make(chan struct{})
			c := overShell(t, shellTarget{shell: shell, done: func() { close(ended) }})
			got, err := c.Shell(t.Context(), key, hdc.Raw("sleep 300 >/dev/null 2>&1 & echo $!"))
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(got.Output)))
			if err != nil {
				t.Fatal(err)
			}
			arrives(t, "the end of the shell", ended)
			if err := syscall.Kill(pid, 0); err != nil {
				t.Errorf("the child is gone: %v", err)
			}
			_ = syscall.Kill(pid, syscall.SIGKILL)
		})
	}
}
