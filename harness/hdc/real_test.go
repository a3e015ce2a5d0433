// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// plain is a device that prints the line it was asked to run.
type plain struct{}

func (plain) Key() string  { return key }
func (plain) Name() string { return "localhost" }
func (plain) Shell(_ context.Context, line string, _ io.Reader, out io.Writer) {
	_, _ = io.WriteString(out, "ran "+line+"\n")
}

// realHDC returns the hdc command of this machine's SDK.
func realHDC(t *testing.T) string {
	t.Helper()
	name := os.Getenv("HDC")
	if name == "" {
		name = "hdc"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no hdc command (%v): put that of the HarmonyOS SDK (toolchains/hdc) into PATH, or name it in HDC", err)
	}
	return path
}

// TestARealHDCCommandAgainstTheSimulator runs the SDK's own client. With -p it
// neither looks for nor starts a server.
func TestARealHDCCommandAgainstTheSimulator(t *testing.T) {
	path := realHDC(t)
	server := hdcd.New(hdcd.Options{})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	server.Attach(plain{})
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"list", []string{"list", "targets"}, key},
		{"list verbosely", []string{"list", "targets", "-v"}, "Connected\tlocalhost"},
		{"shell", []string{"-t", key, "shell", "echo hi"}, "ran echo hi"},
		{"shell with the only device", []string{"shell", "param get const.product.model"}, "ran param get const.product.model"},
		{"wrong key", []string{"-t", "nosuchkey", "shell", "ls"}, "[Fail]Not match target founded"},
		{"rules", []string{"fport", "ls"}, "[Empty]"},
		{"server", []string{"checkserver"}, "3.2.0f"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			out, err := exec.CommandContext(ctx, path, append([]string{"-p", "-s", server.Addr()}, test.args...)...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("%q, %v; want it to hold %q", out, err, test.want)
			}
		})
	}
}
