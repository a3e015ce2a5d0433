// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// grow makes a folder of that name with files in it; a name that ends in a
// slash is a folder, a content that starts with -> is a link.
func grow(t testing.TB, name string, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), name)
	for name, content := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		target, link := strings.CutPrefix(content, "->")
		var err error
		switch {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(full, 0o700)
		case link:
			err = os.Symlink(filepath.FromSlash(target), full)
		default:
			err = os.WriteFile(full, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// held reads a folder in the form of grow.
func held(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			files[name+"/"] = ""
			return nil
		}
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// recordedFolder is what the recorded folders held.
var recordedFolder = map[string]string{"one.txt": "one\n", "sub/two.txt": "two\n"}

// without is a device that knows no tools, and on which nothing is but the
// folder.
func without(folder string) func(string) (string, int) {
	return func(command string) (string, int) {
		switch {
		case command == "test -d "+folder:
			return "", 0
		case strings.HasPrefix(command, "test "):
			return "", 1
		}
		return bare(command)
	}
}

// TestSendFolderByClient compares every byte with what the real client sent.
func TestSendFolderByClient(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			r := loadFileOf(t, version, "file-send-dir.cli")
			addr, sent := talk(t, without(""), r)
			local := grow(t, "dir", recordedFolder)
			var steps []hdc.Progress
			done, err := byClient(addr).SendFolder(t.Context(), key, local, "/data/local/tmp/s_dir", hdc.FileOptions{
				Steps: func(p hdc.Progress) { steps = append(steps, p) }})
			if err != nil || done.Files != 2 || done.Bytes != 8 || !done.ByClient || done.Checked != hdc.Unchecked || !strings.Contains(done.Why, "not there") {
				t.Fatalf("%+v, %v", done, err)
			}
			if got, want := arrives(t, "what the client sent", sent), inFolder(r.Stream(0, false), filepath.Dir(local)); !bytes.Equal(got, want) {
				t.Errorf("sent %q, the recorded client %q", got, want)
			}
			want := []hdc.Progress{{File: "sub/two.txt", Files: 1, AllFiles: 2, Bytes: 4, AllBytes: 8}, {File: "one.txt", Files: 2, AllFiles: 2, Bytes: 8, AllBytes: 8}}
			if len(steps) != 2 || steps[0] != want[0] || steps[1] != want[1] {
				t.Errorf("progress %+v", steps)
			}
		})
	}
}

func TestSendFolderByServer(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			local := grow(t, "dir", recordedFolder)
			addr, sent := talk(t, without("/data/local/tmp/dir"), loadFileOf(t, version, "file-send-dir.raw"))
			c := hdc.New(hdc.Options{Addr: addr, Files: hdc.FilesByServer})
			done, err := c.SendFolder(t.Context(), key, local, "/data/local/tmp/", hdc.FileOptions{KeepTime: true, KeepMode: true})
			if err != nil || done.ByClient || done.Files != 2 || done.Path != "/data/local/tmp/dir" {
				t.Fatalf("%+v, %v", done, err)
			}
			// The folder is there, so it is named by the one above.
			if got, want := arrives(t, "what the client sent", sent), "file send -a -m "+local+" /data/local/tmp\x00"; !bytes.HasSuffix(got, []byte(want)) {
				t.Errorf("sent %q, want %q", got, want)
			}
		})
	}
	t.Run("some files are missing", func(t *testing.T) {
		local := grow(t, "dir", map[string]string{"one.txt": "one\n", "two.txt": "two\n", "three.txt": ""})
		addr, _ := talk(t, without(""), loadFile(t, "file-send-dir.raw"))
		var differ *hdc.VerifyError
		if _, err := client(addr).SendFolder(t.Context(), key, local, "/data/local/tmp/s_dir", hdc.FileOptions{}); !errors.As(err, &differ) || differ.Local != "3" {
			t.Errorf("%v (%T)", err, err)
		}
	})
}

