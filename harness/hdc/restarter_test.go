// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// touchyDisk calls touched with each piece that moves.
type touchyDisk struct {
	*diskDevice
	touched func()
}

func (d *touchyDisk) OpenFile(name string) (io.ReadCloser, error) {
	file, err := d.diskDevice.OpenFile(name)
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(file, d), file}, err
}

func (d *touchyDisk) CreateFile(name string) (io.WriteCloser, error) {
	file, err := d.diskDevice.CreateFile(name)
	return struct {
		io.Writer
		io.Closer
	}{io.MultiWriter(d, file), file}, err
}

// Write sees a piece pass.
func (d *touchyDisk) Write(b []byte) (int, error) {
	d.touched()
	return len(b), nil
}

// restarter is a server that ends and starts again, on the same address and
// with the same device, when a command comes for the first time.
type restarter struct {
	t      *testing.T
	device *touchyDisk
	addr   string
	verb   string
	once   sync.Once
	done   chan struct{}

	mu     sync.Mutex
	server *hdcd.Server
}

func newRestarter(t *testing.T, verb string) *restarter {
	t.Helper()
	r := &restarter{t: t, verb: verb, done: make(chan struct{})}
	r.device = &touchyDisk{diskDevice: &diskDevice{device: device{key: key}, root: t.TempDir()}, touched: func() {}}
	r.device.run = func(ctx context.Context, command string, out io.Writer) int {
		if strings.HasPrefix(command, "sha256sum ") {
			return r.device.sum(ctx, command, out)
		}
		return echoes(ctx, command, out)
	}
	if err := r.device.MakeDir("/data/local/tmp"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.device.at("/data/local/tmp/there.bin"), make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start("127.0.0.1:0")
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.server.Close()
	})
	return r
}

func (r *restarter) start(addr string) {
	server := hdcd.New(hdcd.Options{CloseDelay: -1, Fault: r.fault})
	if err := server.Start(addr); err != nil {
		r.t.Errorf("start: %v", err)
	}
	server.Attach(r.device)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.server, r.addr = server, server.Addr()
}

// fault holds the command's answer back while the server goes.
func (r *restarter) fault(p hdcd.Point) hdcd.Fault {
	if p.Greeting || r.verb == "" || !strings.HasPrefix(p.Command, r.verb) {
		return hdcd.None
	}
	fault := hdcd.None
	r.once.Do(func() { fault = hdcd.Hang; go r.restart() })
	return fault
}

func (r *restarter) restart() {
	r.mu.Lock()
	old := r.server
	r.mu.Unlock()
	old.Close()
	r.start(r.addr)
	close(r.done)
}

// wait waits until the server has started again.
func (r *restarter) wait() {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(20 * time.Second):
		r.t.Fatalf("the command %q never came", r.verb)
	}
}
