// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"encoding/binary"
	"io/fs"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// The commands of frames with modes.
const (
	ownMode    = 3006
	folderMode = 3007
)

// mode is the body of a frame with a mode.
func mode(perm uint64, name string) string {
	b := binary.AppendUvarint([]byte{0x08}, perm)
	b = append(b, 0x10, 0, 0x18, 0, 0x22, 0, 0x2a, byte(len(name)))
	return string(append(b, name...))
}

// perm returns a file's bits of permission.
func (d *disk) perm(t *testing.T, name string) fs.FileMode {
	t.Helper()
	info, err := d.StatFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestModesOfFilesAreTaken(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	c := converse(t, server, `file send remote -cwd "/w/" -m dir /data/local/tmp/new`)
	c.get(fileInit)
	c.put(ownMode, mode(0o100751, ""))
	c.get(ownMode)
	for name, perm := range map[string]uint64{"sub": 0o040711, "sub/deep": 0o040700, "other": 0o040777} {
		c.put(folderMode, mode(perm, name))
		// Each is confirmed by the command for files.
		c.get(ownMode)
	}
	c.put(fileCheck, announce("/data/local/tmp/new", "dir/sub/deep/x", 1))
	c.get(fileBegin)
	c.put(fileData, chunk(0, "x"))
	c.get(fileFinish)
	c.put(fileFinish, "\x00")
	if got := string(c.frame()); !strings.HasPrefix(got, "FileTransfer finish, Size:1, File count = 1,") {
		t.Errorf("%q", got)
	}
	for name, want := range map[string]fs.FileMode{"/data/local/tmp/new/sub/deep/x": 0o751,
		"/data/local/tmp/new/sub": 0o711, "/data/local/tmp/new/sub/deep": 0o700} {
		if got := held.perm(t, name); got != want {
			t.Errorf("%s has the mode %o, want %o", name, got, want)
		}
	}
}

func TestModesOfFilesAreGiven(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	if err := held.ChmodFile("/data/local/tmp/ddir/one.txt", 0o640); err != nil {
		t.Fatal(err)
	}
	c := converse(t, server, `file recv remote -cwd "/w/" -m /data/local/tmp/ddir r`)
	var got []string
	for range 2 {
		got = append(got, c.get(ownMode))
		c.put(ownMode, "")
		for f := c.frame(); ; f = c.frame() {
			if command := binary.LittleEndian.Uint16(f); command == fileCheck {
				break
			} else if command != folderMode {
				t.Fatalf("%q", f)
			}
			got = append(got, string(f[2:]))
			c.put(ownMode, "")
		}
		c.put(fileBegin, "\x05\x00\x00\x00\x00\x00\x00\x00")
		c.get(fileData)
		c.put(fileFinish, "\x01")
	}
	if end := c.get(fileFinish); end != "\x00" {
		t.Errorf("%q", end)
	}
	user := "\x10\xd0\x0f\x18\xd0\x0f\x22\x00\x2a"
	want := []string{
		"\x08\xa4\x83\x02" + user + "\x00",
		"\x08\xed\x82\x01" + user + "\x08ddir/sub",
		"\x08\xed\x82\x01" + user + "\x04ddir",
		"\x08\xa0\x83\x02" + user + "\x00",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("modes %q, want %q", got, want)
		}
	}
}

// With -m the server moves modes by itself where it has both sides.
func TestModesOnTheServersMachine(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	if err := held.ChmodFile("/data/local/tmp/ddir/one.txt", 0o640); err != nil {
		t.Fatal(err)
	}
	ask(t, server, first, "file recv -m /data/local/tmp/ddir /data/work/back")
	ask(t, server, first, "file send -m /data/work/back /data/local/tmp/again")
	if got := held.perm(t, "/data/local/tmp/again/one.txt"); got != 0o640 {
		t.Errorf("%o", got)
	}
}
