// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// unit is what the recorded files are made of.
const unit = "0123456789abcde\n"

// TestSendByClient compares every byte with what the real client sent.
func TestSendByClient(t *testing.T) {
	tests := []struct {
		version, recording, name, remote string
		size                             int
	}{
		{"2.0.0a", "file-send-1k.cli", "k1.bin", "/data/local/tmp/s_k1.bin", 1024},
		{"3.1.0e", "file-send-1k.cli", "k1.bin", "/data/local/tmp/s_k1.bin", 1024},
		{"3.2.0f", "file-send-1k.cli", "k1.bin", "/data/local/tmp/s_k1.bin", 1024},
		{"3.2.0f", "file-send-empty.cli", "empty.bin", "/data/local/tmp/s_empty.bin", 0},
		{"2.0.0a", "file-send-1m.cli", "m1.bin", "/data/local/tmp/s_m1.bin", 1 << 20},
		{"3.2.0f", "file-send-1m.cli", "m1.bin", "/data/local/tmp/s_m1.bin", 1 << 20},
	}
	for _, test := range tests {
		t.Run(test.version+"/"+test.recording, func(t *testing.T) {
			r := loadFileOf(t, test.version, test.recording)
			addr, sent := talk(t, bare, r)
			local := keep(t, test.name, test.size)
			var last int64 = -1
			done, err := byClient(addr).Send(t.Context(), key, local, test.remote, hdc.FileOptions{
				Progress: func(n, total int64) {
					if n < last || total != int64(test.size) {
						t.Errorf("progress %d of %d behind %d", n, total, last)
					}
					last = n
				}})
			if err != nil {
				t.Fatal(err)
			}
			if last != int64(test.size) || done.Bytes != last || !done.ByClient || done.Checked != hdc.Unchecked || !strings.Contains(done.Why, "not there") {
				t.Errorf("%+v after progress to %d", done, last)
			}
			got, want := arrives(t, "what the client sent", sent), inFolder(r.Stream(0, false), filepath.Dir(local))
			if !bytes.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Errorf("sent %d bytes, the recorded client %d; they differ from %d on: %.60q, want %.60q", len(got), len(want), i, got[i:], want[i:])
			}
		})
	}
}

// TestReceiveByClient plays real servers. The command has the name of a part.
func TestReceiveByClient(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) { receive(t, loadFileOf(t, version, "file-recv-1k.cli"), 1024) })
	}
	t.Run("1 MiB", func(t *testing.T) { receive(t, loadFile(t, "file-recv-1m.cli"), 1<<20) })
}

