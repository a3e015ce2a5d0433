// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// sender sends arrivals over one connection, with as little work of its own as
// a client can have: the benchmarks measure the other end.
type sender struct {
	conn          *websocket.Conn
	before, after []byte // around the sequence
	seq           uint64
	buf           []byte
	// answered reads one answer and returns up to which sequence it answers.
	answered func(s *sender) (uint64, error)
}

// newSender makes frames as the agent's encoder does.
func newSender(b *testing.B, conn *websocket.Conn, install string, answered func(*sender) (uint64, error)) *sender {
	const mark = 9876543210123
	payload := `{"type":"BACKGROUND","data":"{\"header\":{\"token\":\"token:0011aabb\"},\"data\":\"` + strings.Repeat("0123456789", 25) + `\"}"}`
	frame, err := wire.Encode(arrival(wire.Origin{Install: install, Role: wire.RoleMain, Epoch: "epoch-1", Seq: mark}, payload))
	if err != nil {
		b.Fatal(err)
	}
	before, after, ok := bytes.Cut(frame, []byte(strconv.Itoa(mark)))
	if !ok {
		b.Fatal("no sequence in the frame")
	}
	return &sender{conn: conn, before: before, after: after, answered: answered}
}

// round sends n arrivals and waits until all are answered.
func (s *sender) round(n int) error {
	for range n {
		s.seq++
		s.buf = append(strconv.AppendUint(append(s.buf[:0], s.before...), s.seq, 10), s.after...)
		if err := s.conn.WriteMessage(websocket.TextMessage, s.buf); err != nil {
			return err
		}
	}
	for {
		seq, err := s.answered(s)
		if err != nil {
			return err
		}
		if seq == s.seq {
			return nil
		}
	}
}

// acked reads an acknowledgement. Heartbeats it leaves unanswered: there is
// then one.
func acked(s *sender) (uint64, error) {
	for {
		_, b, err := s.conn.ReadMessage()
		if err != nil {
			return 0, err
		}
		if bytes.HasPrefix(b, []byte(`{"type":"ack"`)) {
			digits := b[bytes.LastIndexByte(b, ':')+1 : len(b)-len(`}]}`)]
			return strconv.ParseUint(string(digits), 10, 64)
		}
		if !bytes.HasPrefix(b, []byte(`{"type":"heartbeat"`)) {
			return 0, fmt.Errorf("the hub sent %s", b)
		}
	}
}

// echoed reads a frame that comes back.
func echoed(s *sender) (uint64, error) {
	_, b, err := s.conn.ReadMessage()
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(string(b[len(s.before):len(b)-len(s.after)]), 10, 64)
}

// echoServer is the baseline: a bare gorilla/websocket echo.
func echoServer(b *testing.B) (url string) {
	upgrader := websocket.Upgrader{ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}
	var serving sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		serving.Add(1)
		defer serving.Done()
		defer func() { _ = conn.Close() }()
		for {
			kind, msg, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, msg) != nil {
				return
			}
		}
	}))
	b.Cleanup(func() { server.Close(); serving.Wait() })
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// clients connects n senders to the echo and n to a hub.
func clients(b *testing.B, n int) (echo, agents []*sender) {
	b.Helper()
	url := echoServer(b)
	h := open(b, hub.Options{MaxLinks: n, Heartbeat: time.Hour})
	for i := range n {
		label := fmt.Sprintf("phone-%d", i)
		conn, _, err := websocket.DefaultDialer.Dial(url, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		echo = append(echo, newSender(b, conn, "install-"+label, echoed))
		s, _ := speak(b, h, hello(label, wire.RoleMain))
		_ = s.conn.SetReadDeadline(time.Time{})
		agents = append(agents, newSender(b, s.conn, "install-"+label, acked))
	}
	return echo, agents
}

// all has every sender do rounds of n, and returns how long that took.
func all(b *testing.B, senders []*sender, rounds, n int) time.Duration {
	b.Helper()
	var working sync.WaitGroup
	begin := time.Now()
	for _, s := range senders {
		working.Go(func() {
			for range rounds {
				if err := s.round(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
	return time.Since(begin)
}

// BenchmarkHub is a hub with 1000 agents against a bare echo with 1000
// connections, in turns: arrivals per second that are journaled and
// acknowledged, and their ratio to messages per second that are echoed. Each
// connection sends window arrivals and waits for their answers; with a window
// of 1 there is an acknowledgement for each, as there is an echo for each. One
// op is one arrival and one echo.
func BenchmarkHub(b *testing.B) {
	const connections = 1000
	for _, window := range []int{1, 16} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			echo, agents := clients(b, connections)
			const rounds = 4
			turn := connections * window * rounds
			all(b, echo, 1, window)
			all(b, agents, 1, window)
			var base, hub time.Duration
			done := 0
			b.ResetTimer()
			for done == 0 || done < b.N {
				base += all(b, echo, rounds, window)
				hub += all(b, agents, rounds, window)
				done += turn
			}
			b.StopTimer()
			b.ReportMetric(float64(done)/hub.Seconds(), "arrivals/s")
			b.ReportMetric(float64(done)/base.Seconds(), "echoes/s")
			b.ReportMetric(base.Seconds()/hub.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLatency is one arrival, from its write to its acknowledgement with
// the journal in between, against one bare echo, in turns.
func BenchmarkLatency(b *testing.B) {
	echo, agents := clients(b, 1)
	const most = int64(10 * time.Second)
	base, hub := hdrhistogram.New(1, most, 3), hdrhistogram.New(1, most, 3)
	once := func(s *sender, h *hdrhistogram.Histogram) {
		begin := time.Now()
		if err := s.round(1); err != nil {
			b.Fatal(err)
		}
		if err := h.RecordValue(int64(time.Since(begin))); err != nil {
			b.Fatal(err)
		}
	}
	for range 100 {
		once(echo[0], hdrhistogram.New(1, most, 3))
		once(agents[0], hdrhistogram.New(1, most, 3))
	}
	b.ResetTimer()
	for range b.N {
		once(echo[0], base)
		once(agents[0], hub)
	}
	b.StopTimer()
	for _, p := range []float64{50, 99} {
		b.ReportMetric(float64(hub.ValueAtQuantile(p))/1e3, fmt.Sprintf("ack-p%.0f-µs", p))
		b.ReportMetric(float64(base.ValueAtQuantile(p))/1e3, fmt.Sprintf("echo-p%.0f-µs", p))
	}
	b.ReportMetric(0, "ns/op")
}
