// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A run of the checks on somebody's own machine installs nothing there.
func TestToolsAreInstalledInCIOnly(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("the checks need bash")
	}
	for name, tt := range map[string]struct {
		programs []string
		ci       string
		uid      string
		installs string
		says     string
	}{
		"all there":            {programs: []string{"curl", "openssl"}, ci: "true", uid: "0", says: "curl is here\nopenssl is here\n"},
		"one's own machine":    {programs: []string{"curl"}, uid: "0", says: "missing: openssl; the test of docs/curl is skipped without\n"},
		"CI":                   {programs: []string{"curl"}, ci: "true", uid: "0", installs: "update -q\ninstall -y -q --no-install-recommends openssl\n"},
		"CI, all missing":      {ci: "true", uid: "0", installs: "update -q\ninstall -y -q --no-install-recommends curl openssl\n"},
		"CI without the right": {ci: "true", uid: "7", says: "missing: curl openssl; the test of docs/curl is skipped without\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(program, script string) {
				if err := os.WriteFile(filepath.Join(dir, program), []byte("#!"+bash+"\n"+script+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			log := filepath.Join(dir, "log")
			write("apt-get", `echo "$@" >>"$LOG"`)
			write("id", "echo "+tt.uid)
			write("head", "read -r line; echo $line")
			for _, program := range tt.programs {
				write(program, "echo "+program+" is here")
			}
			cmd := exec.CommandContext(t.Context(), bash, filepath.Join(".ci", "tools"))
			cmd.Env = []string{"PATH=" + dir, "LOG=" + log, "CI=" + tt.ci}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
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
