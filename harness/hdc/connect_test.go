// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// answer starts a server that answers every command with the text, in one
// frame, and ends; before the second one it calls again. It returns its address.
func answer(t testing.TB, text string, again func()) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-ended })
	greeting := load(t, "3.2.0f", "version.raw").Stream(0, true)[:48]
	go func() {
		defer close(ended)
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if n == 1 {
				again()
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			_, _ = conn.Write(greeting)
			_, _ = readFrames(conn, 2)
			if text != "" {
				_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

// readFrames reads n frames with their headers.
func readFrames(r io.Reader, n int) ([]byte, error) {
	var all []byte
	for range n {
		payload, err := hdc.ReadFrame(r)
		if err != nil {
			return all, err
		}
		all = append(binary.BigEndian.AppendUint32(all, uint32(len(payload))), payload...)
	}
	return all, nil
}

func TestConnectOfRealServers(t *testing.T) {
	tests := []struct {
		name, addr string
		want       any
	}{
		{"tconn-ok.raw", key, nil},
		{"tconn-repeat.raw", key, nil},
		{"tconn-refused.raw", "127.0.0.1:5999", new(*hdc.ConnectError)},
		// The client lets these go to a server that refuses them in any case.
		{"tconn-bad-port.raw", "127.0.0.1:9999", new(*hdc.ConnectError)},
		{"tconn-bad-ip.raw", "199.1.1.1:5555", new(*hdc.ConnectError)},
		{"tconn-no-port.raw", "127.0.0.1:5555", new(*hdc.ConnectError)},
	}
	for _, version := range transcripts.Versions() {
		for _, test := range tests {
			t.Run(version+"/"+test.name, func(t *testing.T) {
				r := load(t, version, test.name)
				p := play(t, "", r)
				err := client(p.addr).Connect(t.Context(), test.addr)
				if test.want == nil && err != nil || test.want != nil && !errors.As(err, test.want) {
					t.Fatalf("%v (%T)", err, err)
				}
				if got := p.commands(); test.want == nil && !bytes.Equal(got[0], r.Stream(0, false)) {
					t.Errorf("sent %q, the recorded client %q", got[0], r.Stream(0, false))
				}
			})
		}
	}
	for _, addr := range []string{"", "phone:5555", "127.0.0.1", "127.0.0.1:0", "999.1.1.1:5555", "[::1]:5555", "127.0.0.1:99999", "1.2.3.4:5 -remove"} {
		var argument *hdc.ArgumentError
		if err := hdc.New(hdc.Options{Addr: "127.0.0.1:1"}).Connect(t.Context(), addr); !errors.As(err, &argument) {
			t.Errorf("%q: %v, want an *ArgumentError", addr, err)
		}
	}
}

// TestDisconnectOfRealServers plays removals; the list tells whether the silent
// end was success.
func TestDisconnectOfRealServers(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"tconn-remove-2.raw", "tconn-remove.raw", "tconn-remove-unknown.raw"} {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				p := play(t, "", load(t, version, name), load(t, version, "list-targets-v-removed.raw"))
				if err := client(p.addr).Disconnect(t.Context(), key); err != nil {
					t.Error(err)
				}
			})
		}
		t.Run(version+"/without effect", func(t *testing.T) {
			t.Parallel()
			p := play(t, "", load(t, version, "tconn-remove-2.raw"), load(t, version, "list-targets-v.raw"))
			c := hdc.New(hdc.Options{Addr: p.addr, Timeout: 500 * time.Millisecond})
			if err := c.Disconnect(t.Context(), key); err == nil {
				t.Error("no error although the target is still connected")
			}
		})
	}
}

func TestRebootWaitsUntilTheDeviceIsGone(t *testing.T) {
	boot, alive, gone := loadFile(t, "target-boot.raw"), load(t, "3.2.0f", "list-targets-v.raw"), load(t, "3.2.0f", "list-targets-v-after-death.raw")
	p := play(t, "", boot, alive, gone)
	if err := client(p.addr).Reboot(t.Context(), key); err != nil {
		t.Error(err)
	}
	if got := p.commands(); !bytes.Equal(got[0], boot.Stream(0, false)) {
		t.Errorf("sent %q, the recorded client %q", got[0], boot.Stream(0, false))
	}
	p = play(t, "", boot, alive)
	var target *hdc.TargetError
	c := hdc.New(hdc.Options{Addr: p.addr, Timeout: 500 * time.Millisecond})
	if err := c.Reboot(t.Context(), key); err == nil {
		t.Error("no error of a device that does not obey")
	}
	p = play(t, "", load(t, "3.2.0f", "shell-wrong-key.raw"))
	if err := client(p.addr).Reboot(t.Context(), "nosuchkey"); !errors.As(err, &target) || target.Kind != hdc.Unknown {
		t.Errorf("%v, want an unknown target", err)
	}
}
