// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// checkSentinel checks claim hdc.sentinel: each command's status comes through.
func checkSentinel(ctx context.Context, e *env) (finding, error) {
	for _, want := range []struct {
		line string
		out  string
		exit int
	}{
		{"true", "", 0},
		{"exit 7", "", 7},
		{"echo it is \"$((6*7))\"; exit 255", "it is 42\n", 255},
		{"cat", "", 0}, // its input is closed, so that it ends
	} {
		got, err := e.shell(ctx, want.line)
		if err != nil {
			var lost *hdc.LostError
			if errors.As(err, &lost) && ctx.Err() == nil {
				return broken(fmt.Sprintf("%q ended without its mark, while the device is there", want.line)), nil
			}
			return finding{}, err
		}
		if got.exit != want.exit || got.text != want.out {
			return broken(fmt.Sprintf("%q: exit status %d and %d bytes, not %d and %d", want.line, got.exit, len(got.text), want.exit, len(want.out))), nil
		}
	}
	return held("exit statuses 0, 7, 255 and 0 came through"), nil
}

// settleEvery is how often a state is looked at that takes a moment.
const settleEvery = 100 * time.Millisecond

// eventually looks until what is wanted is there, for at most limit. That ctx
// ends before is an error: nothing was learnt then.
func eventually(ctx context.Context, limit time.Duration, look func() (bool, error)) (bool, error) {
	patience := time.NewTimer(limit)
	defer patience.Stop()
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		done, err := look()
		if done || err != nil {
			return done, err
		}
		select {
		case <-tick.C:
		case <-patience.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// settleLimit bounds the wait for what a device does by itself.
const settleLimit = 10 * time.Second

// checkShellGroup checks claim hdc.shell-group: a command that nobody waits for
// any more ends, and nothing else does.
func checkShellGroup(ctx context.Context, e *env) (finding, error) {
	// The seconds tell this sleep from any other.
	seconds := 100000 + rand.IntN(800000)
	line := fmt.Sprintf("echo begun; sleep %d", seconds)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := false
	_, err := e.client.Stream(running, e.key, hdc.Raw(line), func(out []byte) error {
		if strings.Contains(string(out), "begun") {
			begun = true
			cancel()
		}
		return nil
	})
	if ctx.Err() != nil || !begun {
		return finding{}, errors.Join(err, ctx.Err())
	}
	process := regexp.MustCompile(fmt.Sprintf(`\bsleep %d\b`, seconds))
	listed := false
	ended, err := eventually(ctx, settleLimit, func() (bool, error) {
		got, err := e.shell(ctx, "ps -ef")
		listed = err == nil && got.exit == 0 && strings.Contains(got.text, "PID")
		return !listed || !process.MatchString(got.text), err
	})
	switch {
	case err != nil:
		return finding{}, err
	case !listed:
		return lacking("ps -ef lists no processes"), nil
	case !ended:
		return broken(fmt.Sprintf("the command still runs %v after its channel was closed (it ends by itself after %d s)", settleLimit, seconds)), nil
	}
	targets, err := e.client.Targets(ctx)
	if err != nil {
		return finding{}, err
	}
	if !slices.ContainsFunc(targets, func(t hdc.Target) bool { return t.Key == e.key && t.State == hdc.StateConnected }) {
		return broken("the command ended, and the device is not connected any more"), nil
	}
	return held("the command is gone from ps -ef, and the device is connected"), nil
}

// checkDigestTools checks claim hdc.sha256sum.
func checkDigestTools(ctx context.Context, e *env) (finding, error) {
	defer e.clean(ctx, "rm -f "+e.tmp+".txt")
	var evidence []string
	wrote, err := e.shell(ctx, "echo four >"+e.tmp+".txt")
	if err != nil {
		return finding{}, err
	}
	if wrote.exit != 0 {
		return lacking("the shell cannot write to /data/local/tmp"), nil
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("four\n")))
	for _, tool := range []struct{ line, want string }{
		{"sha256sum " + e.tmp + ".txt", sum},
		{"stat -c %s " + e.tmp + ".txt", "5"},
	} {
		name, _, _ := strings.Cut(tool.line, " ")
		got, err := e.shell(ctx, tool.line)
		switch {
		case err != nil:
			return finding{}, err
		case got.exit == 127:
			evidence = append(evidence, name+" is not there and says so by exit status 127")
		case got.exit == 0 && strings.HasPrefix(got.text, tool.want):
			evidence = append(evidence, name+" is there and right")
		default:
			return broken(fmt.Sprintf("%s printed something else than %q, exit status %d", name, tool.want, got.exit)), nil
		}
	}
	return held(evidence...), nil
}

// Times of claim hdc.small-packets: what is held back takes about 42 ms. The
// shortest of several counts, since everything else makes times longer only.
const (
	packetTries = 15
	packetHeld  = 36 * time.Millisecond
	packetFree  = 25 * time.Millisecond
)

// checkSmallPackets checks claim hdc.small-packets.
func checkSmallPackets(ctx context.Context, e *env) (finding, error) {
	shortest := time.Hour
	for range packetTries {
		began := time.Now()
		if _, err := e.shell(ctx, "echo x"); err != nil {
			return finding{}, err
		}
		shortest = min(shortest, time.Since(began))
	}
	saw := fmt.Sprintf("%s: the fastest of %d commands took %.1f ms", e.target.Transport, packetTries, float64(shortest)/float64(time.Millisecond))
	switch {
	case e.target.Transport == "TCP" && shortest >= packetHeld, e.target.Transport == "USB" && shortest <= packetFree:
		return held(saw), nil
	case e.target.Transport == "TCP" && shortest <= packetFree:
		return broken("output behind other output is not held back on TCP", saw), nil
	case e.target.Transport == "USB" && shortest >= packetHeld && shortest <= 2*packetHeld:
		return broken("output behind other output is held back on USB as well", saw), nil
	}
	f := troubled("the times tell nothing")
	f.evidence = []string{saw}
	return f, nil
}
