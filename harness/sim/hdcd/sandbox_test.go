// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// home is where the sandbox of a running debug app is.
const home = "/mnt/debug/100/debug_hap/com.example.app"

func TestFilesOfASandbox(t *testing.T) {
	const usage = "[Fail][E005003] The parameter is missing, correct your input by referring below:\nUsage: hdc file "
	tests := []struct{ line, want string }{
		{"file send -b com.example.app /data/work/k1.bin data/files/x", "FileTransfer finish, Size:1024, File count = 1,"},
		{"file send -b com.example.app /data/work/k1.bin /data/files/y", "FileTransfer finish, Size:1024, File count = 1,"},
		{"file send -b com.example.app /data/work/dir data/files/", "FileTransfer finish, Size:8, File count = 2,"},
		{"file recv -b com.example.app data/files/kept /data/work/back", "FileTransfer finish, Size:4, File count = 1,"},
		{"file send -b com.example.other /data/work/k1.bin x", "[Fail][E005101] Invalid bundle name: com.example.other\r\n"},
		{"file recv -b com/example data/files/kept /data/work/back", "[Fail][E005101] Invalid bundle name: com/example\r\n"},
		{"file recv -b com.example.app ../com.example.apple/x /data/work/back", "[Fail][E005102] Remote path: ../com.example.apple/x is invalid,"},
		{"file send -b com.example.app /data/work/k1.bin data/../../x", "[Fail][E005102] Remote path: data/../../x is invalid,"},
		{"file send -b", usage + "send [-b bundlename] local remote\r\n"},
		{"file recv -b", usage + "recv [-b bundlename] remote local\r\n"},
	}
	sandboxed := func(t *testing.T, version string) (*hdcd.Server, *disk) {
		server, held := storingServer(t, hdcd.None, func(o *hdcd.Options) { o.Version = version })
		for _, name := range []string{"", "/data", "/data/files"} {
			if err := held.MakeDir(home + name); err != nil {
				t.Fatal(err)
			}
		}
		if f, err := held.CreateFile(home + "/data/files/kept"); err != nil {
			t.Fatal(err)
		} else if _, err := f.Write([]byte("kept")); err != nil {
			t.Fatal(err)
		}
		return server, held
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			server, _ := sandboxed(t, "3.2.0f")
			if got := ask(t, server, first, test.line); !strings.HasPrefix(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	t.Run("where files land", func(t *testing.T) {
		server, held := sandboxed(t, "3.1.0e")
		ask(t, server, first, tests[0].line)
		ask(t, server, first, tests[2].line)
		for name, want := range map[string]string{"/data/files/x": k1, "/data/files/dir/sub/two.txt": "two\n"} {
			if got, _ := held.content(home + name); got != want {
				t.Errorf("%s holds %d bytes among %v", name, len(got), held.names(home))
			}
		}
	})
	t.Run("before sandboxes", func(t *testing.T) {
		server, _ := sandboxed(t, "2.0.0a")
		if got := ask(t, server, first, tests[0].line); got != "[Fail]Unknown file option: -b\r\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestOptionsThatHDCDoesNotKnow(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	for _, line := range []string{"file send -x /data/work/k1.bin /data/local/tmp/x", "file recv -x /data/local/tmp/k1.bin /data/work/x",
		`file recv remote -cwd "/data/work/" -x /data/local/tmp/k1.bin x`} {
		if got := ask(t, server, first, line); got != "[Fail]Unknown file option: -x\r\n" {
			t.Errorf("%s: %q", line, got)
		}
	}
	if _, there := held.content("/data/local/tmp/x"); there {
		t.Error("the file was sent")
	}
}

// The client of this module moves files and folders of a sandbox in both ways;
// hdc before 3.1.0e has none.
func TestTheClientInASandbox(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for name, mode := range modes {
			t.Run(version+"/"+name, func(t *testing.T) {
				server, held := storingServer(t, hdcd.None, func(o *hdcd.Options) { o.Version, o.Host = version, nil })
				c := hdc.New(hdc.Options{Addr: server.Addr(), Files: mode})
				inSandbox(t, c, version, func() {
					if err := held.MakeDir(home + "/data/files"); err != nil {
						t.Fatal(err)
					}
					if err := held.MakeDir(home); err != nil {
						t.Fatal(err)
					}
				})
			})
		}
	}
}

func inSandbox(t *testing.T, c *hdc.Client, version string, start func()) {
	o := hdc.FileOptions{Bundle: "com.example.app"}
	root := plant(t, "x", map[string]string{"f": "1", "sub/g": "22", "hollow/": ""})
	_, err := c.SendFolder(t.Context(), first, root, "data/files/", o)
	var needs *hdc.NeedsError
	var fail *hdc.FailError
	switch {
	case version == "2.0.0a":
		if !errors.As(err, &needs) || !strings.Contains(err.Error(), "3.1.0e") {
			t.Error(err)
		}
		return
	case !errors.As(err, &fail) || fail.Code != "E005101":
		t.Fatalf("no app runs: %v", err)
	}
	start()
	sent, err := c.SendFolder(t.Context(), first, root, "data/files/", o)
	if err != nil || sent.Checked != hdc.SameSum || sent.Files != 2 || len(sent.Unmade) != 1 {
		t.Fatalf("%+v, %v", sent, err)
	}
	one, err := c.Send(t.Context(), first, filepath.Join(root, "f"), "data/files/one", o)
	if err != nil || one.Checked != hdc.SameSum {
		t.Fatalf("%+v, %v", one, err)
	}
	back := filepath.Join(t.TempDir(), "back")
	if got, err := c.ReceiveFolder(t.Context(), first, "data/files/x", back, o); err != nil || got.Files != 2 || got.Checked != hdc.Unchecked || got.Why == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got := look(t, back); got["f"] != "1" || got["sub/g"] != "22" {
		t.Errorf("%v", got)
	}
	if got, err := c.Receive(t.Context(), first, "data/files/one", filepath.Join(t.TempDir(), "one"), o); err != nil || got.Bytes != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Receive(t.Context(), first, "data/../../../x", filepath.Join(t.TempDir(), "one"), o); !errors.As(err, new(*hdc.ArgumentError)) {
		t.Errorf("a path that leaves: %v", err)
	}
	// -sync alone refuses what is there, which is no failure.
	o.OnlyNewer = true
	if again, err := c.Send(t.Context(), first, filepath.Join(root, "f"), "data/files/one", o); err != nil || !again.Skipped {
		t.Errorf("%+v, %v", again, err)
	}
}