// TestReceiveFolderByClient plays real servers. The command has the name of a
// part; what follows it is the same byte for byte.
func TestReceiveFolderByClient(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			r := loadFileOf(t, version, "file-recv-dir.cli")
			const remote = "/data/local/tmp/ddir"
			addr, sent := talk(t, without(remote), r)
			local := filepath.Join(t.TempDir(), "back")
			done, err := byClient(addr).ReceiveFolder(t.Context(), key, remote, local, hdc.FileOptions{})
			if err != nil || done.Files != 2 || done.Bytes != 8 || !strings.Contains(done.Why, "find on the device: not there") {
				t.Fatalf("%+v, %v", done, err)
			}
			if got := held(t, local); len(got) != 3 || got["one.txt"] != "one\n" || got["sub/two.txt"] != "two\n" {
				t.Errorf("%v", got)
			}
			theirs := r.Stream(0, false)
			tail := theirs[bytes.Index(theirs, []byte("recv remote")):]
			tail = tail[bytes.IndexByte(tail, 0)+1:]
			if got := arrives(t, "what the client sent", sent); !bytes.HasSuffix(got, tail) {
				t.Errorf("sent %q, the recorded client %q at the end", got, tail)
			}
			wantOnly(t, local)
		})
	}
}

// TestPathsThatLeaveTheFolder lets a device name other paths than those that
// it was asked for.
func TestPathsThatLeaveTheFolder(t *testing.T) {
	for _, name := range []string{"../../../two.txt", "ddir/../../a.txt", "/tmp/xxx/two.txt", `ddir/sub\two.txt`, "other/ub/two.txt",
		"ddir/sub//wo.txt", "ddir/./s/two.txt", "ddir/sub/two\ntx", "ddir/one.txt/x/y"} {
		t.Run(name, func(t *testing.T) {
			r := loadFile(t, "file-recv-dir.cli")
			for i, e := range r.Events {
				r.Events[i].Data = bytes.ReplaceAll(e.Data, []byte("\x10ddir/sub/two.txt"), append([]byte{byte(len(name))}, name...))
				if len(r.Events[i].Data) != len(e.Data) {
					r.Events[i].Data = reframe(r.Events[i].Data, e)
				}
			}
			addr, _ := talk(t, without("/data/local/tmp/ddir"), r)
			local := filepath.Join(t.TempDir(), "back")
			_, err := byClient(addr).ReceiveFolder(t.Context(), key, "/data/local/tmp/ddir", local, hdc.FileOptions{})
			var unsafe *hdc.UnsafePathError
			if !errors.As(err, &unsafe) && name != "ddir/one.txt/x/y" || err == nil {
				t.Errorf("%v (%T)", err, err)
			}
			entries, err := os.ReadDir(filepath.Dir(local))
			if err != nil || len(entries) > 0 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
}

func TestFoldersThatAreNotSent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	good := grow(t, "dir", recordedFolder)
	for name, test := range map[string]struct {
		local, remote string
		o             hdc.FileOptions
	}{
		"a file":                      {filepath.Join(good, "one.txt"), "/data/local/tmp/x", hdc.FileOptions{}},
		"no remote path":              {good, "", hdc.FileOptions{}},
		"a relative one":              {good, "x", hdc.FileOptions{}},
		"one with dots":               {good, "/data/local/tmp/../x", hdc.FileOptions{}},
		"an absent folder":            {good + "x", "/data/local/tmp/x", hdc.FileOptions{}},
		"a bundle that is none":       {good, "x/", hdc.FileOptions{Bundle: "a;b"}},
		"a bundle's folder by itself": {good, "data/x", hdc.FileOptions{Bundle: "com.example.app"}},
		"a bundle's newer files":      {good, "data/", hdc.FileOptions{Bundle: "com.example.app", OnlyNewer: true}},
		"a link out":                  {grow(t, "d", map[string]string{"x": "->../../y"}), "/data/local/tmp/x", hdc.FileOptions{}},
		"a link to nothing":           {grow(t, "d", map[string]string{"x": "->y"}), "/data/local/tmp/x", hdc.FileOptions{}},
		"a link to a folder":          {grow(t, "d", map[string]string{"x": "->y", "y/": ""}), "/data/local/tmp/x", hdc.FileOptions{}},
		"an absolute link":            {grow(t, "d", map[string]string{"x": "->/etc/hostname"}), "/data/local/tmp/x", hdc.FileOptions{}},
		"a name with a stroke":        {grow(t, "d", map[string]string{`a\b`: ""}), "/data/local/tmp/x", hdc.FileOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.SendFolder(t.Context(), key, test.local, test.remote, test.o)
			var argument *hdc.ArgumentError
			var unsafe *hdc.UnsafePathError
			if !errors.As(err, &argument) && !errors.As(err, &unsafe) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v (%T)", err, err)
			}
		})
	}
}
