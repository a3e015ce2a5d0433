// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// plain is a device that prints the line it was asked to run.
type plain struct{}

func (plain) Key() string  { return key }
func (plain) Name() string { return "localhost" }
func (plain) Shell(_ context.Context, line string, _ io.Reader, out io.Writer) {
	_, _ = io.WriteString(out, "ran "+line+"\n")
}

// TestARealHDCCommandAgainstTheSimulator runs the SDK's own client against
// servers of each version. With -p it neither looks for nor starts a server.
func TestARealHDCCommandAgainstTheSimulator(t *testing.T) {
	path := realHDC(t)
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			server := hdcd.New(hdcd.Options{Version: version})
			if err := server.Start("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			server.Attach(plain{})
			forward := fmt.Sprintf("tcp:%d tcp:%d", freePort(t), freePort(t))
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
				{"log", []string{"-t", key, "hilog", "-h"}, "ran hilog -h"},
				{"wait", []string{"wait"}, ""},
				{"connected already", []string{"tconn", key}, "Target is connected"},
				{"a device that is not there", []string{"tconn", nowhere}, "[Fail]Connect failed"},
				{"rules", []string{"fport", "ls"}, "[Empty]"},
				{"a rule", append([]string{"-t", key, "fport"}, strings.Fields(forward)...), "Forwardport result:OK"},
				{"the rule", []string{"fport", "ls"}, forward},
				{"no rule any more", append([]string{"fport", "rm"}, strings.Fields(forward)...), "Remove forward ruler success"},
				{"mode", []string{"-t", key, "tmode", "frob"}, "[Fail]"},
				{"server", []string{"checkserver"}, version},
				{"version", []string{"version"}, version},
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
		})
	}
}
