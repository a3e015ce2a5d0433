// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// A file of a folder that cannot be moved does not keep the others, and the
// count at the end says how many have come.
func TestAFolderGoesOnBehindAFileThatCannotBeMoved(t *testing.T) {
	t.Run("send by frames", func(t *testing.T) {
		server, held := storingServer(t, hdcd.None)
		c := converse(t, server, `file send remote -cwd "/w/" dir /data/local/tmp/new`)
		c.get(fileInit)
		c.put(fileCheck, announce("/data/local/tmp/new", "dir/x", 1))
		c.get(fileBegin)
		c.put(fileData, chunk(0, "x"))
		c.get(fileFinish)
		if err := held.ChmodFile("/data/local/tmp/new", 0); err != nil {
			t.Fatal(err)
		}
		c.put(fileCheck, announce("/data/local/tmp/new", "dir/y", 1))
		if got := string(c.frame()); got != "[Fail]Error opening file: permission denied, path:/data/local/tmp/new/y\r\n" {
			t.Errorf("%q", got)
		}
		if got := c.get(fileFinish); got != "\x01" {
			t.Errorf("%q", got)
		}
		c.put(fileFinish, "\x00")
		if got := string(c.frame()); !strings.HasPrefix(got, "FileTransfer finish, Size:1, File count = 1,") {
			t.Errorf("%q", got)
		}
	})
	hide := func(d *disk, name string) { d.files[rooted(name)].Mode = 0 }
	t.Run("receive by frames", func(t *testing.T) {
		server, held := storingServer(t, hdcd.None)
		hide(held, "/data/local/tmp/ddir/sub/two.txt")
		c := converse(t, server, `file recv remote -cwd "/w/" /data/local/tmp/ddir r`)
		if got := string(c.frame()); got != "[Fail]Error opening file: permission denied, path:/data/local/tmp/ddir/sub/two.txt\r\n" {
			t.Errorf("%q", got)
		}
		if got := c.get(fileCheck); !strings.Contains(got, "ddir/one.txt") {
			t.Errorf("%q", got)
		}
	})
	t.Run("by the server", func(t *testing.T) {
		server, held := storingServer(t, hdcd.None)
		hide(held, "/data/local/tmp/ddir/sub/two.txt")
		got := ask(t, server, first, "file recv /data/local/tmp/ddir /data/work/back")
		text, end, _ := strings.Cut(got, "\r\n")
		if text != "[Fail]Error opening file: permission denied, path:/data/local/tmp/ddir/sub/two.txt" ||
			!strings.HasPrefix(end, "FileTransfer finish, Size:4, File count = 1,") {
			t.Errorf("%q", got)
		}
	})
}

func TestAFolderDoesNotReplaceAFile(t *testing.T) {
	server, _ := storingServer(t, hdcd.None)
	if got := ask(t, server, first, "file send /data/work/dir /data/local/tmp/k1.bin"); got != "[Fail]Not a directory, path:/data/local/tmp/k1.bin\r\n" {
		t.Errorf("%q", got)
	}
}

// A client that names a path outside of the folder gets nothing there.
func TestNamesThatLeaveTheFolderAreRefused(t *testing.T) {
	for _, name := range []string{"dir/../../x", "dir/./x", "dir//x", "/dir/x", `dir\..\..\x`} {
		server, held := storingServer(t, hdcd.None)
		c := converse(t, server, `file send remote -cwd "/w/" dir /data/local/tmp/new`)
		c.get(fileInit)
		c.put(fileCheck, announce("/data/local/tmp/new", name, 1))
		if got := string(c.frame()); !strings.HasPrefix(got, "[Fail]Error opening file: ") {
			t.Errorf("%s: %q", name, got)
		}
		for _, at := range held.names("/data") {
			if strings.HasSuffix(at, "/x") {
				t.Errorf("%s was made", at)
			}
		}
	}
}

// -sync compares seconds with what the sender announces: nothing without -a,
// nanoseconds with it.
func TestSyncAsHDCHasIt(t *testing.T) {
	for line, refused := range map[string]bool{
		"file send -sync /data/work/k1.bin /data/local/tmp/k1.bin":    true,
		"file send -a -sync /data/work/k1.bin /data/local/tmp/k1.bin": false,
		"file send -sync /data/work/k1.bin /data/local/tmp/none.bin":  false,
	} {
		server, held := storingServer(t, hdcd.None)
		if err := held.TouchFile("/data/local/tmp/k1.bin", time.Unix(1_600_000_000, 0)); err != nil {
			t.Fatal(err)
		}
		got := ask(t, server, first, line)
		if refused != strings.HasPrefix(got, "[Fail]Target file is the same date or newer,path: /data/local/tmp/k1.bin") {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestSideload(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	for line, want := range map[string]string{
		"sideload /data/work/k1.bin":  "[placeholders] sideload /data/local/tmp/",
		"sideload /data/work/app.hap": "[placeholders] sideload /data/local/tmp/",
		"sideload /data/work/none":    "[Fail]Error opening file: no such file or directory, path:/data/work/none\r\n",
		"sideload /data/work/dir":     "[Fail]Error opening file: illegal operation on a directory, path:/data/work/dir\r\n",
	} {
		got := ask(t, server, first, line)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
		if strings.HasSuffix(line, "k1.bin") != strings.HasSuffix(got, ".bundle\r\n") || strings.HasSuffix(line, ".hap") != strings.HasSuffix(got, ".hap\r\n") {
			t.Errorf("%s: %q", line, got)
		}
	}
	for _, name := range held.names("/data/local/tmp") {
		if strings.HasSuffix(name, ".bundle") || strings.HasSuffix(name, ".hap") {
			t.Errorf("%s was left on the device", name)
		}
	}
}
