// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package napi_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

// nodeLimit bounds one run of Node, which is slow where a whole suite runs
// beside it.
const nodeLimit = 5 * time.Minute

// require skips a test whose tool is missing; where PUSHPROOF_NATIVE is
// "required" nothing may be skipped.
func require(t testing.TB, tool, install string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err == nil {
		return path
	}
	if os.Getenv("PUSHPROOF_NATIVE") == "required" {
		t.Fatalf("%s is required: %v", tool, err)
	}
	t.Skipf("needs %s: %s", tool, install)
	return ""
}

var built struct {
	sync.Once
	dir string
	err error
	out []byte
}

func TestMain(m *testing.M) {
	code := hosttest.Main(m)
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// addon builds testdata/addon, once.
func addon(t testing.TB) string {
	t.Helper()
	require(t, "cc", "apt-get install gcc")
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "napi"); built.err != nil {
			return
		}
		built.out, built.err = exec.Command("go", "build", "-buildmode=c-shared", "-o", filepath.Join(built.dir, "addon.node"), "./testdata/addon").CombinedOutput()
	})
	if built.err != nil {
		t.Fatalf("build the module: %v\n%s", built.err, built.out)
	}
	return filepath.Join(built.dir, "addon.node")
}

// node runs a script of testdata with the module.
func node(t testing.TB, args ...string) string {
	t.Helper()
	path := require(t, "node", "Node 20 from nodejs.org, or apt-get install nodejs")
	ctx, cancel := context.WithTimeout(context.Background(), nodeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "ADDON="+addon(t))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestInNode(t *testing.T) {
	node(t, "--expose-gc", "--test", "--test-reporter=spec", "testdata/addon.test.mjs")
}

// Node 20 frees a thread-safe function at the end of a Worker, whoever holds it.
func TestWorkersEndWhileGoroutinesCall(t *testing.T) {
	if out := node(t, "testdata/workers.mjs"); !strings.Contains(out, "ended well") {
		t.Errorf("the workers did not end well:\n%s", out)
	}
}
