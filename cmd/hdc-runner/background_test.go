// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness/device/emulator"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/hvigor"
	sim "github.com/pushproof/pushproof/harness/sim/emulator"
)

// proc is a program in the background.
type proc struct {
	cmd            *exec.Cmd
	stdout, stderr output
	done           chan struct{}
}

// output is what a program has printed so far.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(b)
}

// soFar returns the text, and what is closed when there is more.
func (o *output) soFar() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.changed
}

// passed on are the variables of a script that a program in the background
// gets.
var passedOn = []string{"PATH", "HOME", "TMPDIR", "WORK", "GOCOVERDIR", "SYSTEMROOT", "PUSHPROOF_BUNDLE", "PUSHPROOF_HAP", "PUSHPROOF_RIGHTS", "PUSHPROOF_RUNTIME", "PUSHPROOF_STATE_DIR", "PUSHPROOF_HDC_SERVER", "PUSHPROOF_HUB_ADVERTISE", "PUSHPROOF_HDC_SEVER", "OHOS_HDC_SERVER_PORT", emulator.ProgramEnv, sim.CallEnv, callVar, "XDG_CACHE_HOME", "JAVA_HOME", hvigor.SDKEnv, "BUILT", "SIGNED", fleet.EnvLimit, mark}

func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "start NAME PROGRAM ARG...")
	name := args[0]
	if theStage(ts).procs[name] != nil {
		ts.Fatalf("%s was started before", name)
	}
	p := &proc{cmd: command(ts, args[1], args[2:]...), done: make(chan struct{})}
	p.stdout.changed, p.stderr.changed = make(chan struct{}), make(chan struct{})
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	ts.Check(p.cmd.Start())
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
	}()
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
	})
	theStage(ts).procs[name] = p
}

// command makes a command with the script's environment and folder.
func command(ts *testscript.TestScript, program string, args ...string) *exec.Cmd {
	path := program
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if full, err := exec.LookPath(dir + string(os.PathSeparator) + program); err == nil {
			path = full
			break
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Args[0] = program
	cmd.Dir = ts.MkAbs(".")
	// No script may start a server by an hdc that this machine happens to have.
	cmd.Env = append(cmd.Env, hdc.ProgramEnv+"="+cmp.Or(ts.Getenv(programVar), noProgram))
	for _, name := range passedOn {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

func theProc(ts *testscript.TestScript, name string) *proc {
	p := theStage(ts).procs[name]
	if p == nil {
		ts.Fatalf("%s was not started", name)
	}
	return p
}

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	stderr := len(args) > 0 && args[0] == "-stderr"
	if stderr {
		args = args[1:]
	}
	usage(ts, neg, args, 2, "await [-stderr] NAME REGEXP")
	p := theProc(ts, args[0])
	printed := &p.stdout
	if stderr {
		printed = &p.stderr
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ended := p.done
	for {
		text, changed := printed.soFar()
		if pattern.MatchString(text) {
			return
		}
		if ended == nil {
			errors, _ := p.stderr.soFar()
			ts.Fatalf("%s has ended without printing %q\n[printed]\n%s[stderr]\n%s", args[0], args[1], text, errors)
		}
		select {
		case <-changed:
		case <-ended:
			ended = nil // look once more at its last words
		case <-deadline.C:
			ts.Fatalf("waited %v for %s to print %q\n[printed]\n%s", patience, args[0], args[1], text)
		}
	}
}

func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "interrupt NAME")
	ts.Check(theProc(ts, args[0]).cmd.Process.Signal(os.Interrupt))
}

func cmdTerminate(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "terminate NAME")
	ts.Check(theProc(ts, args[0]).cmd.Process.Signal(syscall.SIGTERM))
}

func cmdFinish(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "finish NAME [CODE|any]")
	p, want := theProc(ts, args[0]), 0
	if len(args) > 1 && args[1] == "any" {
		want = anyCode
	} else if len(args) > 1 {
		var err error
		want, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	select {
	case <-p.done:
	case <-deadline.C:
		text, _ := p.stdout.soFar()
		ts.Fatalf("%s has not ended within %v\n[stdout]\n%s", args[0], patience, text)
	}
	show(ts, p.cmd.ProcessState.ExitCode(), want, &p.stdout.text, &p.stderr.text)
}

// anyCode wants no particular exit code.
const anyCode = -1

// show makes a program's output that of the command, and fails the script
// unless the exit code is the wanted one.
func show(ts *testscript.TestScript, code, want int, stdout, stderr *bytes.Buffer) {
	out, errors := stdout.String(), stderr.String()
	_, _ = ts.Stdout().Write([]byte(out))
	_, _ = ts.Stderr().Write([]byte(errors))
	if code != want && want != anyCode {
		ts.Fatalf("exit code %d, want %d\n[stdout]\n%s[stderr]\n%s", code, want, out, errors)
	}
}

func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "code CODE PROGRAM ARG...")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	run(ts, command(ts, args[1], args[2:]...), want)
}

// run runs a command to its end.
func run(ts *testscript.TestScript, cmd *exec.Cmd, want int) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	show(ts, cmd.ProcessState.ExitCode(), want, &stdout, &stderr)
}

// cmdTry runs what a program printed for its user to try.
func cmdTry(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "try NAME TEXT")
	if runtime.GOOS == "windows" {
		ts.Fatalf("the printed commands are written for sh")
	}
	text, _ := theProc(ts, args[0]).stdout.soFar()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  ") && strings.Contains(line, args[1]) {
			run(ts, command(ts, "sh", "-c", strings.TrimSpace(line)), 0)
			return
		}
	}
	ts.Fatalf("%s printed no command that holds %q:\n%s", args[0], args[1], text)
}

// printedOpen is the command that sim prints for a websocket client.
var printedOpen = regexp.MustCompile(`echo '(\{.*\})' \| websocat -n1 (ws://\S+)`)

// cmdOpen says to the hub what the printed command says, where there is no
// websocket client to run it; what the hub answers becomes stdout.
func cmdOpen(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "open NAME")
	text, _ := theProc(ts, args[0]).stdout.soFar()
	m := printedOpen.FindStringSubmatch(text)
	if m == nil {
		ts.Fatalf("%s printed no command for a websocket client:\n%s", args[0], text)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, response, err := websocket.DefaultDialer.DialContext(ctx, m[2], nil)
	ts.Check(err)
	_ = response.Body.Close()
	defer func() { _ = conn.Close() }()
	ts.Check(conn.WriteMessage(websocket.TextMessage, []byte(m[1])))
	ts.Check(conn.SetReadDeadline(time.Now().Add(10 * time.Second)))
	_, answer, err := conn.ReadMessage()
	ts.Check(err)
	_, err = ts.Stdout().Write(answer)
	ts.Check(err)
}
