// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

const (
	first  = "127.0.0.1:5555"
	second = "127.0.0.2:5555"
)

// device plays the recorded device.
type device struct {
	key string
	t   testing.TB
	// started is called when a command blocks.
	started func()
	// bm is what the bm tool prints.
	bm string
}

func (d *device) Key() string  { return d.key }
func (d *device) Name() string { return "localhost" }

func (d *device) Shell(ctx context.Context, command string, stdin io.Reader, out io.Writer) {
	text, known := outputs[command]
	if bmLine.MatchString(command) {
		text, known = d.bm, true
	}
	if !known {
		d.t.Errorf("the device was asked to run %q", command)
	}
	text, blocks := strings.CutSuffix(text, block)
	if _, err := io.WriteString(out, text); err != nil {
		d.t.Errorf("write output: %v", err)
	}
	if blocks {
		if d.started != nil {
			d.started()
		}
		<-ctx.Done()
	}
}

func TestRecordedClientsGetTheRecordedAnswers(t *testing.T) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.Load(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			t.Run(version+"/"+r.Name, func(t *testing.T) {
				switch {
				case len(r.Stream(0, true)) == 0:
					t.Skip("no channel in this recording: it shows the ends of a forward, or a local command")
				case apart[r.Name] != "":
					t.Skip(apart[r.Name])
				case version == "2.0.0a" && halfDead.MatchString(r.Name):
					t.Skip("a half-dead target of 2.0.0a is not simulated")
				}
				replay(t, r)
			})
		}
	}
}

// replay sends the recorded client's bytes and compares the server's. It
// returns what the server's machine and the device hold then.
func replay(t *testing.T, r *transcripts.Recording) (host, held *disk) {
	t.Parallel()
	host, held = recordedHost(), recordedDevice()
	var server *hdcd.Server
	waits := bytes.Count(r.Stream(0, false), []byte("wait\x00"))
	server = hdcd.New(hdcd.Options{Version: r.Version, CloseDelay: -1, Host: host, Fault: func(p hdcd.Point) hdcd.Fault {
		if p.Command != "wait" {
			return hdcd.None
		}
		// The device appears before it is asked for the last time.
		if waits--; waits == 0 && slices.Contains(stepsOf(r), "appears") {
			server.Attach(&device{key: first, t: t})
		}
		return hdcd.None
	}})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ports := freePorts(t, r)
	prepare(t, server, r, ports, held)

	conn := dial(t, server.Addr())
	want := ports.Replace(string(r.Stream(0, true)))
	var got []byte
	more := func(until int) {
		t.Helper()
		buf := make([]byte, 64<<10)
		for len(got) < until {
			n, err := conn.Read(buf)
			got = append(got, buf[:n]...)
			if err != nil {
				t.Fatalf("after %d of %d bytes: %v\ngot  %q\nwant %q", len(got), len(want), err, clip(got), clip([]byte(want)))
			}
		}
	}
	due := 0
	for _, e := range r.Events {
		switch {
		case e.Conn != 0 || e.End != "":
		case e.FromServer:
			due += len(e.Data)
		default:
			more(due)
			if _, err := conn.Write([]byte(ports.Replace(string(e.Data)))); err != nil {
				t.Fatalf("write: %v", err)
			}
		}
	}
	if !r.ServerEnds(0) {
		more(len(want))
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	rest, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("read to the end: %v", err)
	}
	got = append(got, rest...)
	if g, w := normal(t, r, got), normal(t, r, []byte(want)); g != w {
		t.Errorf("the server's frames differ\ngot  %s\nwant %s", clip([]byte(g)), clip([]byte(w)))
	}
	return host, held
}

// prepare brings the server into the state that the recording started from.
func prepare(t *testing.T, server *hdcd.Server, r *transcripts.Recording, ports *strings.Replacer, held *disk) {
	t.Helper()
	steps := stepsOf(r)
	one := &device{key: first, t: t, bm: bmText(r)}
	if !slices.Contains(steps, "none") {
		server.Attach(&storing{one, held})
		// What the recorder's own failed tconn commands had left behind.
		ask(t, server, "", "tconn 127.0.0.1:5999")
		if r.Version == "2.0.0a" {
			ask(t, server, "", "tconn 127.0.0.1")
		}
	}
	for _, step := range steps {
		step = ports.Replace(step)
		switch word, arg, _ := strings.Cut(step, " "); word {
		case "none", "appears":
		case "older":
			ask(t, server, first, "file send -a /data/work/k1.bin "+arg)
		case "two":
			server.Attach(&device{key: second, t: t})
		case "offline":
			ask(t, server, "", "tconn "+first+" -remove")
		case "dead":
			server.Detach(first)
			server.Detach(second)
		case "server":
			one.started = func() { go server.Close() }
		case "dies":
			one.started = func() { go server.Detach(first) }
		case "hold":
			listener, err := net.Listen("tcp", "127.0.0.1:"+arg)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
		case "tconn":
			ask(t, server, "", step)
		default:
			if answer := ask(t, server, first, step); !strings.HasPrefix(answer, "Forwardport result:OK") {
				t.Fatalf("%s: %q", step, answer)
			}
		}
	}
}

