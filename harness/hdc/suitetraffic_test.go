// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// echoServer sends back what comes, on a port of this machine.
func echoServer(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); group.Wait() })
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(patience))
				_, _ = io.Copy(conn, conn)
			})
		}
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// echoed sends a mebibyte to a port of this machine and wants it back.
func echoed(port int) error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), patience)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	sent, got := make([]byte, 1<<20), make([]byte, 1<<20)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(sent)
	written := make(chan error, 1)
	go func() {
		_, err := conn.Write(sent)
		written <- err
	}()
	n, err := io.ReadFull(conn, got)
	_ = conn.Close() // ends the writer, too
	if err := errors.Join(err, <-written); err != nil {
		return fmt.Errorf("%d bytes came back: %w", n, err)
	}
	if !bytes.Equal(got, sent) {
		return errors.New("other bytes came back")
	}
	return nil
}

// twoPorts are free ones.
func twoPorts(t *testing.T) (int, int) {
	t.Helper()
	a, b := freePort(t), freePort(t)
	for a == b {
		b = freePort(t)
	}
	return a, b
}

// carries sends bytes through a forward and back: to a port of the device, from
// which a reverse rule leads to an echo server here, since nobody on the device
// can be asked to be one.
func carries(t *testing.T, c *hdc.Client, key string) error {
	far := echoServer(t)
	device, near := twoPorts(t)
	reverse, err := c.Reverse(t.Context(), key, device, far)
	if err != nil {
		return err
	}
	defer func() { _ = reverse.Remove(t.Context()) }()
	forward, err := c.Forward(t.Context(), key, near, device)
	if err != nil {
		return err
	}
	defer func() { _ = forward.Remove(t.Context()) }()
	return echoed(near)
}

// logFollowed takes a line of a log that goes on, and leaves it.
func logFollowed(t *testing.T, c *hdc.Client, key string) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var exit *hdc.LogExitError
	for line, err := range c.Logs(ctx, key, hdc.LogFilter{}) {
		switch {
		case errors.As(err, &exit) && exit.Exit == 127:
			t.Skipf("the target does not offer hilog to this user: %v", err)
		case err != nil:
			return err
		case line.Time != "" && line.Level != "" && line.Tag != "":
			// The shell goes on where the log was left.
			return ran(t, c, key, hdc.Cmd("echo", "a"), "a\n", 0)
		}
	}
	if ctx.Err() == nil {
		return errors.New("the log ended by itself")
	}
	t.Skipf("the target logged nothing within %v: use it meanwhile, or raise its level: hdc shell hilog -b I", patience)
	return nil
}
