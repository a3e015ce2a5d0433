// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

var (
	k1 = strings.Repeat("0123456789abcde\n", 1<<6)
	m1 = strings.Repeat("0123456789abcde\n", 1<<16)
)

// recordedHost is what the recorded server's machine held.
func recordedHost() *disk {
	return newDisk(map[string]string{
		"/data/work/k1.bin": k1, "/data/work/m1.bin": m1, "/data/work/empty.bin": "", "/data/work/emptydir/": "",
		"/data/work/dir/one.txt": "one\n", "/data/work/dir/sub/two.txt": "two\n", "/data/work/a b ä你.txt": "umlaut\n",
		"/data/work/secret.bin!": "secret", "/data/work/app.hap": "not a hap\n", "/data/work/hello.txt": "hello\n", "/etc/!": "",
	})
}

// recordedDevice is what the recorded device held.
func recordedDevice() *disk {
	return newDisk(map[string]string{
		"/data/local/tmp/k1.bin": k1, "/data/local/tmp/m1.bin": m1, "/data/local/tmp/secret.bin!": "secret",
		"/data/local/tmp/ddir/one.txt": "one\n", "/data/local/tmp/ddir/sub/two.txt": "two\n", "/data/local/tmp/ro/!": "",
	})
}

// storing is the recorded device with its files.
type storing struct {
	*device
	*disk
}

// moved says what a recording left behind: on the device, or on the host under
// /data/work.
var moved = map[string]map[string]string{
	"file-send-1k.cli":            {"/data/local/tmp/s_k1.bin": k1},
	"file-send-1k.raw":            {"/data/local/tmp/s_k1.bin.raw": k1},
	"file-send-1m.cli":            {"/data/local/tmp/s_m1.bin": m1},
	"file-send-1m.raw":            {"/data/local/tmp/s_m1.bin.raw": m1},
	"file-send-cwd.raw":           {"/data/local/tmp/s_cwd.bin": k1},
	"file-send-dir.cli":           {"/data/local/tmp/s_dir/one.txt": "one\n", "/data/local/tmp/s_dir/sub/two.txt": "two\n"},
	"file-send-dir.raw":           {"/data/local/tmp/s_dir.raw/one.txt": "one\n", "/data/local/tmp/s_dir.raw/sub/two.txt": "two\n"},
	"file-send-empty.cli":         {"/data/local/tmp/s_empty.bin": ""},
	"file-send-empty.raw":         {"/data/local/tmp/s_empty.bin.raw": ""},
	"file-send-lz4.cli":           {"/data/local/tmp/s_z.bin": m1},
	"file-send-lz4.raw":           {"/data/local/tmp/s_z.bin.raw": m1},
	"file-send-unicode-space.cli": {"/data/local/tmp/s_uni.txt": "umlaut\n"},
	"file-send-unicode-space.raw": {"/data/local/tmp/s_uni.txt.raw": "umlaut\n"},
	"file-send-unkeyed.cli":       {"/data/local/tmp/s_u.bin": k1},
	"file-recv-1k.raw":            {"/data/work/r_k1.bin.raw": k1},
	"file-recv-1m.raw":            {"/data/work/r_m1.bin.raw": m1},
	"file-recv-dir.raw":           {"/data/work/r_dir.raw/one.txt": "one\n", "/data/work/r_dir.raw/sub/two.txt": "two\n"},
}

// noBM is what the recorded device says of a bm that it does not have.
const noBM = "/bin/sh: 1: bm: not found\n"

// bmText is what bm printed in a recording.
func bmText(r *transcripts.Recording) string {
	switch {
	case strings.HasPrefix(r.Name, "install-bm-stub-ok"):
		return "install bundle successfully.\n"
	case strings.HasPrefix(r.Name, "install-bm-stub-fails"):
		return "error: failed to install bundle.\ncode:9568320\nerror: no signature file.\n"
	case strings.HasPrefix(r.Name, "uninstall-bm-stub-ok"):
		return "uninstall bundle successfully.\n"
	case strings.HasPrefix(r.Name, "uninstall-bad-name"):
		// The shell ran what followed the semicolon, in a folder that the
		// recordings before had filled.
		_, said, _ := bytes.Cut(r.Stream(0, true), []byte("msg:"+strings.TrimSuffix(noBM, "\n")))
		listed, _, _ := bytes.Cut(said, []byte("\r\n"))
		return noBM + strings.TrimPrefix(strings.ReplaceAll(string(listed), " ", "\n"), "\n")
	}
	return noBM
}

// bmLine is how hdcd calls bm, in all of the recordings.
var bmLine = regexp.MustCompile(`^bm (install (-r )?-p /data/local/tmp/[0-9a-f]{9}\.(hap|hsp)|uninstall -n (com\.example\.app|com\.example;ls)?)$`)

func TestRecordedClientsMoveFilesAndApps(t *testing.T) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.LoadFiles(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			t.Run(version+"/"+r.Name, func(t *testing.T) {
				host, device := replay(t, r)
				if version == "2.0.0a" && strings.HasPrefix(r.Name, "file-send-lz4") {
					return // it hangs
				}
				for name, want := range moved[r.Name] {
					from := device
					if strings.HasPrefix(name, "/data/work/") {
						from = host
					}
					if got, there := from.content(name); !there || got != want {
						t.Errorf("%s holds %d bytes (%v), want %d", name, len(got), there, len(want))
					}
				}
				for _, name := range device.names("/data/local/tmp") {
					if strings.HasSuffix(name, ".hap") {
						t.Errorf("%s was left on the device", name)
					}
				}
			})
		}
	}
}

// sentTime is the mtime in a recorded client's announcement of a file, which
// follows the frame's command, the size and the atime.
func sentTime(t *testing.T, r *transcripts.Recording) time.Time {
	t.Helper()
	_, config, found := bytes.Cut(r.Stream(0, false), []byte("\xb9\x0b"))
	if !found {
		t.Fatal("the client announces no file")
	}
	var n uint64
	for range 3 {
		value, size := binary.Uvarint(config[1:])
		if size <= 0 {
			t.Fatal("a number is cut")
		}
		n, config = value, config[1+size:]
	}
	return time.Unix(0, int64(n))
}

func TestTheTimeOfAFileIsKept(t *testing.T) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.LoadFiles(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if !strings.HasPrefix(r.Name, "file-send-keep-mtime") {
				continue
			}
			t.Run(version+"/"+r.Name, func(t *testing.T) {
				name, want := "/data/local/tmp/s_a.bin.raw", time.Unix(1_700_000_000, 0)
				if r.Name == "file-send-keep-mtime.cli" {
					name, want = "/data/local/tmp/s_a.bin", sentTime(t, r)
				}
				if _, device := replay(t, r); !device.changed(name).Equal(want) {
					t.Errorf("%v, want %v", device.changed(name), want)
				}
			})
		}
	}
}

func TestSendingNothingLosesTheTarget(t *testing.T) {
	server := hdcd.New(hdcd.Options{CloseDelay: -1, Host: recordedHost()})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	server.Attach(&storing{&device{key: first, t: t}, recordedDevice()})
	if got := ask(t, server, first, "file send"); got != "" {
		t.Errorf("%q", got)
	}
	if got := ask(t, server, "", "list targets -v"); !strings.Contains(got, "\tOffline\t") {
		t.Errorf("%q", got)
	}
	if got := ask(t, server, "", "tconn "+first); got != "Connect OK\r\n" {
		t.Errorf("%q", got)
	}
}
