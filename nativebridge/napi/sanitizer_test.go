// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package napi_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

// sanitized runs a script with the module built to notice misuse of memory.
func sanitized(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path := require(t, "node", "Node 20 from nodejs.org, or apt-get install nodejs")
	library, env := hosttest.Sanitized(t, "nativebridge/napi/testdata/addon")
	ctx, cancel := context.WithTimeout(t.Context(), nodeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(append(os.Environ(), env...), "ADDON="+library)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The C half misuses no memory and gives all back, whatever ends while what is
// under way.
func TestMemoryOfTheBorder(t *testing.T) {
	for _, script := range []string{"testdata/addon.test.mjs", "testdata/workers.mjs"} {
		t.Run(script, func(t *testing.T) {
			if out, err := sanitized(t, "--expose-gc", script); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestMisuseOfMemoryIsNoticed(t *testing.T) {
	for how, says := range map[string]string{
		"overrun": "heap-buffer-overflow",
		"lose":    "1234 byte(s) leaked",
	} {
		if out, err := sanitized(t, "testdata/misuse.mjs", how); err == nil || !strings.Contains(out, says) {
			t.Errorf("%s: %v, want %q\n%s", how, err, says, out)
		}
	}
}