func receive(t *testing.T, r *transcripts.Recording, size int) {
	t.Helper()
	want := strings.Repeat(unit, size/len(unit))
	sum := sha256.Sum256([]byte(want))
	addr, sent := talk(t, func(command string) (string, int) {
		if command != "sha256sum /data/local/tmp/x.bin" {
			t.Errorf("the device was asked for %q", command)
		}
		return hex.EncodeToString(sum[:]) + "  /data/local/tmp/x.bin\n", 0
	}, r)
	local := filepath.Join(t.TempDir(), "x.bin")
	done, err := byClient(addr).Receive(t.Context(), key, "/data/local/tmp/x.bin", local, hdc.FileOptions{})
	if err != nil || done.Checked != hdc.SameSum || done.Bytes != int64(size) || done.Path != local {
		t.Fatalf("%+v, %v", done, err)
	}
	got, err := os.ReadFile(local)
	if err != nil || string(got) != want {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	// What follows the command is the same byte for byte.
	theirs := r.Stream(0, false)
	tail := theirs[bytes.Index(theirs, []byte("recv remote")):]
	tail = tail[bytes.IndexByte(tail, 0)+1:]
	if got := arrives(t, "what the client sent", sent); !bytes.HasSuffix(got, tail) {
		t.Errorf("sent %q, the recorded client %q at the end", got, tail)
	}
	wantOnly(t, local)
}

func TestSendByServer(t *testing.T) {
	for _, version := range transcripts.Versions() {
		t.Run(version, func(t *testing.T) {
			addr, sent := talk(t, func(command string) (string, int) {
				if strings.HasPrefix(command, "stat ") {
					return "1024\n", 0
				}
				return bare(command)
			}, loadFileOf(t, version, "file-send-1k.raw"))
			local := keep(t, "k 1.bin", 1024)
			done, err := client(addr).Send(t.Context(), key, local, "/data/local/tmp/", hdc.FileOptions{})
			if err != nil || done.ByClient || done.Checked != hdc.SameSize || done.Path != "/data/local/tmp/k 1.bin" {
				t.Fatalf("%+v, %v", done, err)
			}
			want := fmt.Sprintf("file send %q \"/data/local/tmp/k 1.bin\"\x00", local)
			if got := arrives(t, "what the client sent", sent); !bytes.HasSuffix(got, []byte(want)) {
				t.Errorf("sent %q, want %q at the end", got, want)
			}
		})
	}
}

// TestAServerWithAnotherDisk lets the client do it where the server misses a
// file that is here, or writes one that is not here afterwards.
func TestAServerWithAnotherDisk(t *testing.T) {
	local := keep(t, "nosuch.bin", 1024)
	missing, send := loadFile(t, "file-send-missing.raw"), loadFile(t, "file-send-1k.cli")
	for i, e := range missing.Events {
		missing.Events[i].Data = reframe(bytes.ReplaceAll(e.Data, []byte("/data/work/nosuch.bin"), []byte(local)), e)
	}
	addr, _ := talk(t, bare, missing, send)
	if done, err := client(addr).Send(t.Context(), key, local, "/data/local/tmp/x", hdc.FileOptions{}); err != nil || !done.ByClient {
		t.Errorf("send: %+v, %v", done, err)
	}
	addr, _ = talk(t, bare, loadFile(t, "file-recv-1k.raw"), loadFile(t, "file-recv-1k.cli"))
	path := filepath.Join(t.TempDir(), "x")
	done, err := client(addr).Receive(t.Context(), key, "/data/local/tmp/x", path, hdc.FileOptions{})
	if err != nil || !done.ByClient || done.Bytes != 1024 {
		t.Errorf("receive: %+v, %v", done, err)
	}
	addr, _ = talk(t, bare, loadFile(t, "file-recv-1k.raw"))
	c := hdc.New(hdc.Options{Addr: addr, Files: hdc.FilesByServer})
	var file *hdc.FileError
	if _, err := c.Receive(t.Context(), key, "/data/local/tmp/x", path, hdc.FileOptions{}); !errors.As(err, &file) || !file.Local {
		t.Errorf("a server that was chosen: %v", err)
	}
}

func TestFilesThatRealServersRefuse(t *testing.T) {
	tests := []struct {
		recording string
		receive   bool
		mode      hdc.FileMode
		problem   hdc.FileProblem
		is        error
		says      string
	}{
		{"file-send-missing.raw", false, hdc.FilesByServer, hdc.FileMissing, fs.ErrNotExist, "mkdir -p"},
		{"file-send-remote-dir-missing.raw", false, hdc.FilesByServer, hdc.FileMissing, fs.ErrNotExist, "mkdir -p"},
		{"file-send-remote-dir-missing.cli", false, hdc.FilesByClient, hdc.FileMissing, fs.ErrNotExist, "mkdir -p"},
		{"file-send-no-permission-local.raw", false, hdc.FilesByServer, hdc.FileDenied, fs.ErrPermission, "permission denied"},
		{"file-send-no-permission-remote.raw", false, hdc.FilesByServer, hdc.FileDenied, fs.ErrPermission, "/data/local/tmp"},
		{"file-send-no-permission-remote.cli", false, hdc.FilesByClient, hdc.FileDenied, fs.ErrPermission, "/data/local/tmp"},
		{"file-send-sync-older.raw", false, hdc.FilesByServer, hdc.FileNotNewer, nil, "it was left alone"},
		{"file-send-empty-dir.raw", false, hdc.FilesByServer, hdc.FileOther, nil, "source folder is empty"},
		{"file-recv-missing.raw", true, hdc.FilesByServer, hdc.FileMissing, fs.ErrNotExist, "nosuch.bin on the device: Error opening file: no such file or directory: check the path; ls on the device shows what is there"},
		{"file-recv-missing.cli", true, hdc.FilesByClient, hdc.FileMissing, fs.ErrNotExist, "no such file or directory: check the path; ls on the device shows what is there"},
		{"file-recv-no-permission-remote.raw", true, hdc.FilesByServer, hdc.FileDenied, fs.ErrPermission, "secret.bin"},
		{"file-recv-no-permission-remote.cli", true, hdc.FilesByClient, hdc.FileDenied, fs.ErrPermission, "secret.bin"},
		{"file-recv-no-permission-local.raw", true, hdc.FilesByServer, hdc.FileDenied, fs.ErrPermission, "/etc/r_x.bin"},
	}
	for _, test := range tests {
		t.Run(test.recording, func(t *testing.T) {
			addr, _ := talk(t, bare, loadFile(t, test.recording))
			c := hdc.New(hdc.Options{Addr: addr, HandshakeWait: -1, Files: test.mode})
			local := keep(t, "k1.bin", 1024)
			var err error
			if test.receive {
				_, err = c.Receive(t.Context(), key, "/data/local/tmp/x", local, hdc.FileOptions{})
				wantOnly(t, local)
			} else {
				_, err = c.Send(t.Context(), key, local, "/data/local/tmp/x", hdc.FileOptions{})
			}
			var file *hdc.FileError
			if !errors.As(err, &file) || file.Problem != test.problem || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v (%T), want problem %d and %q", err, err, test.problem, test.says)
			}
		})
	}
	t.Run("a folder", func(t *testing.T) {
		addr, _ := talk(t, bare, loadFile(t, "file-recv-dir.cli"))
		_, err := byClient(addr).Receive(t.Context(), key, "/data/local/tmp/ddir", filepath.Join(t.TempDir(), "d"), hdc.FileOptions{})
		if err == nil || !strings.Contains(err.Error(), "folder") {
			t.Error(err)
		}
	})
	t.Run("wrong key", func(t *testing.T) {
		var target *hdc.TargetError
		for _, c := range []*hdc.Client{client(play(t, "", load(t, "3.2.0f", "shell-wrong-key.raw")).addr), byClient(play(t, "", load(t, "3.2.0f", "shell-wrong-key.raw")).addr)} {
			if _, err := c.Send(t.Context(), "nosuchkey", keep(t, "k", 16), "/data/local/tmp/x", hdc.FileOptions{}); !errors.As(err, &target) {
				t.Error(err)
			}
		}
	})
}

