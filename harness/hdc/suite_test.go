// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// caseOf is a case that holds for every server, simulated or real.
type caseOf struct {
	name string
	run  func(t *testing.T, c *hdc.Client, key string) error
}

// wants turns what came instead of an error into one.
func wants[T error](err error, fits func(T) bool) error {
	var typed T
	if errors.As(err, &typed) && (fits == nil || fits(typed)) {
		return nil
	}
	return fmt.Errorf("%w (%T), want a %T", err, err, typed)
}

func wantsKind(err error, kind hdc.TargetKind) error {
	return wants(err, func(e *hdc.TargetError) bool { return e.Kind == kind })
}

// nowhere is an address at which no device listens.
const nowhere = "127.0.0.1:9"

// withoutDevice are the cases of a server that knows no device; they run in
// their order.
var withoutDevice = []caseOf{
	{"version", func(t *testing.T, c *hdc.Client, _ string) error {
		v, err := c.Version(t.Context())
		if err == nil && !v.Checked() {
			t.Logf("version %v was not checked before", v)
		}
		return err
	}},
	{"the two ways to ask for the version agree", func(t *testing.T, c *hdc.Client, _ string) error {
		v, err1 := c.Version(t.Context())
		w, err2 := c.CheckServer(t.Context())
		if v != w {
			return fmt.Errorf("%v and %v", v, w)
		}
		return errors.Join(err1, err2)
	}},
	{"no targets", func(t *testing.T, c *hdc.Client, _ string) error { return listed(t, c) }},
	{"no rules", func(t *testing.T, c *hdc.Client, _ string) error {
		rules, err := c.Forwards(t.Context())
		if len(rules) > 0 {
			return fmt.Errorf("rules %v", rules)
		}
		return err
	}},
	{"an unknown key", func(t *testing.T, c *hdc.Client, _ string) error {
		_, err := c.Shell(t.Context(), "nosuchkey", hdc.Cmd("true"))
		return wantsKind(err, hdc.Unknown)
	}},
	{"any of none", func(t *testing.T, c *hdc.Client, _ string) error {
		_, err := c.Shell(t.Context(), hdc.Any, hdc.Cmd("true"))
		return wantsKind(err, hdc.Ambiguous)
	}},
	{"a rule for nobody", func(t *testing.T, c *hdc.Client, _ string) error {
		_, err := c.Reverse(t.Context(), "nosuchkey", freePort(t), freePort(t))
		return wantsKind(err, hdc.Unknown)
	}},
	{"a device that is not there", func(t *testing.T, c *hdc.Client, _ string) error {
		return wants[*hdc.ConnectError](c.Connect(t.Context(), nowhere), nil)
	}},
	{"leaves an offline row", func(t *testing.T, c *hdc.Client, _ string) error { return listed(t, c, nowhere) }},
	{"which is refused", func(t *testing.T, c *hdc.Client, _ string) error {
		_, err := c.Shell(t.Context(), nowhere, hdc.Cmd("true"))
		return wantsKind(err, hdc.Offline)
	}},
	{"and is waited for in vain", func(t *testing.T, c *hdc.Client, _ string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := c.WaitReady(ctx, nowhere)
		return wantsKind(err, hdc.Offline)
	}},
	{"and let go", func(t *testing.T, c *hdc.Client, _ string) error { return c.Disconnect(t.Context(), nowhere) }},
	{"a watch sees it", func(t *testing.T, c *hdc.Client, _ string) error {
		if e := watching(t, c)(); e.Kind != hdc.Listed || e.Arrived() || e.Target.Key != nowhere {
			return fmt.Errorf("event %+v", e)
		}
		return nil
	}},
}

// listed wants rows of those keys, none of which is connected.
func listed(t *testing.T, c *hdc.Client, keys ...string) error {
	targets, err := c.Targets(t.Context())
	var got []string
	for _, target := range targets {
		if target.State == hdc.StateConnected {
			return fmt.Errorf("%+v is connected", target)
		}
		got = append(got, target.Key)
	}
	if fmt.Sprint(got) != fmt.Sprint(keys) {
		return fmt.Errorf("targets %v, want %v", got, keys)
	}
	return err
}

// withDevice are the cases of a device. They leave nothing behind on it.
var withDevice = []caseOf{
	{"it is connected", func(t *testing.T, c *hdc.Client, key string) error {
		target, err := c.WaitReady(t.Context(), key)
		if target.Key != key {
			return fmt.Errorf("%+v", target)
		}
		return err
	}},
	{"output and status", func(t *testing.T, c *hdc.Client, key string) error {
		return ran(t, c, key, hdc.Cmd("echo", "a b"), "a b\n", 0)
	}},
	{"a program that is not there", func(t *testing.T, c *hdc.Client, key string) error {
		got, err := c.Shell(t.Context(), key, hdc.Cmd("nosuchtool-pushproof"))
		if err == nil && got.Exit != 127 {
			return fmt.Errorf("exit %d: %q", got.Exit, got.Output)
		}
		return err
	}},
	{"sixteen at once", func(t *testing.T, c *hdc.Client, key string) error {
		errs := make(chan error, 16)
		for i := range 16 {
			go func() { errs <- ran(t, c, key, hdc.Cmd("echo", i), strconv.Itoa(i)+"\n", 0) }()
		}
		var all error
		for range 16 {
			all = errors.Join(all, arrives(t, "a command's end", errs))
		}
		return all
	}},
	{"a context that is over", func(t *testing.T, c *hdc.Client, key string) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Shell(ctx, key, hdc.Cmd("true")); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%w", err)
		}
		return nil
	}},
	{"a file there and back", thereAndBack},
	{"rules carry bytes both ways", carries},
	{"a log is followed", logFollowed},
}

func ran(t *testing.T, c *hdc.Client, key string, cmd hdc.Command, output string, exit int) error {
	got, err := c.Shell(t.Context(), key, cmd)
	if err == nil && (string(got.Output) != output || got.Exit != exit) {
		return fmt.Errorf("%v: %q, exit %d; want %q, exit %d", cmd, got.Output, got.Exit, output, exit)
	}
	return err
}

// thereAndBack sends a file, fetches it, and removes it.
func thereAndBack(t *testing.T, c *hdc.Client, key string) error {
	content := bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)
	here, back := filepath.Join(t.TempDir(), "a b.bin"), filepath.Join(t.TempDir(), "back.bin")
	there := fmt.Sprintf("/data/local/tmp/pushproof %d.bin", os.Getpid())
	if err := os.WriteFile(here, content, 0o600); err != nil {
		return err
	}
	_, sent := c.Send(t.Context(), key, here, there, hdc.FileOptions{})
	_, fetched := c.Receive(t.Context(), key, there, back, hdc.FileOptions{})
	removed := ran(t, c, key, hdc.Cmd("rm", there), "", 0)
	got, err := os.ReadFile(back)
	if err == nil && !bytes.Equal(got, content) {
		err = fmt.Errorf("%d bytes came back", len(got))
	}
	return errors.Join(sent, fetched, removed, err)
}
