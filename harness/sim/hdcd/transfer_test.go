// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// Commands of a transfer's frames.
const (
	fileInit, fileCheck, fileBegin, fileData, fileFinish = 3000, 3001, 3002, 3003, 3004
	appInit, appCheck, appBegin, appData, appFinish      = 3500, 3501, 3502, 3503, 3504
)

// talk is a client in the middle of a transfer.
type talk struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func converse(t *testing.T, server *hdcd.Server, line string) *talk {
	t.Helper()
	conn := dial(t, server.Addr())
	shake(t, conn, first, 'H')
	send(t, conn, line)
	return &talk{t, conn, bufio.NewReader(conn)}
}

func (c *talk) put(command uint16, body string) {
	c.t.Helper()
	b := binary.BigEndian.AppendUint32(nil, uint32(2+len(body)))
	if _, err := c.conn.Write(append(binary.LittleEndian.AppendUint16(b, command), body...)); err != nil {
		c.t.Fatal(err)
	}
}

// get reads a frame of that command.
func (c *talk) get(command uint16) string {
	c.t.Helper()
	f := c.frame()
	if len(f) < 2 || binary.LittleEndian.Uint16(f) != command {
		c.t.Fatalf("got %q, want a frame of command %d", clip(f), command)
	}
	return string(f[2:])
}

func (c *talk) frame() []byte {
	c.t.Helper()
	var head [4]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	f := make([]byte, binary.BigEndian.Uint32(head[:]))
	if _, err := io.ReadFull(c.in, f); err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	return f
}