func TestFilesThatAreNotSent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	good := keep(t, "k1.bin", 16)
	dash := keep(t, "-rf", 16)
	tests := map[string][2]string{
		"no remote path":       {good, ""},
		"a relative one":       {good, "x.bin"},
		"a quote in it":        {good, `/data/local/tmp/a"b`},
		"a line break in it":   {good, "/data/local/tmp/a\nb"},
		"an option":            {dash, "/data/local/tmp/x"},
		"a folder":             {filepath.Dir(good), "/data/local/tmp/x"},
		"a remote option":      {good, "/data/local/tmp/-x"},
		"a missing local file": {good + ".missing", "/data/local/tmp/x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var argument *hdc.ArgumentError
			_, err := c.Send(t.Context(), key, test[0], test[1], hdc.FileOptions{})
			if !errors.As(err, &argument) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v (%T)", err, err)
			}
		})
	}
}

func TestFilesThatDiffer(t *testing.T) {
	for _, shell := range []func(string) (string, int){
		func(string) (string, int) { return strings.Repeat("0", 64) + "  x\n", 0 },
		func(command string) (string, int) {
			if strings.HasPrefix(command, "stat") {
				return "1023\n", 0
			}
			return bare(command)
		},
	} {
		addr, _ := talk(t, shell, loadFile(t, "file-send-1k.raw"))
		var differ *hdc.VerifyError
		if _, err := client(addr).Send(t.Context(), key, keep(t, "k1.bin", 1024), "/data/local/tmp/x", hdc.FileOptions{}); !errors.As(err, &differ) {
			t.Errorf("%v (%T)", err, err)
		}
	}
}
