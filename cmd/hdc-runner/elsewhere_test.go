// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"io/fs"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// otherLoopback plays the loopback of the machine on which the hdc server seems
// to run.
const otherLoopback = "127.0.0.2"

// elsewhere has the hdc server run on another machine: its loopback is another
// one, and its disk has none of our files.
func elsewhere(o *hdcd.Options) { o.Loopback, o.Host = otherLoopback, noDisk{} }

// setFar sets $HDC to an address of the server that is none of the loopback, and
// $HUB to the first of some ports that are free on both loopbacks.
func setFar(ts *testscript.TestScript, addr string) {
	_, port, err := net.SplitHostPort(addr)
	ts.Check(err)
	ts.Setenv("HDC", net.JoinHostPort("0.0.0.0", port))
	const enough = 4
search:
	// Below the ports that devices listen on, which share this loopback.
	for first := 12000; first < 19000; first += enough {
		for n := range enough {
			l, err := net.Listen("tcp", net.JoinHostPort("0.0.0.0", strconv.Itoa(first+n)))
			if err != nil {
				continue search
			}
			ts.Check(l.Close())
		}
		ts.Setenv("HUB", strconv.Itoa(first))
		return
	}
	ts.Fatalf("no %d ports in a row are free", enough)
}

// cmdTunnel plays `ssh -R` between the two machines.
func cmdTunnel(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "tunnel PORT N")
	first, err := strconv.Atoi(args[0])
	ts.Check(err)
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	var group sync.WaitGroup
	ts.Defer(group.Wait) // once all are closed, which is deferred later
	for n := range count {
		port := strconv.Itoa(first + n)
		l, err := net.Listen("tcp", net.JoinHostPort(otherLoopback, port))
		ts.Check(err)
		ts.Defer(func() { _ = l.Close() })
		group.Go(func() {
			for {
				near, err := l.Accept()
				if err != nil {
					return
				}
				group.Go(func() { join(near, net.JoinHostPort("127.0.0.1", port)) })
			}
		})
	}
}

// join carries one connection until either side ends it.
func join(near net.Conn, to string) {
	defer func() { _ = near.Close() }()
	far, err := net.DialTimeout("tcp", to, 10*time.Second)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}()
	_, _ = io.Copy(far, near)
	_ = far.Close()
	<-back
}

// noDisk is the disk of a machine that has none of our files.
type noDisk struct{}

func absent(name string) error { return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist} }

func (noDisk) StatFile(name string) (fs.FileInfo, error)      { return nil, absent(name) }
func (noDisk) ListFiles(name string) ([]fs.DirEntry, error)   { return nil, absent(name) }
func (noDisk) OpenFile(name string) (io.ReadCloser, error)    { return nil, absent(name) }
func (noDisk) CreateFile(name string) (io.WriteCloser, error) { return nil, absent(name) }
func (noDisk) MakeDir(name string) error                      { return absent(name) }
func (noDisk) TouchFile(name string, changed time.Time) error { return absent(name) }
func (noDisk) RemoveFile(name string) error                   { return absent(name) }
