// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What .ci/tools looks for on an amd64 machine.
var (
	curlTools   = []string{"curl", "openssl"}
	nativeTools = []string{"clang-19", "ld.lld-19", "musl-gcc", "aarch64-linux-gnu-gcc", "qemu-aarch64-static", "node", "npm"}
	muslFiles   = []string{"/usr/lib/x86_64-linux-musl/crt1.o", "/lib/ld-musl-aarch64.so.1", "/usr/lib/aarch64-linux-musl/crt1.o"}
)

// A run of the checks on somebody's own machine installs nothing there.
func TestToolsAreInstalledWhereNobodySits(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the checks need bash")
	}
	const (
		native = "clang-19 lld-19 musl-tools musl-dev musl:arm64 musl-dev:arm64 gcc-aarch64-linux-gnu qemu-user-static nodejs npm"
		noCurl = "missing: openssl; the test of docs/curl is skipped without\n"
		none   = "missing: " + native + "; tests of nativebridge are skipped without\n"
	)
	all := slices.Concat(curlTools, nativeTools)
	for name, tt := range map[string]struct {
		programs, files   []string
		ci, uid           string
		terminal, refuses bool
		node              string
		installs          string
		says              string
		code              int
	}{
		"all there":           {programs: all, files: muslFiles, ci: "true", uid: "0", says: "all tools are there\n"},
		"one's own machine":   {programs: []string{"curl"}, uid: "0", terminal: true, says: noCurl + none, code: 3},
		"its native part":     {programs: curlTools, uid: "0", terminal: true, says: none, code: 3},
		"CI, at a terminal":   {programs: append([]string{"curl"}, nativeTools...), files: muslFiles, ci: "true", uid: "0", terminal: true, installs: apt("openssl"), says: "all tools are there\n"},
		"no terminal":         {programs: append([]string{"curl"}, nativeTools...), files: muslFiles, uid: "0", installs: apt("openssl"), says: "all tools are there\n"},
		"all missing":         {ci: "true", uid: "0", installs: apt("curl openssl") + "add arm64\n" + apt(native), says: "all tools are there\n"},
		"one of this machine": {programs: all[:7], files: muslFiles, uid: "0", installs: apt("nodejs npm"), says: "all tools are there\n"},
		"an old node":         {programs: all, files: muslFiles, uid: "0", node: "18.20.4", installs: apt("nodejs"), says: "missing: Node 20 or newer, and node is v18.20.4: see nodejs.org; tests of nativebridge fail with it\n", code: 3},
		"a newer node":        {programs: all, files: muslFiles, uid: "0", node: "24.1.0", says: "all tools are there\n"},
		"without the right":   {programs: all, ci: "true", uid: "7", says: "missing: musl-dev musl:arm64 musl-dev:arm64; tests of nativebridge are skipped without\n", code: 3},
		"no such package":     {programs: curlTools, ci: "true", uid: "0", refuses: true, installs: "add arm64\n" + apt(native), says: none, code: 3},
	} {
		t.Run(name, func(t *testing.T) {
			dir, root := t.TempDir(), t.TempDir()
			write := func(path, text string) {
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			script := func(program, text string) { write(filepath.Join(dir, program), "#!"+bash+"\n"+text+"\n") }
			log := filepath.Join(dir, "log")
			refusal := ""
			if tt.refuses {
				refusal = `; [ "$1" != install ]`
			}
			script("apt-get", `echo "$@" >>"$LOG"`+refusal)
			script("dpkg", `echo "add $2" >>"$LOG"`)
			script("id", "echo "+tt.uid)
			script("uname", "echo x86_64")
			for _, program := range tt.programs {
				text := ""
				if program == "node" {
					text = "echo v" + cmp.Or(tt.node, "20.19.2")
				}
				script(program, text)
			}
			for _, file := range tt.files {
				write(filepath.Join(root, file), "")
			}
			cmd := exec.CommandContext(t.Context(), bash, filepath.Join(".ci", "tools"))
			cmd.Env = []string{"PATH=" + dir, "LOG=" + log, "CI=" + tt.ci, "TOOLS_ROOT=" + root}
			if tt.terminal {
				cmd.Stdin = terminal(t)
			}
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) || cmd.ProcessState.ExitCode() != tt.code {
				t.Fatalf("%v, want exit code %d\n%s", err, tt.code, out)
			}
			installed, err := os.ReadFile(log)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if string(installed) != tt.installs || !strings.HasSuffix(string(out), tt.says) {
				t.Errorf("apt-get was asked for %q, want %q; it said %q, want %q", installed, tt.installs, out, tt.says)
			}
		})
	}
}

func apt(packages string) string {
	return "update -q\ninstall -y -q --no-install-recommends " + packages + "\n"
}
