// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// diskDevice is a device whose files are in a folder of this machine.
type diskDevice struct {
	device
	root string
}

func (d *diskDevice) at(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

func (d *diskDevice) StatFile(name string) (fs.FileInfo, error)      { return os.Stat(d.at(name)) }
func (d *diskDevice) ListFiles(name string) ([]fs.DirEntry, error)   { return os.ReadDir(d.at(name)) }
func (d *diskDevice) OpenFile(name string) (io.ReadCloser, error)    { return os.Open(d.at(name)) }
func (d *diskDevice) CreateFile(name string) (io.WriteCloser, error) { return os.Create(d.at(name)) }
func (d *diskDevice) MakeDir(name string) error                      { return os.MkdirAll(d.at(name), 0o755) }
func (d *diskDevice) TouchFile(name string, changed time.Time) error {
	return os.Chtimes(d.at(name), changed, changed)
}
func (d *diskDevice) RemoveFile(name string) error { return os.RemoveAll(d.at(name)) }

// sum is the device's sha256sum.
func (d *diskDevice) sum(_ context.Context, command string, out io.Writer) int {
	name, ok := strings.CutPrefix(command, "sha256sum ")
	b, err := os.ReadFile(d.at(strings.Trim(name, "'")))
	if !ok || err != nil {
		return 127
	}
	fmt.Fprintf(out, "%x  %s\n", sha256.Sum256(b), name)
	return 0
}

// withDisk starts a simulated server with such a device.
func withDisk(t *testing.T, o hdcd.Options, mode hdc.FileMode) *hdc.Client {
	t.Helper()
	server := hdcd.New(o)
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := &diskDevice{device: device{key: key}, root: t.TempDir()}
	d.run = d.sum
	if err := d.MakeDir("/data/local/tmp"); err != nil {
		t.Fatal(err)
	}
	server.Attach(d)
	return hdc.New(hdc.Options{Addr: server.Addr(), Files: mode})
}

// TestFilesThereAndBack sends files of all sizes to the simulated server and
// fetches them again, by server and by client.
func TestFilesThereAndBack(t *testing.T) {
	modes := map[string]hdc.FileMode{"by server": hdc.FilesByServer, "by client": hdc.FilesByClient}
	for _, version := range transcripts.Versions() {
		for name, mode := range modes {
			t.Run(version+" "+name, func(t *testing.T) {
				c := withDisk(t, hdcd.Options{Version: version, CloseDelay: -1}, mode)
				for _, size := range []int{0, 1, 49151, 49152, 49153, 418611, 3 << 20} {
					there, back := filepath.Join(t.TempDir(), "ä b.bin"), filepath.Join(t.TempDir(), "back.bin")
					content := bytes.Repeat([]byte("0123456"), size/7+1)[:size]
					if err := os.WriteFile(there, content, 0o600); err != nil {
						t.Fatal(err)
					}
					sent, err := c.Send(t.Context(), key, there, "/data/local/tmp/", hdc.FileOptions{})
					if err != nil || sent.Checked != hdc.SameSum {
						t.Fatalf("send %d bytes: %+v, %v", size, sent, err)
					}
					got, err := c.Receive(t.Context(), key, sent.Path, back, hdc.FileOptions{})
					if err != nil || got.Checked != hdc.SameSum || got.ByClient != (mode == hdc.FilesByClient) {
						t.Fatalf("receive %d bytes: %+v, %v", size, got, err)
					}
					if b, err := os.ReadFile(back); err != nil || !bytes.Equal(b, content) {
						t.Fatalf("%d bytes came back as %d, %v", size, len(b), err)
					}
				}
			})
		}
	}
}

// TestFaultsOfATransfer drops and cuts transfers: nothing hangs, nothing is
// taken for success, and no part is left.
func TestFaultsOfATransfer(t *testing.T) {
	for name, fault := range map[string]hdcd.Fault{"dropped": hdcd.Drop, "truncated": hdcd.Truncate, "oversize": hdcd.Oversize} {
		for _, mode := range []hdc.FileMode{hdc.FilesByServer, hdc.FilesByClient} {
			t.Run(fmt.Sprintf("%s/%d", name, mode), func(t *testing.T) {
				c := withDisk(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
					if strings.HasPrefix(p.Command, "file ") {
						return fault
					}
					return hdcd.None
				}}, mode)
				var lost *hdc.LostError
				if _, err := c.Send(t.Context(), key, keep(t, "k", 1<<20), "/data/local/tmp/k", hdc.FileOptions{}); !errors.As(err, &lost) {
					t.Errorf("send: %v (%T)", err, err)
				}
				local := filepath.Join(t.TempDir(), "k")
				if _, err := c.Receive(t.Context(), key, "/data/local/tmp/k", local, hdc.FileOptions{}); !errors.As(err, &lost) {
					t.Errorf("receive: %v (%T)", err, err)
				}
				wantOnly(t, local)
			})
		}
	}
	t.Run("hanging", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := withDisk(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
			if strings.HasPrefix(p.Command, "file ") {
				cancel()
				return hdcd.Hang
			}
			return hdcd.None
		}}, hdc.FilesByClient)
		if _, err := c.Send(ctx, key, keep(t, "k", 16), "/data/local/tmp/k", hdc.FileOptions{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