// rest is what comes until the server ends.
func (c *talk) rest() string {
	c.t.Helper()
	b, err := io.ReadAll(c.in)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

// announce is the body of a CHECK frame.
func announce(path, name string, size int) string {
	b := binary.AppendUvarint([]byte{0x08}, uint64(size))
	text := func(field byte, s string) {
		b = append(binary.AppendUvarint(append(b, field<<3|2), uint64(len(s))), s...)
	}
	text(5, path)
	text(6, name)
	return string(b)
}

// chunk is the body of a DATA frame.
func chunk(index int, content string) string {
	b := binary.AppendUvarint([]byte{0x08}, uint64(index))
	b = binary.AppendUvarint(append(b, 0x10, 0, 0x18), uint64(len(content)))
	b = binary.AppendUvarint(append(b, 0x20), uint64(len(content)))
	return string(append(b, make([]byte, 64-len(b))...)) + content
}

// storingServer is a server with files on both sides.
func storingServer(t *testing.T, fault hdcd.Fault, alter ...func(*hdcd.Options)) (*hdcd.Server, *disk) {
	t.Helper()
	o := hdcd.Options{CloseDelay: -1, Host: recordedHost(), Fault: func(p hdcd.Point) hdcd.Fault {
		if strings.HasPrefix(p.Command, "file ") {
			return fault
		}
		return hdcd.None
	}}
	for _, f := range alter {
		f(&o)
	}
	server := hdcd.New(o)
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	held := recordedDevice()
	server.Attach(&storing{&device{key: first, t: t, bm: "install bundle successfully.\n"}, held})
	return server, held
}

func offline(t *testing.T, server *hdcd.Server) bool {
	t.Helper()
	return strings.Contains(ask(t, server, "", "list targets -v"), first+"\t\tTCP\tOffline\t")
}

func TestFaultsInTheMiddleOfATransfer(t *testing.T) {
	// Each returns what came after the transfer had begun.
	moves := map[string]func(*testing.T, *hdcd.Server) string{
		"send by frames": func(t *testing.T, s *hdcd.Server) string {
			c := converse(t, s, `file send remote -cwd "/data/work/" m1.bin /data/local/tmp/x`)
			c.get(fileInit)
			c.put(fileCheck, announce("/data/local/tmp/x", "m1.bin", len(m1)))
			c.get(fileBegin)
			c.put(fileData, chunk(0, m1[:1000]))
			return c.rest()
		},
		"receive by frames": func(t *testing.T, s *hdcd.Server) string {
			c := converse(t, s, `file recv remote -cwd "/data/work/" /data/local/tmp/m1.bin x`)
			c.get(fileCheck)
			c.put(fileBegin, "\x05\x00\x00\x00\x00\x00\x00\x00")
			return c.rest()
		},
		"send by the server": func(t *testing.T, s *hdcd.Server) string {
			return converse(t, s, "file send /data/work/m1.bin /data/local/tmp/x").rest()
		},
		"receive by the server": func(t *testing.T, s *hdcd.Server) string {
			return converse(t, s, "file recv /data/local/tmp/m1.bin /data/work/x").rest()
		},
	}
	for name, move := range moves {
		t.Run(name+", cut", func(t *testing.T) {
			server, _ := storingServer(t, hdcd.CutTransfer)
			got := move(t, server)
			if len(got) < 5 || len(got)-4 >= int(binary.BigEndian.Uint32([]byte(got))) {
				t.Errorf("the channel does not end inside a frame: %q", clip([]byte(got)))
			}
			if offline(t, server) {
				t.Error("the target is offline")
			}
		})
		t.Run(name+", device gone", func(t *testing.T) {
			server, _ := storingServer(t, hdcd.Vanish)
			if got := move(t, server); strings.Contains(got, "FileTransfer") || strings.Contains(got, "[Fail]") {
				t.Errorf("a text came: %q", clip([]byte(got)))
			}
			if !offline(t, server) {
				t.Error("the target is not offline")
			}
			if got := ask(t, server, "", "tconn "+first); got != "Connect OK\r\n" {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestASlowLinkTakesItsTime(t *testing.T) {
	for name, line := range map[string]string{
		"send":    "file send /data/work/k1.bin /data/local/tmp/x",
		"receive": "file recv /data/local/tmp/k1.bin /data/work/x",
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := storingServer(t, hdcd.Slow, func(o *hdcd.Options) { o.SlowRate = 20 << 10 })
			began := time.Now()
			if got := ask(t, server, first, line); !strings.HasPrefix(got, "FileTransfer finish, Size:1024,") {
				t.Errorf("%q", got)
			}
			if took := time.Since(began); took < 50*time.Millisecond {
				t.Errorf("1 KiB at 20 KiB a second took %v", took)
			}
		})
	}
}

func TestATransferEndsWithItsDeviceAndItsServer(t *testing.T) {
	for name, end := range map[string]func(*hdcd.Server){
		"the device vanishes": func(s *hdcd.Server) { s.Detach(first) },
		"the server ends":     func(s *hdcd.Server) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := storingServer(t, hdcd.None)
			c := converse(t, server, `file send remote -cwd "/data/work/" m1.bin /data/local/tmp/x`)
			c.get(fileInit)
			c.put(fileCheck, announce("/data/local/tmp/x", "m1.bin", len(m1)))
			c.get(fileBegin)
			c.put(fileData, chunk(0, m1[:1000]))
			end(server)
			if b, err := io.ReadAll(c.in); len(b) > 0 {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
}

func TestAFullDeviceStopsTheTransfer(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	held.room = 100 << 10
	got := ask(t, server, first, "file send /data/work/m1.bin /data/local/tmp/x")
	if want := "[Fail]Transfer Stop at:98304/1048576(Bytes), Reason: no space left on device\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNonsenseInATransferEndsIt(t *testing.T) {
	tests := map[string]func(*talk){
		"bytes before a file":     func(c *talk) { c.put(fileData, chunk(0, "x")) },
		"two files at once":       func(c *talk) { check(c, 9); c.put(fileCheck, announce("/data/local/tmp/y", "y", 1)) },
		"a config that is none":   func(c *talk) { c.put(fileCheck, "\xff\xff\xff") },
		"a config without end":    func(c *talk) { c.put(fileCheck, "\x2a\x7fx") },
		"a short header":          func(c *talk) { check(c, 9); c.put(fileData, "x") },
		"a wrong size":            func(c *talk) { check(c, 9); c.put(fileData, chunk(0, "123")[:66]) },
		"a wrong place":           func(c *talk) { check(c, 9); c.put(fileData, chunk(5, "123")) },
		"more than was announced": func(c *talk) { check(c, 2); c.put(fileData, chunk(0, "123")) },
		"an unknown command":      func(c *talk) { c.put(777, "") },
		"a frame of one byte":     func(c *talk) { _, _ = c.conn.Write([]byte{0, 0, 0, 1, 'x'}) },
	}
	for name, speak := range tests {
		t.Run(name, func(t *testing.T) {
			server, _ := storingServer(t, hdcd.None)
			c := converse(t, server, `file send remote -cwd "/w/" x /data/local/tmp/x`)
			c.get(fileInit)
			speak(c)
			if got := c.rest(); strings.Contains(got, "finish") {
				t.Errorf("%q", got)
			}
			if got := ask(t, server, first, "shell echo hi"); got != "hi\n" {
				t.Errorf("afterwards: %q", got)
			}
		})
	}
}

// check announces a file of n bytes.
func check(c *talk, n int) {
	c.t.Helper()
	c.put(fileCheck, announce("/data/local/tmp/x", "x", n))
	c.get(fileBegin)
}

func TestAFolderLandsInOneThatIsThere(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	for range 2 {
		if got := ask(t, server, first, "file send /data/work/dir /data/local/tmp/ddir"); !strings.HasPrefix(got, "FileTransfer finish, Size:8, File count = 2,") {
			t.Fatalf("%q", got)
		}
	}
	if got, _ := held.content("/data/local/tmp/ddir/dir/sub/two.txt"); got != "two\n" {
		t.Errorf("%q among %v", got, held.names("/data/local/tmp/ddir"))
	}
}