// stepsOf is how the recording's server had come to what it knew.
func stepsOf(r *transcripts.Recording) []string {
	if steps, ok := setups[r.Name]; ok {
		return steps
	}
	return setups[strings.TrimSuffix(strings.TrimSuffix(r.Name, ".cli"), ".raw")]
}

// freePorts maps the ports of the recording to free ones, digit for digit.
func freePorts(t *testing.T, r *transcripts.Recording) *strings.Replacer {
	t.Helper()
	all := bytes.Join([][]byte{r.Stream(0, false), r.Stream(0, true), []byte(strings.Join(stepsOf(r), " "))}, nil)
	var pairs []string
	for _, port := range []string{"18801", "18802", "18811", "18812", "18821", "18822", "18831", "18832", "18841",
		"18842", "18861", "18862", "18863", "18864", "18871", "18872", "18881", "18882", "18899"} {
		if !bytes.Contains(all, []byte(port)) {
			continue
		}
		pairs = append(pairs, port, freePort(t))
	}
	return strings.NewReplacer(pairs...)
}

// normal returns the stream in a form that can be compared: without the
// channel id, a shell's output joined (its frames are an accident of timing),
// and the rows of fport ls sorted (they come from a hash).
func normal(t *testing.T, r *transcripts.Recording, stream []byte) string {
	t.Helper()
	frames := split(t, stream)
	if len(frames) > 0 && len(frames[0]) >= 16 {
		copy(frames[0][12:16], "....")
	}
	for i := range frames {
		frames[i] = summary.ReplaceAll(frames[i], []byte("time:T rate:R"))
	}
	command := cmp.Or(r.Command, strings.Join(r.Argv, " "))
	switch {
	case strings.Contains(command, "fport ls"):
		for i, f := range frames[1:] {
			rows := strings.SplitAfter(string(f), "\n")
			slices.Sort(rows)
			frames[1+i] = []byte(strings.Join(rows, ""))
		}
	case shellRun.MatchString(command) && !bytes.Contains(stream, []byte("[Fail]")):
		return fmt.Sprintf("%q %q", frames[0], short(bytes.Join(frames[1:], nil)))
	}
	for i := range frames {
		frames[i] = short(frames[i])
	}
	return fmt.Sprintf("%q", frames)
}

// short replaces the most of a long frame by its sum.
func short(b []byte) []byte {
	const shown = 66
	if len(b) <= longFrame {
		return b
	}
	return fmt.Appendf(nil, "%s and %d bytes more, SHA-256 %x", b[:shown], len(b)-shown, sha256.Sum256(b[shown:]))
}

// longFrame is from where on a frame is compared by its sum.
const longFrame = 4 << 10

// shellRun matches the commands whose output a shell prints.
var shellRun = regexp.MustCompile(`shell |bugreport|hilog`)

// summary is what differs between two transfers of the same file.
var summary = regexp.MustCompile(`time:\d+ms rate:(\d+\.\d+|inf|-nan)kB/s`)

func split(t *testing.T, stream []byte) [][]byte {
	t.Helper()
	var frames [][]byte
	for len(stream) > 0 {
		if len(stream) < 4 || len(stream)-4 < int(binary.BigEndian.Uint32(stream)) {
			t.Fatalf("a stream that ends inside a frame: %q", clip(stream))
		}
		n := 4 + binary.BigEndian.Uint32(stream)
		frames, stream = append(frames, bytes.Clone(stream[4:n])), stream[n:]
	}
	return frames
}

func clip(b []byte) []byte { return b[:min(len(b), 600)] }

// dial connects with a deadline for everything that follows.
func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// shake answers the greeting with key and byte 11 set to mark.
func shake(t testing.TB, conn net.Conn, key string, mark byte) {
	t.Helper()
	hello := make([]byte, 48)
	if _, err := io.ReadFull(conn, hello); err != nil {
		t.Fatalf("read the greeting: %v", err)
	}
	clear(hello[16:])
	copy(hello[16:], key)
	hello[15] = mark
	if _, err := conn.Write(hello); err != nil {
		t.Fatalf("write the handshake: %v", err)
	}
}

func send(t testing.TB, conn net.Conn, command string) {
	t.Helper()
	payload := append(binary.BigEndian.AppendUint32(nil, uint32(len(command)+1)), command+"\x00"...)
	if _, err := conn.Write(payload); err != nil {
		t.Fatalf("send %q: %v", command, err)
	}
}

// ask runs one command and returns the text of all frames to the end.
func ask(t testing.TB, server *hdcd.Server, key, command string) string {
	t.Helper()
	conn := dial(t, server.Addr())
	shake(t, conn, key, 'H')
	send(t, conn, command)
	stream, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	var text strings.Builder
	for len(stream) >= 4 {
		n := 4 + binary.BigEndian.Uint32(stream)
		text.Write(stream[4:n])
		stream = stream[n:]
	}
	return text.String()
}
