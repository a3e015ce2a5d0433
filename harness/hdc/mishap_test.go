// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// work is a command: what it prints and how it ends follow from it.
type work struct {
	n, size int
	// how is "print", "block" (prints, then runs until it is ended) or "leave"
	// (prints, and the device is gone).
	how string
}

func (w work) words() []any { return []any{w.verb(), w.n, w.size} }

func (w work) verb() string {
	if w.how == "" {
		return "print"
	}
	return w.how
}

func (w work) exit() int { return w.n % 256 }

// output is size bytes of lines that differ from those of any other command.
func (w work) output() []byte {
	line := fmt.Sprintf("%d of %d\n", w.n, w.size)
	return bytes.Repeat([]byte(line), w.size/len(line)+1)[:w.size/len(line)*len(line)]
}

// lane is a device, on which one command runs at a time.
type lane struct {
	key    string
	server *hdcd.Server

	mu sync.Mutex
	on func()
}

func (l *lane) Key() string  { return l.key }
func (l *lane) Name() string { return "localhost" }

// onArrival has f called when the next command arrives.
func (l *lane) onArrival(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = f
}

func (l *lane) arrived() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.on != nil {
		l.on()
	}
}

func (l *lane) Shell(ctx context.Context, line string, _ io.Reader, out io.Writer) {
	m := wrapped.FindStringSubmatch(line)
	if m == nil {
		fmt.Fprintf(out, "not a line of this client: %s\n", line)
		return
	}
	words := strings.Fields(m[1])
	if len(words) != 3 {
		fmt.Fprintf(out, "not a command of the soak: %s\n", line)
		return
	}
	n, err1 := strconv.Atoi(words[1])
	size, err2 := strconv.Atoi(words[2])
	if errors.Join(err1, err2) != nil {
		fmt.Fprintf(out, "not a command of the soak: %s\n", line)
		return
	}
	w := work{n, size, words[0]}
	_, _ = out.Write(w.output())
	switch w.how {
	case "leave":
		l.server.Detach(l.key)
		return
	case "block":
		<-ctx.Done()
	}
	fmt.Fprintf(out, "%s%s:%d\n", m[2], m[3], w.exit())
}

// mishap is something that may happen to a command.
type mishap struct {
	name string
	// rule draws the fault; its zero value is none. It may alter the command.
	rule func(*rand.Rand, *work) faults.Fault
	// cancels ends the context when the command arrives, leaves takes the
	// device away for the time of the command.
	cancels, leaves bool
	// judge says what is wrong with what came.
	judge func(work, hdc.Result, error) error
}

const stranger = "a stranger greets"

// always is a rule that needs no drawing.
func always(f faults.Fault) func(*rand.Rand, *work) faults.Fault {
	f.Command = ""
	if f.Kind != "" && f.On == "" && f.Kind != faults.State {
		f.Command = "shell"
	}
	return func(*rand.Rand, *work) faults.Fault { return f }
}

// after is a rule that waits for a byte of the answer.
func after(kind faults.Kind) func(*rand.Rand, *work) faults.Fault {
	return func(rng *rand.Rand, w *work) faults.Fault {
		return faults.Fault{Kind: kind, On: faults.Answer, Command: "shell", AfterBytes: rng.IntN(w.size + 1)}
	}
}

// as has a command end in another way, without a fault.
func as(how string) func(*rand.Rand, *work) faults.Fault {
	return func(_ *rand.Rand, w *work) faults.Fault {
		w.how = how
		return faults.Fault{}
	}
}

var calm = mishap{name: "calm", rule: always(faults.Fault{}), judge: truth}

