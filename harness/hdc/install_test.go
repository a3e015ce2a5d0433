// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// hap writes what the recorded client installed, and returns its path.
func hap(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.hap")
	if err := os.WriteFile(path, []byte("not a hap\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// from puts a recorded answer's path where the file is.
func from(r *transcripts.Recording, recorded, path string) *transcripts.Recording {
	for i, e := range r.Events {
		if e.FromServer {
			r.Events[i].Data = reframe(bytes.ReplaceAll(e.Data, []byte(recorded), []byte(path)), e)
		}
	}
	return r
}

func TestInstallOfRealServers(t *testing.T) {
	modes := map[string]hdc.FileMode{".raw": hdc.FilesByServer, ".cli": hdc.FilesByClient}
	tests := []struct {
		name string
		code int
		says string
	}{
		{"install-bm-stub-ok", 0, ""},
		{"install-bm-stub-fails", 9568320, "-signed.hap"},
	}
	for _, version := range transcripts.Versions() {
		for _, test := range tests {
			for end, mode := range modes {
				t.Run(version+"/"+test.name+end, func(t *testing.T) {
					file := hap(t)
					r := from(loadFileOf(t, version, test.name+end), "/data/work/app.hap", file)
					addr, sent := talk(t, bare, r)
					c := hdc.New(hdc.Options{Addr: addr, HandshakeWait: -1, Files: mode})
					err := c.Install(t.Context(), key, file, hdc.InstallOptions{})
					wantInstall(t, err, test.code, test.says)
					got := arrives(t, "what the client sent", sent)
					if want := "install -r " + file + "\x00"; mode == hdc.FilesByServer && !bytes.HasSuffix(got, []byte(want)) {
						t.Errorf("sent %q, want %q at the end", got, want)
					}
					if mode == hdc.FilesByClient {
						wantSameInstall(t, got, inFolder(r.Stream(0, false), filepath.Dir(file)))
					}
				})
			}
		}
	}
}

// parked is the random name on the device.
var parked = regexp.MustCompile(`[0-9a-f]{9}\.hap`)

func wantSameInstall(t *testing.T, got, want []byte) {
	t.Helper()
	got, want = parked.ReplaceAll(got, []byte("*")), parked.ReplaceAll(want, []byte("*"))
	if !bytes.Equal(got, want) {
		t.Errorf("sent %q, the recorded client %q", got, want)
	}
}

func wantInstall(t *testing.T, err error, code int, says string) {
	t.Helper()
	if says == "" && err == nil {
		return
	}
	var refused *hdc.InstallError
	if !errors.As(err, &refused) || refused.Code != code || !strings.Contains(err.Error(), says) {
		t.Errorf("%v (%T), want code %d and %q", err, err, code, says)
	}
}

func TestInstallThatRealServersRefuse(t *testing.T) {
	file := hap(t)
	t.Run("no bm on the device", func(t *testing.T) {
		addr, _ := talk(t, bare, from(loadFile(t, "install-r-no-bm.raw"), "/data/work/app.hap", file))
		wantInstall(t, client(addr).Install(t.Context(), key, file, hdc.InstallOptions{}), 0, "bm: not found")
	})
	t.Run("no bm, by the client", func(t *testing.T) {
		addr, _ := talk(t, bare, loadFile(t, "install-r-no-bm.cli"))
		wantInstall(t, byClient(addr).Install(t.Context(), key, file, hdc.InstallOptions{}), 0, "bm: not found")
	})
	t.Run("a package that hdc does not take for one", func(t *testing.T) {
		addr, _ := talk(t, bare, loadFile(t, "install-not-a-package.raw"))
		var fail *hdc.FailError
		if err := client(addr).Install(t.Context(), key, file, hdc.InstallOptions{Keep: true}); !errors.As(err, &fail) || fail.Code != "E006001" {
			t.Errorf("%v (%T)", err, err)
		}
	})
	t.Run("a server with another disk", func(t *testing.T) {
		missing := from(loadFile(t, "install-missing-file.raw"), "/data/work/nosuch.hap", file)
		addr, sent := talk(t, bare, missing, loadFile(t, "install-bm-stub-ok.cli"))
		if err := client(addr).Install(t.Context(), key, file, hdc.InstallOptions{}); err != nil {
			t.Error(err)
		}
		arrives(t, "the first command", sent)
		if !bytes.Contains(arrives(t, "the second command", sent), []byte("install remote -cwd")) {
			t.Error("the client did not send the file itself")
		}
	})
}

func TestUninstallOfRealServers(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			r := loadFileOf(t, version, "uninstall-bm-stub-ok.raw")
			addr, sent := talk(t, bare, r)
			if err := client(addr).Uninstall(t.Context(), key, "com.example.app", false); err != nil {
				t.Error(err)
			}
			if got := arrives(t, "what the client sent", sent); !bytes.Equal(got, r.Stream(0, false)) {
				t.Errorf("sent %q, the recorded client %q", got, r.Stream(0, false))
			}
		})
		// Even so the answer of a name that went through is no success.
		t.Run(version+" bad name", func(t *testing.T) {
			addr, _ := talk(t, bare, loadFileOf(t, version, "uninstall-bad-name.raw"))
			var refused *hdc.InstallError
			if err := client(addr).Uninstall(t.Context(), key, "com.example.app", true); !errors.As(err, &refused) {
				t.Errorf("%v (%T)", err, err)
			}
		})
	}
	addr, _ := talk(t, bare, loadFile(t, "uninstall-no-bm.raw"))
	wantInstall(t, client(addr).Uninstall(t.Context(), key, "com.example.app", false), 0, "bm: not found")
}

func TestAppsThatAreNotSent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	var argument *hdc.ArgumentError
	for _, name := range []string{"", "com.example;ls", "com.example.app|ls", "-k", "com", "com.example.`id`", "com.example.app\nls"} {
		if err := c.Uninstall(t.Context(), key, name, false); !errors.As(err, &argument) {
			t.Errorf("uninstall %q: %v", name, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.hap")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"", "app.txt", t.TempDir() + ".hap", empty} {
		if err := c.Install(t.Context(), key, file, hdc.InstallOptions{}); !errors.As(err, &argument) && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("install %q: %v", file, err)
		}
	}
}

// FuzzInstall judges what a device might say; only bm's word is success.
func FuzzInstall(f *testing.F) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"install-bm-stub-ok.raw", "install-bm-stub-fails.raw"} {
			f.Add(string(output(loadFileOf(f, version, name))))
		}
	}
	f.Fuzz(func(t *testing.T, answer string) {
		err := hdc.JudgeInstall(answer)
		if err == nil && !strings.Contains(answer, "install bundle successfully") {
			t.Fatalf("%q is taken for success", answer)
		}
		var refused *hdc.InstallError
		if errors.As(err, &refused) && refused.Code != 0 && !strings.Contains(answer, "code:") {
			t.Fatalf("code %d in %q", refused.Code, answer)
		}
	})
}
