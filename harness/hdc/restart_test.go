// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// typed reports whether an error says what has become of a command.
func typed(err error) bool {
	var (
		lost   *hdc.LostError
		server *hdc.ServerError
		target *hdc.TargetError
	)
	return errors.As(err, &lost) || errors.As(err, &server) || errors.As(err, &target)
}

// restarts are the kinds of command. Those that survive are asked again, or
// wait; the others report.
var restarts = []struct {
	name, verb string
	files      hdc.FileMode
	survives   bool
	call       func(*testing.T, *hdc.Client) error
}{
	{"shell", "shell", 0, false, func(t *testing.T, c *hdc.Client) error {
		_, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
		return err
	}},
	{"stream", "shell", 0, false, func(t *testing.T, c *hdc.Client) error {
		_, err := c.Stream(patient(t), key, hdc.Cmd("true"), func([]byte) error { return nil })
		return err
	}},
	{"interactive", "shell", 0, false, func(t *testing.T, c *hdc.Client) error {
		return c.Interactive(patient(t), key, strings.NewReader("ls\n"), io.Discard)
	}},
	{"log", "shell", 0, false, func(t *testing.T, c *hdc.Client) error {
		for _, err := range c.Logs(patient(t), key, hdc.LogFilter{}) {
			return err
		}
		return nil
	}},
	{"bug report", "shell", 0, false, func(t *testing.T, c *hdc.Client) error { return c.BugReport(patient(t), key, io.Discard) }},
	{"targets", "list targets", 0, false, func(t *testing.T, c *hdc.Client) error { _, err := c.Targets(t.Context()); return err }},
	{"version", "version", 0, false, func(t *testing.T, c *hdc.Client) error { _, err := c.Version(t.Context()); return err }},
	{"check", "checkserver", 0, false, func(t *testing.T, c *hdc.Client) error { _, err := c.CheckServer(t.Context()); return err }},
	{"ensure", "checkserver", 0, false, func(t *testing.T, c *hdc.Client) error { _, err := c.EnsureServer(t.Context()); return err }},
	{"rules", "fport ls", 0, false, func(t *testing.T, c *hdc.Client) error { _, err := c.Forwards(t.Context()); return err }},
	{"forward", "fport tcp", 0, false, func(t *testing.T, c *hdc.Client) error {
		_, err := c.Forward(t.Context(), key, freePort(t), freePort(t))
		return err
	}},
	{"reverse", "rport tcp", 0, false, func(t *testing.T, c *hdc.Client) error {
		_, err := c.Reverse(t.Context(), key, freePort(t), freePort(t))
		return err
	}},
	{"remove", "fport rm", 0, false, func(t *testing.T, c *hdc.Client) error {
		rule, err := c.Reverse(t.Context(), key, freePort(t), freePort(t))
		if err != nil {
			return fmt.Errorf("make the rule: %v", err)
		}
		return rule.Remove(t.Context())
	}},
	{"connect", "tconn", 0, false, func(t *testing.T, c *hdc.Client) error { return c.Connect(t.Context(), key) }},
	{"send by server", "file send", hdc.FilesByServer, false, sendFile},
	{"send by client", "file send", hdc.FilesByClient, false, sendFile},
	{"receive by server", "file recv", hdc.FilesByServer, false, receiveFile},
	{"receive by client", "file recv", hdc.FilesByClient, false, receiveFile},
	{"send a folder", "shell", hdc.FilesByClient, false, func(t *testing.T, c *hdc.Client) error {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "x.bin"), []byte("x"), 0o600); err != nil {
			return err
		}
		_, err := c.SendFolder(t.Context(), key, folder, "/data/local/tmp/folder", hdc.FileOptions{})
		return err
	}},
	{"receive a folder", "shell", hdc.FilesByClient, false, func(t *testing.T, c *hdc.Client) error {
		_, err := c.ReceiveFolder(t.Context(), key, "/data/local/tmp", filepath.Join(t.TempDir(), "folder"), hdc.FileOptions{})
		return err
	}},
	{"install by server", "install", hdc.FilesByServer, false, installFile},
	{"install by client", "install", hdc.FilesByClient, false, installFile},
	{"uninstall", "uninstall", 0, false, func(t *testing.T, c *hdc.Client) error {
		return c.Uninstall(t.Context(), key, "com.example.shop", false)
	}},
	{"wait", "list targets", 0, true, func(t *testing.T, c *hdc.Client) error { _, err := c.WaitReady(t.Context(), key); return err }},
	{"watch", "list targets", 0, true, func(t *testing.T, c *hdc.Client) error {
		var seen []hdc.EventKind
		for e := range c.Watch(patient(t), quick) {
			if seen = append(seen, e.Kind); e.Kind == hdc.Listed {
				break
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint([]hdc.EventKind{hdc.ServerLost, hdc.ServerFound, hdc.Listed}) {
			return fmt.Errorf("the events are %v", seen)
		}
		return nil
	}},
}

func sendFile(t *testing.T, c *hdc.Client) error {
	name := filepath.Join(t.TempDir(), "x.bin")
	if err := os.WriteFile(name, make([]byte, 3<<20), 0o600); err != nil {
		return err
	}
	_, err := c.Send(t.Context(), key, name, "/data/local/tmp/x.bin", hdc.FileOptions{})
	return err
}

func receiveFile(t *testing.T, c *hdc.Client) error {
	_, err := c.Receive(t.Context(), key, "/data/local/tmp/there.bin", filepath.Join(t.TempDir(), "x.bin"), hdc.FileOptions{})
	return err
}

func installFile(t *testing.T, c *hdc.Client) error {
	name := filepath.Join(t.TempDir(), "shop.hap")
	if err := os.WriteFile(name, []byte("a package"), 0o600); err != nil {
		return err
	}
	return c.Install(t.Context(), key, name, hdc.InstallOptions{})
}

// TestARestartIsSurvivedOrReported lets the server restart in the middle of
// each kind of command. None may hang, and the next one works.
func TestARestartIsSurvivedOrReported(t *testing.T) {
	for _, test := range restarts {
		t.Run(test.name, func(t *testing.T) {
			r := newRestarter(t, test.verb)
			c := hdc.New(hdc.Options{Addr: r.addr, Files: test.files, Timeout: 20 * time.Second})
			err := test.call(t, c)
			r.wait()
			switch {
			case test.survives && err != nil:
				t.Errorf("%v (%T)", err, err)
			case !test.survives && (!typed(err) || errors.Is(err, context.DeadlineExceeded)):
				t.Errorf("%v (%T), want an error that says what has become of it, before its time is up", err, err)
			}
			if got, err := c.Shell(t.Context(), key, hdc.Cmd("echo", "hi")); err != nil || string(got.Output) != "echo hi\n" {
				t.Errorf("afterwards: %q, %v", got.Output, err)
			}
		})
	}
}

// What waits for a device to leave is told that it is there again.
func TestARestartIsNoDeparture(t *testing.T) {
	for name, call := range map[string]func(*hdc.Client) error{
		"tconn":  func(c *hdc.Client) error { return c.Disconnect(t.Context(), key) },
		"target": func(c *hdc.Client) error { return c.Reboot(t.Context(), key) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRestarter(t, name)
			err := call(hdc.New(hdc.Options{Addr: r.addr, Timeout: 500 * time.Millisecond}))
			r.wait()
			if err == nil || !errors.Is(err, context.DeadlineExceeded) && !typed(err) {
				t.Errorf("%v (%T)", err, err)
			}
		})
	}
}

// TestARestartInTheMiddleOfATransfer ends the server when the first piece has
// moved. What is reported as done is there.
func TestARestartInTheMiddleOfATransfer(t *testing.T) {
	for name, mode := range map[string]hdc.FileMode{"by server": hdc.FilesByServer, "by client": hdc.FilesByClient} {
		for verb, call := range map[string]func(*testing.T, *hdc.Client) error{"send": sendFile, "receive": receiveFile} {
			t.Run(verb+" "+name, func(t *testing.T) {
				r, ctx := newRestarter(t, ""), patient(t)
				r.device.touched = func() {
					r.once.Do(func() {
						go r.restart()
						for ctx.Err() == nil {
							conn, err := net.DialTimeout("tcp", r.addr, 5*time.Second)
							if err != nil {
								return // it is going
							}
							_ = conn.Close()
						}
					})
				}
				c := hdc.New(hdc.Options{Addr: r.addr, Files: mode, Timeout: 20 * time.Second})
				err := call(t, c)
				r.wait()
				if err != nil && (!typed(err) || errors.Is(err, context.DeadlineExceeded)) {
					t.Errorf("%v (%T)", err, err)
				}
				if err := call(t, c); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		}
	}
}
