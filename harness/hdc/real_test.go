// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// targetEnv names a target of this machine's hdc server that tests and
// benchmarks may use: they run harmless commands on it, and leave nothing
// behind.
const targetEnv = "PUSHPROOF_TEST_TARGET"

// realHDC returns the hdc command of this machine's SDK.
func realHDC(t testing.TB) string {
	t.Helper()
	path, err := hdc.Program()
	if err != nil {
		t.Skipf("no hdc command (%v): put that of the HarmonyOS SDK (toolchains/hdc) into PATH, or name it in HDC", err)
	}
	return path
}

// realServer starts a server of its own: one per temporary folder, so that the
// machine's own stays as it is.
func realServer(t *testing.T) *hdc.Client {
	t.Helper()
	path, addr, home := realHDC(t), free(t), t.TempDir()
	cmd := exec.Command(path, "-m", "-s", addr)
	cmd.Env = append(os.Environ(), "TMPDIR="+home, "TEMP="+home, "TMP="+home, "HOME="+home)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c := hdc.New(hdc.Options{Addr: addr})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		_, err := c.CheckServer(ctx)
		if err == nil {
			return c
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%s -m -s %s: %v", path, addr, err)
		}
	}
}

// runCases runs them in their order, and returns those that were skipped.
func runCases(t *testing.T, cases []caseOf, c *hdc.Client, key string) (skipped []string) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Skipped() {
					skipped = append(skipped, test.name)
				}
			})
			if err := test.run(t, c, key); err != nil {
				t.Error(err)
			}
		})
	}
	return skipped
}

// noCloud is a cloud that nobody asks.
type noCloud struct{}

func (noCloud) IssueToken(context.Context, sim.App, sim.Device) (string, error) {
	return "", errors.New("no cloud")
}
func (noCloud) DropToken(string, sim.Receipt) {}

// TestEveryServer runs the same cases against the simulator, against a real
// server without a device, and against a real device, where there are any.
func TestEveryServer(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run("simulated "+version, func(t *testing.T) {
			server := hdcd.New(hdcd.Options{Version: version})
			if err := server.Start("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			c := hdc.New(hdc.Options{Addr: server.Addr()})
			runCases(t, withoutDevice, c, "")

			profile, ok := fixtures.ProfileOf("phone")
			if !ok {
				t.Fatal("there is no profile of a phone")
			}
			phone, err := phones.New(phones.Options{Profile: profile, Key: key, Clock: clock.New(), Cloud: noCloud{}, Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				server.Close()
				if err := phone.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
			server.Attach(phone)
			// It is refused, which leaves a line in the log.
			phone.Deliver(t.Context(), sim.Message{RequestID: "unknown", PushType: -1})
			if skipped := runCases(t, withDevice, c, key); len(skipped) > 0 {
				t.Errorf("the simulated phone lacks what these need: %q", skipped)
			}
			runFiles(t, server.Addr(), key)
		})
	}
	t.Run("real", func(t *testing.T) { runCases(t, withoutDevice, realServer(t), "") })
	t.Run("real device", func(t *testing.T) {
		target := os.Getenv(targetEnv)
		if target == "" {
			t.Skipf("no device: name one of the hdc server at %s in %s; the test runs harmless commands on it and leaves nothing behind", hdc.DefaultAddr(), targetEnv)
		}
		runCases(t, withDevice, hdc.New(hdc.Options{}), target)
		runFiles(t, hdc.DefaultAddr(), target)
	})
}