// mishaps are equally likely.
var mishaps = []mishap{
	{name: stranger, rule: func(rng *rand.Rand, _ *work) faults.Fault {
		kind := []faults.Kind{faults.Drop, faults.Truncate, faults.Foreign, faults.Banner}[rng.IntN(4)]
		return faults.Fault{Kind: kind, On: faults.Greeting}
	}, judge: truth},
	{name: "dropped", rule: always(faults.Fault{Kind: faults.Drop}), judge: lostBy(io.EOF)},
	{name: "cut frame", rule: always(faults.Fault{Kind: faults.Truncate}), judge: lostBy(io.ErrUnexpectedEOF)},
	{name: "oversize", rule: always(faults.Fault{Kind: faults.Oversize}), judge: lostBy(nil)},
	{name: "cut answer", rule: after(faults.Drop), judge: lostBy(nil)},
	{name: "held answer", rule: after(faults.Hang), cancels: true, judge: lostBy(context.Canceled)},
	{name: "hangs", rule: always(faults.Fault{Kind: faults.Hang}), cancels: true, judge: lostBy(context.Canceled)},
	{name: "cancelled", rule: as("block"), cancels: true, judge: lostBy(context.Canceled)},
	{name: "no sentinel", rule: always(faults.Fault{Kind: faults.LostSentinel}), judge: func(w work, got hdc.Result, err error) error {
		if !bytes.Equal(got.Output, w.output()) {
			return fmt.Errorf("%d bytes of output: %w", len(got.Output), err)
		}
		return lostBy(io.EOF)(w, got, err)
	}},
	{name: "slow", rule: func(_ *rand.Rand, w *work) faults.Fault {
		w.size %= 1000
		return faults.Fault{Kind: faults.Slow, BytesPerSecond: 100_000, Command: "shell"}
	}, judge: truth},
	{name: "refused", rule: always(faults.Fault{Kind: faults.Fail, Code: "E000001", Text: "too low"}), judge: notRun(func(err error) bool {
		var fail *hdc.FailError
		return errors.As(err, &fail) && fail.Code == "E000001"
	})},
	{name: "offline", rule: always(faults.Fault{Kind: faults.State, State: "Offline"}), judge: notRun(kindOf(hdc.Offline))},
	{name: "unauthorised", rule: always(faults.Fault{Kind: faults.State, State: "Unauthorized"}), judge: notRun(kindOf(hdc.Unauthorized))},
	{name: "shakes hands", rule: always(faults.Fault{Kind: faults.State, State: "Ready"}), judge: truth},
	{name: "vanishes", rule: always(faults.Fault{Kind: faults.Vanish}), leaves: true, judge: gone},
	{name: "vanishes in its answer", rule: after(faults.Vanish), leaves: true, judge: gone},
	{name: "detached", rule: as("leave"), leaves: true, judge: gone},
}

// truth is the device's own output and status.
func truth(w work, got hdc.Result, err error) error {
	switch {
	case err != nil:
		return err
	case got.Exit != w.exit():
		return fmt.Errorf("exit %d, want %d", got.Exit, w.exit())
	case !bytes.Equal(got.Output, w.output()):
		return fmt.Errorf("%d bytes of output are not the %d that the device printed", len(got.Output), len(w.output()))
	}
	return nil
}

// lostBy is a lost end, for a cause, with the start of the true output.
func lostBy(cause error) func(work, hdc.Result, error) error {
	return func(w work, got hdc.Result, err error) error {
		var lost *hdc.LostError
		switch {
		case !errors.As(err, &lost):
			return fmt.Errorf("%w (%T), want a *LostError", err, err)
		case cause != nil && !errors.Is(err, cause):
			return fmt.Errorf("%w, want one by %v", err, cause)
		case !bytes.HasPrefix(w.output(), lost.Output) && !bytes.HasPrefix(lost.Output, w.output()):
			return fmt.Errorf("the %d bytes before the end are not the device's: %w", len(lost.Output), err)
		}
		return nil
	}
}

// gone is a lost end that tells of an offline target.
func gone(w work, got hdc.Result, err error) error {
	if !kindOf(hdc.Offline)(err) {
		return fmt.Errorf("%v (%T) does not say that the target is offline", err, err)
	}
	return lostBy(nil)(w, got, err)
}

func kindOf(kind hdc.TargetKind) func(error) bool {
	return func(err error) bool {
		var target *hdc.TargetError
		return errors.As(err, &target) && target.Kind == kind
	}
}

// notRun is a refusal that does not leave open whether the command ran.
func notRun(is func(error) bool) func(work, hdc.Result, error) error {
	return func(_ work, _ hdc.Result, err error) error {
		var lost *hdc.LostError
		if !is(err) || errors.As(err, &lost) {
			return fmt.Errorf("%w (%T)", err, err)
		}
		return nil
	}
}
