// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/internal/loopback"
)

const (
	// bootEvery is how often a start is looked at.
	bootEvery = 500 * time.Millisecond
	// askLimit bounds one question to a device that is coming up.
	askLimit = 5 * time.Second
	// connectLimit bounds one attempt of the hdc server to reach a daemon.
	connectLimit = 10 * time.Second
	// firstPort is the port of the first instance whose port nobody chose; each
	// further one takes the next but one. Source: DevEco Studio guide, emulator
	// in the Command Line Tools.
	firstPort = 5555
	// portTries is how many of those ports are looked at.
	portTries = 8
)

// The parameters that tell of an instance. (Claim emulator.boot.params.)
const (
	paramName = "ohos.qemu.hvd.name"
	paramBoot = "bootevent.boot.completed"
)

// WaitBooted waits until the instance's system has come up and returns the
// connect key under which the hdc server knows it. The server has to be on this
// machine, and is told to connect to the instance where it does not do so by
// itself. Give ctx minutes: a first start takes some.
//
// Errors: *StartError where the program has ended, *BootError where ctx ends
// first or another instance is in the way, *hdc.VersionError, *RemoteError.
func (r *Run) WaitBooted(ctx context.Context, client *hdc.Client) (key string, err error) {
	if !loopback.Addr(client.Addr()) {
		return "", &RemoteError{Addr: client.Addr()}
	}
	wait := &waiting{run: r, client: client, ended: r.Done(), seen: seen{stage: NoTarget, key: r.Key()}}
	ticker := time.NewTicker(r.tool.every)
	defer ticker.Stop()
	for {
		if key, err := wait.look(ctx); key != "" || err != nil {
			return key, err
		}
		select {
		case <-ctx.Done():
			return "", wait.failed(ctx.Err())
		case <-wait.ended:
			if err := wait.programEnded(ctx); err != nil {
				return "", err
			}
		case <-ticker.C:
		}
	}
}

// RemoteError says that the hdc server is on another machine than the emulator.
type RemoteError struct{ Addr string }

// Error implements error.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("the hdc server at %s is not on this machine, and the emulator is: leave --hdc-server and PUSHPROOF_HDC_SERVER away, "+
		"or start the emulator where the server runs", e.Addr)
}

// waiting is the state of one WaitBooted.
type waiting struct {
	run    *Run
	client *hdc.Client
	// ended is closed with the program; nil once that has been judged.
	ended <-chan struct{}
	looks int
	seen
}

// seen is how far a look came.
type seen struct {
	stage Stage
	key   string
	last  error
}

// look returns the key once the system has come up; "" means not yet. What a
// look saw that ctx has cut short does not count.
func (w *waiting) look(ctx context.Context) (key string, err error) {
	before := w.seen
	defer func() {
		if ctx.Err() != nil {
			w.seen = before
		}
	}()
	w.seen = seen{stage: NoTarget, key: w.run.Key()}
	targets, err := w.client.Targets(ctx)
	var version *hdc.VersionError
	if errors.As(err, &version) {
		return "", err
	}
	if err != nil {
		w.last = err
		return "", nil
	}
	keys := w.keys(ctx, targets)
	w.looks++
	for _, key := range keys {
		state := hdc.State("")
		for _, t := range targets {
			if t.Key == key {
				state = t.State
			}
		}
		if state != hdc.StateConnected && !w.connect(ctx, key, state) {
			continue
		}
		if booted, err := w.ask(ctx, key); booted || err != nil {
			return key, err
		}
	}
	return "", nil
}

// keys returns the keys under which the instance may be.
func (w *waiting) keys(ctx context.Context, targets []hdc.Target) []string {
	r := w.run
	const askAgain = 10 // looks between two questions for the port
	if r.Key() == "" && w.looks%askAgain == 0 {
		if now, err := r.tool.Instance(ctx, r.instance.Name); err == nil {
			r.port.Store(int32(now.Port))
		}
	}
	if w.key = r.Key(); w.key != "" {
		return []string{w.key}
	}
	var keys []string
	for _, t := range targets {
		if host, _, err := net.SplitHostPort(t.Key); err == nil && loopback.Host(host) && t.State == hdc.StateConnected {
			keys = append(keys, t.Key)
		}
	}
	for i := range portTries {
		keys = append(keys, keyOf(firstPort+2*i))
	}
	return keys
}

func keyOf(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// connect has the server connect to a daemon, once something listens there: a
// vain attempt leaves a row in the server's list.
func (w *waiting) connect(ctx context.Context, key string, state hdc.State) bool {
	if state != "" {
		w.seen = seen{stage: NotConnected, key: key}
	}
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", key)
	if err != nil {
		return false
	}
	_ = conn.Close()
	if err := w.client.Connect(ctx, key); err != nil {
		w.seen = seen{stage: NotConnected, key: key, last: err}
		return false
	}
	return true
}

// ask looks whose system it is and whether it has come up. Whoever gives no name
// is taken for the instance only at its own port.
func (w *waiting) ask(ctx context.Context, key string) (booted bool, err error) {
	name, err := w.param(ctx, key, paramName)
	if err == nil && name != "" && name != w.run.instance.Name || err == nil && name == "" && w.run.Key() == "" {
		if w.run.Key() == "" {
			return false, nil
		}
		w.seen = seen{stage: Mistaken, key: key}
		failed := w.failed(nil)
		failed.Other = name
		return false, failed
	}
	var boot string
	if err == nil {
		boot, err = w.param(ctx, key, paramBoot)
	}
	w.seen = seen{stage: NotBooted, key: key, last: err}
	return err == nil && boot == "true", nil
}

// param reads a parameter, "" for one that is not there.
func (w *waiting) param(ctx context.Context, key, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	got, err := w.client.Shell(ctx, key, device.Command("param.get", map[string]string{"param": name}))
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(got.Output))
	// Claim device.param.missing.
	if got.Exit != 0 || strings.HasPrefix(value, `Get parameter "`) || strings.Contains(value, "\n") {
		return "", nil
	}
	return value, nil
}

// alreadyRunning is what the program says where somebody else has just started
// the instance. Source: fixtures/emulator/codes.json.
const alreadyRunning = "this emulator instance is already running"

// programEnded judges the end of the program: it may have handed the instance to
// another one, or found it started.
func (w *waiting) programEnded(ctx context.Context) error {
	w.ended = nil
	r := w.run
	output := r.output()
	signs := signsIn(output)
	found := strings.Contains(output, alreadyRunning)
	if found || len(signs) == 0 && r.left.State().Success() {
		now, err := r.tool.Instance(ctx, r.instance.Name)
		if err == nil && now.Running {
			if found {
				r.port.Store(int32(now.Port))
			}
			return nil
		}
	}
	return &StartError{Name: r.instance.Name, Exit: r.left.State().ExitCode(), Output: output, Signs: signs, Log: r.log}
}

// failed is the error of a wait that cause has ended.
func (w *waiting) failed(cause error) *BootError {
	output := w.run.output()
	return &BootError{Name: w.run.instance.Name, Stage: w.stage, Key: w.key, Output: output, Signs: signsIn(output), Err: joined(w.last, cause)}
}

// joined says both errors in one line; errors.Is finds both.
func joined(last, cause error) error {
	switch {
	case last == nil:
		return cause
	case cause == nil:
		return last
	}
	return fmt.Errorf("%w, until %w", last, cause)
}
