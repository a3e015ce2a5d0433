// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hap"
)

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

// TestARealHDCMovesFilesAndApps runs the SDK's own client against servers of
// each version. With -p it neither looks for nor starts a server.
func TestARealHDCMovesFilesAndApps(t *testing.T) {
	path := realHDC(t)
	content := bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			server, _ := simulated(t, version)
			work := t.TempDir()
			for name, b := range map[string][]byte{"a b ä你.bin": content, "empty.bin": nil, "dir/sub/two.txt": []byte("two\n"),
				"dir/one.txt": []byte("one\n"), "shop.hap": shop(t, &hap.Signature{}), "unsigned.hap": shop(t, nil),
				"out/entry.hap": module(t, "com.example.many", "entry", "entry"), "out/lib.hsp": module(t, "com.example.many", "lib", "shared")} {
				full := filepath.Join(work, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(full, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			steps := []struct {
				args []string
				want string
			}{
				{[]string{"file", "send", "a b ä你.bin", "/data/local/tmp/x.bin"}, "FileTransfer finish, Size:1048576, File count = 1"},
				{[]string{"file", "recv", "/data/local/tmp/x.bin", "back.bin"}, "FileTransfer finish, Size:1048576, File count = 1"},
				{[]string{"file", "send", "empty.bin", "/data/local/tmp/"}, "FileTransfer finish, Size:0, File count = 1"},
				{[]string{"file", "send", "dir", "/data/local/tmp/there"}, "FileTransfer finish, Size:8, File count = 2"},
				{[]string{"file", "send", "-a", "-m", "dir", "/data/local/tmp/there"}, "FileTransfer finish, Size:8, File count = 2"},
				{[]string{"file", "recv", "-a", "-m", "/data/local/tmp/there", "folder"}, "FileTransfer finish, Size:16, File count = 4"},
				{[]string{"file", "send", "-sync", "empty.bin", "/data/local/tmp/empty.bin"}, "[Fail]Target file is the same date or newer"},
				{[]string{"file", "send", "-b", "com.example.none", "empty.bin", "data/x"}, map[bool]string{true: "[Fail]", false: "[E005101]"}[version == "2.0.0a"]},
				{[]string{"file", "send", "nosuch.bin", "/data/local/tmp/y"}, "[Fail]Error opening file: no such file or directory"},
				{[]string{"file", "recv", "/data/local/tmp/nosuch.bin", "y"}, "[Fail]Error opening file: no such file or directory"},
				{[]string{"file", "send", "empty.bin", "/system/y"}, "[Fail]Error opening file: permission denied, path:/system/y"},
				{[]string{"install", "-r", "unsigned.hap"}, "code:9568320"},
				{[]string{"install", "-r", "shop.hap"}, "install bundle successfully"},
				{[]string{"install", "-r", "out"}, "install bundle successfully"},
				{[]string{"uninstall", "com.example.many"}, "uninstall bundle successfully"},
				{[]string{"install", "-r", "shop.hap", "unsigned.hap"}, "AppMod finish"},
				{[]string{"install", "dir"}, "AppMod finish"},
				{[]string{"uninstall", "com.example.shop"}, "uninstall bundle successfully"},
			}
			for _, step := range steps {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				cmd := exec.CommandContext(ctx, path, append([]string{"-p", "-s", server.Addr(), "-t", first}, step.args...)...)
				cmd.Dir = work
				out, err := cmd.CombinedOutput()
				cancel()
				if err != nil || !strings.Contains(string(out), step.want) {
					t.Errorf("hdc %v: %q, %v; want %q", step.args, out, err, step.want)
				}
			}
			if got, err := os.ReadFile(filepath.Join(work, "back.bin")); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes came back, %v", len(got), err)
			}
			for _, name := range []string{"sub/two.txt", "dir/sub/two.txt"} {
				if got, err := os.ReadFile(filepath.Join(work, "folder", filepath.FromSlash(name))); err != nil || string(got) != "two\n" {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			}
		})
	}
}
