// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// modes are who may do the host's part.
var modes = map[string]hdc.FileMode{"by the server": hdc.FilesByServer, "by the client": hdc.FilesByClient}

// plant makes a folder with those files; a name that ends in a slash is a
// folder without any.
func plant(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), name)
	for name, content := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(full, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(full, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// look reads a folder in the same form, with folders that hold nothing only.
func look(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		delete(files, filepath.ToSlash(filepath.Dir(name))+"/")
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

// everyWay runs a test for each version and each way.
func everyWay(t *testing.T, test func(t *testing.T, c *hdc.Client)) {
	t.Helper()
	for _, version := range transcripts.Versions() {
		for name, mode := range modes {
			t.Run(version+"/"+name, func(t *testing.T) {
				server, _ := simulated(t, version)
				test(t, hdc.New(hdc.Options{Addr: server.Addr(), Files: mode}))
			})
		}
	}
}

func TestFoldersThereAndBack(t *testing.T) {
	files := map[string]string{"one.txt": "one\n", "empty": "", "sub/two.txt": "two\n", "sub/deep/er/ä b 你.bin": strings.Repeat("0123456", 1<<17),
		"hollow/": "", "sub/deep/hollow/": ""}
	everyWay(t, func(t *testing.T, c *hdc.Client) {
		const remote = "/data/local/tmp/a b"
		// The second time the folder is there, and is filled again.
		for range 2 {
			sent, err := c.SendFolder(t.Context(), first, plant(t, "a b", files), remote, hdc.FileOptions{})
			if err != nil || sent.Checked != hdc.SameSum || sent.Files != 4 || sent.Folders != 2 || sent.Bytes != 8+7<<17 {
				t.Fatalf("%+v, %v", sent, err)
			}
		}
		local := filepath.Join(t.TempDir(), "back")
		for range 2 {
			got, err := c.ReceiveFolder(t.Context(), first, remote, local, hdc.FileOptions{})
			if err != nil || got.Checked != hdc.SameSum || got.Files != 4 || got.Folders != 2 || got.Bytes != 8+7<<17 || got.Why != "" {
				t.Fatalf("%+v, %v", got, err)
			}
			if back := look(t, local); !maps.Equal(back, files) {
				t.Errorf("%d came back: %v", len(back), slicesOf(back))
			}
		}
		if entries, err := os.ReadDir(filepath.Dir(local)); err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	})
}

func slicesOf(files map[string]string) (names []string) {
	for name, content := range files {
		names = append(names, fmt.Sprintf("%s (%d)", name, len(content)))
	}
	return names
}

func TestFoldersWithoutFiles(t *testing.T) {
	everyWay(t, func(t *testing.T, c *hdc.Client) {
		files := map[string]string{"a/b/": "", "c/": ""}
		if sent, err := c.SendFolder(t.Context(), first, plant(t, "x", files), "/data/local/tmp/", hdc.FileOptions{}); err != nil || sent.Folders != 3 || sent.Files != 0 {
			t.Fatalf("%+v, %v", sent, err)
		}
		local := filepath.Join(t.TempDir(), "back")
		if got, err := c.ReceiveFolder(t.Context(), first, "/data/local/tmp/x", local, hdc.FileOptions{}); err != nil || got.Folders != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
		if back := look(t, local); !maps.Equal(back, files) {
			t.Errorf("%v", back)
		}
	})
}

func TestFoldersAreFilled(t *testing.T) {
	everyWay(t, func(t *testing.T, c *hdc.Client) {
		const remote = "/data/local/tmp/x"
		for _, files := range []map[string]string{{"old": "1", "both": "1"}, {"new": "2", "both": "2"}} {
			// The sent folder has the name of the one that is there.
			if _, err := c.SendFolder(t.Context(), first, plant(t, "x", files), remote, hdc.FileOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		local := plant(t, "y", map[string]string{"mine": "3", "both": "3", "sub/": ""})
		if _, err := c.ReceiveFolder(t.Context(), first, remote+"/", local, hdc.FileOptions{}); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"old": "1", "both": "2", "new": "2", "mine": "3", "sub/": ""}
		if got := look(t, local); !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// Of another name, it is sent by the client, or not at all.
func TestAFolderOfAnotherNameIsThere(t *testing.T) {
	server, _ := simulated(t, "")
	c := hdc.New(hdc.Options{Addr: server.Addr()})
	for _, content := range []string{"1", "2"} {
		done, err := c.SendFolder(t.Context(), first, plant(t, "y", map[string]string{"f": content}), "/data/local/tmp/x", hdc.FileOptions{})
		if err != nil || done.ByClient != (content == "2") {
			t.Errorf("%+v, %v", done, err)
		}
	}
	if got := ask(t, server, first, "shell find /data/local/tmp -type f; cat /data/local/tmp/x/f"); got != "/data/local/tmp/x/f\n2" {
		t.Errorf("%q", got)
	}
	var argument *hdc.ArgumentError
	c = hdc.New(hdc.Options{Addr: server.Addr(), Files: hdc.FilesByServer})
	if _, err := c.SendFolder(t.Context(), first, plant(t, "y", map[string]string{"f": ""}), "/data/local/tmp/x", hdc.FileOptions{}); !errors.As(err, &argument) {
		t.Error(err)
	}
	for _, remote := range []string{"/data/local/tmp/x/f", "/data/local/tmp/none"} {
		if _, err := c.ReceiveFolder(t.Context(), first, remote, filepath.Join(t.TempDir(), "b"), hdc.FileOptions{}); !errors.As(err, &argument) && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", remote, err)
		}
	}
}

// A link to a file of the folder is sent as that file, in either way of naming
// it.
func TestALinkWithinAFolderIsSent(t *testing.T) {
	server, _ := simulated(t, "")
	c := hdc.New(hdc.Options{Addr: server.Addr()})
	root := plant(t, "x", map[string]string{"sub/f": "text"})
	if err := os.Symlink("sub/f", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	if done, err := c.SendFolder(t.Context(), first, root, "/data/local/tmp/x", hdc.FileOptions{}); err != nil || done.Files != 2 || !done.ByClient {
		t.Errorf("%+v, %v", done, err)
	}
	if got := ask(t, server, first, "shell cat /data/local/tmp/x/link"); got != "text" {
		t.Errorf("%q", got)
	}
}

func TestTimesAndModesOfAFolder(t *testing.T) {
	everyWay(t, func(t *testing.T, c *hdc.Client) {
		root := plant(t, "x", map[string]string{"f": "text", "sub/g": "text", "sub/deep/h": "text"})
		old := time.Unix(1_700_000_000, 0)
		for name, perm := range map[string]fs.FileMode{"f": 0o604, "sub/g": 0o751, "sub": 0o750, "sub/deep": 0o711} {
			at := filepath.Join(root, filepath.FromSlash(name))
			if err := errors.Join(os.Chmod(at, perm), os.Chtimes(at, old, old)); err != nil {
				t.Fatal(err)
			}
		}
		o := hdc.FileOptions{KeepTime: true, KeepMode: true}
		// Twice: in a folder that is new, and in one that is there.
		for range 2 {
			if _, err := c.SendFolder(t.Context(), first, root, "/data/local/tmp/x", o); err != nil {
				t.Fatal(err)
			}
		}
		back := filepath.Join(t.TempDir(), "back")
		if _, err := c.ReceiveFolder(t.Context(), first, "/data/local/tmp/x", back, o); err != nil {
			t.Fatal(err)
		}
		for name, perm := range map[string]fs.FileMode{"f": 0o604, "sub/g": 0o751, "sub": 0o750, "sub/deep": 0o711} {
			info, err := os.Stat(filepath.Join(back, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			// hdc's server keeps none of folders that are new.
			lost := info.IsDir() && strings.HasSuffix(t.Name(), "by_the_server")
			if runtime.GOOS != "windows" && info.Mode().Perm() != perm && !lost {
				t.Errorf("%s: mode %v, want %o", name, info.Mode(), perm)
			}
			if !info.IsDir() && !info.ModTime().Equal(old) {
				t.Errorf("%s was changed %v", name, info.ModTime())
			}
		}
	})
}

func TestOnlyWhatIsNewer(t *testing.T) {
	everyWay(t, func(t *testing.T, c *hdc.Client) {
		root := plant(t, "x", map[string]string{"f": "1", "sub/g": "1"})
		o := hdc.FileOptions{OnlyNewer: true}
		if done, err := c.SendFolder(t.Context(), first, root, "/data/local/tmp/x", o); err != nil || done.Files != 2 || done.Skipped != 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		later := time.Now().Add(time.Hour)
		at := filepath.Join(root, "sub", "g")
		if err := errors.Join(os.WriteFile(at, []byte("22"), 0o600), os.Chtimes(at, later, later)); err != nil {
			t.Fatal(err)
		}
		// A single file is skipped, or sent, in the same way.
		for name, skipped := range map[string]bool{"f": true, "new": false} {
			if err := os.WriteFile(filepath.Join(root, "new"), []byte("1"), 0o600); err != nil {
				t.Fatal(err)
			}
			if done, err := c.Send(t.Context(), first, filepath.Join(root, name), "/data/local/tmp/x/"+name, o); err != nil || done.Skipped != skipped {
				t.Errorf("%s: %+v, %v", name, done, err)
			}
		}
		done, err := c.SendFolder(t.Context(), first, root, "/data/local/tmp/x", o)
		if errors.As(err, new(*hdc.ArgumentError)) {
			return // a server that was chosen sends all or nothing
		}
		if err != nil || done.Files != 1 || done.Skipped != 2 || done.Bytes != 2 {
			t.Fatalf("%+v, %v", done, err)
		}
		// Back again nothing is newer, until a file here is older.
		if got, err := c.ReceiveFolder(t.Context(), first, "/data/local/tmp/x", root, o); err != nil || got.Files != 0 && got.Skipped != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		old := time.Unix(1_600_000_000, 0)
		if err := os.Chtimes(filepath.Join(root, "f"), old, old); err != nil {
			t.Fatal(err)
		}
		if got, err := c.ReceiveFolder(t.Context(), first, "/data/local/tmp/x", root, o); err != nil || got.Files != 1 || got.Skipped != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
