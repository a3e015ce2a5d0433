// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestModesOfTheDaemon(t *testing.T) {
	for _, test := range []struct{ version, command, want string }{
		{"", "tmode port", "Set device run mode successful.\r\n"},
		{"", "tmode port 5555", "Set device run mode successful.\r\n"},
		{"", "tmode port close", ""},
		{"", "tmode port 0", "[Fail]Incorrect port range\n"},
		{"", "tmode port 65536", "[Fail]Incorrect port range\n"},
		{"", "tmode port x", "[Fail]Incorrect port range\n"},
		{"", "tmode usb", "[Fail][E001000] For USB debugging, please set it on the device's Settings UI.\r\n"},
		{"2.0.0a", "tmode usb", "[Fail]The simulated hdc server cannot \"tmode usb\": use a real device for that\r\n"},
		{"", "smode", "[Fail][E007100] Operate need running under debug mode\r\n"},
		{"2.0.0a", "smode -r", "[Fail]Operate need running as root\r\n"},
		{"", "smode -x", "[Fail]Unknown command...\n"},
	} {
		t.Run(test.version+test.command, func(t *testing.T) {
			server := start(t, hdcd.Options{Version: test.version})
			if got := ask(t, server, first, test.command); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := ask(t, server, first, "shell echo hi"); got != "hi\n" {
				t.Errorf("afterwards: %q", got)
			}
		})
	}
}

// A daemon that starts again ends what runs on its target.
func TestTmodeEndsWhatRuns(t *testing.T) {
	server := start(t, hdcd.Options{})
	b := &blocker{device: device{key: first, t: t}, began: make(chan struct{}), ended: make(chan struct{})}
	server.Attach(b)
	conn := dial(t, server.Addr())
	shake(t, conn, first, 'H')
	send(t, conn, "shell anything")
	<-b.began
	if got := ask(t, server, first, "tmode port 5555"); got != "Set device run mode successful.\r\n" {
		t.Errorf("%q", got)
	}
	<-b.ended
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Error(err)
	}
}

func TestModesWithoutADaemonTakeTheDeviceAway(t *testing.T) {
	for _, mode := range []string{"-bootloader", "-recovery", "shutdown"} {
		server := start(t, hdcd.Options{})
		if got := ask(t, server, first, "target boot "+mode); got != "" {
			t.Errorf("%s: %q", mode, got)
		}
		if got := ask(t, server, "", "list targets -v"); !strings.Contains(got, "\tOffline\t") {
			t.Errorf("%s: %q", mode, got)
		}
	}
}
