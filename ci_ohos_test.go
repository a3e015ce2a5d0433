// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Who has no way to npm's registry can still run everything else; CI cannot
// leave the ArkTS code unchecked, and nobody can leave it wrong.
func TestArkTSChecksAreSkippedWithAReasonOnly(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("the checks need bash")
	}
	const lock = `{"lockfileVersion":3}`
	for name, tt := range map[string]struct {
		// npm is its script, "" for none; fetched says that node_modules is there.
		npm     string
		fetched bool
		native  string
		exit    int
		says    string
	}{
		"all is well":              {npm: `echo "npm $1"`, says: "npm run\n"},
		"nothing to fetch":         {npm: `[ "$1" = run ] || exit 9; echo checked`, fetched: true, says: "checked\n"},
		"the checks find an error": {npm: `[ "$1" = ci ] || exit 1`, exit: 1},
		"a check cannot be made":   {npm: `[ "$1" = ci ] || exit 3`, exit: 3},
		"no network":               {npm: `echo "npm error code ENOTFOUND"; exit 1`, says: "npm error code ENOTFOUND\nskipped: npm cannot fetch"},
		"no network, in CI":        {npm: `echo "npm error code ENOTFOUND"; exit 1`, native: "required", exit: 3, says: "npm error code ENOTFOUND\nskipped: npm cannot fetch"},
		"a lock that does not fit": {npm: `echo "npm error code EUSAGE"; exit 1`, exit: 1, says: "npm error code EUSAGE\n"},
		"no npm":                   {says: "skipped: there is no npm"},
		"no npm, in CI":            {native: "required", exit: 3, says: "skipped: there is no npm"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			script, err := os.ReadFile(filepath.Join(".ci", "ohos"))
			if err != nil {
				t.Fatal(err)
			}
			write(".ci/ohos", string(script))
			write("ohos/check/package-lock.json", lock)
			write("ohos/check/node_modules/here", "")
			if tt.fetched {
				write("ohos/check/node_modules/.checked", lock)
			}
			write("bin/node", "#!"+bash+"\n")
			if tt.npm != "" {
				write("bin/npm", "#!"+bash+"\n"+tt.npm+"\n")
			}
			for _, tool := range []string{"dirname", "cmp", "cp", "grep"} {
				path, err := exec.LookPath(tool)
				if err != nil {
					t.Skipf("the checks need %s", tool)
				}
				if err := os.Symlink(path, filepath.Join(dir, "bin", tool)); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), bash, filepath.Join(dir, ".ci", "ohos"))
			cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin"), "PUSHPROOF_NATIVE=" + tt.native}
			var out bytes.Buffer
			cmd.Stdout = &out
			exit := 0
			if err := cmd.Run(); err != nil {
				var failed *exec.ExitError
				if !errors.As(err, &failed) {
					t.Fatal(err)
				}
				exit = failed.ExitCode()
			}
			if exit != tt.exit || !strings.HasPrefix(out.String(), tt.says) {
				t.Errorf("exit %d, said %q; want %d and %q", exit, out.String(), tt.exit, tt.says)
			}
		})
	}
}

// Whoever reads the lock file fetches from the registry that their npm is set
// up with, and from no other.
func TestTheLockFileNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join("ohos", "check", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(lock, []byte(`"integrity"`)); n < 50 {
		t.Errorf("only %d packages have a checksum", n)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) {
		t.Error("it names where packages were fetched from: npm install in ohos/check, whose .npmrc leaves that out")
	}
}
