// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/harness/verdict"
)

// echo dials a bare gorilla server that sends each message back.
func echo(b *testing.B) *websocket.Conn {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		for {
			kind, message, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if err := conn.WriteMessage(kind, message); err != nil {
				return
			}
		}
	}))
	b.Cleanup(server.Close)
	conn, response, err := websocket.DefaultDialer.DialContext(b.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		b.Fatal(err)
	}
	_ = response.Body.Close()
	b.Cleanup(func() { _ = conn.Close() })
	return conn
}

// judge reads the hub's records as the harness does, and tells when message
// after message is judged to have arrived.
func judge(b *testing.B, h *hub.Hub) <-chan int {
	judged := make(chan int, 1)
	proof := verdict.Sees(verdict.Arrival(push.Background))
	go func() {
		defer close(judged)
		n := 1
		nonce := []byte(`\"_pp\\\":\\\"1\\\"`)
		for r, err := range h.Records(b.Context()) {
			if err != nil {
				return
			}
			f, ok := r.Frame.(*wire.Arrival)
			if !ok || !bytes.Contains(f.Payload, nonce) {
				continue
			}
			said := verdict.Testimony{Witness: verdict.Arrival(f.Via), Answer: verdict.Saw, At: f.ReceivedAt}
			if verdict.Judge(proof, []verdict.Testimony{said}).Verdict != verdict.Pass {
				return
			}
			judged <- n
			n++
			nonce = []byte(`\"_pp\\\":\\\"` + strconv.Itoa(n) + `\\\"`)
		}
	}()
	return judged
}

// BenchmarkVerdict is the way of one message from the platform's callback
// through the agent's journal, the websocket and the hub's journal to the
// verdict, against the round trip of as many bytes through a bare gorilla echo,
// by turns. "of-echo" is how much of the time from callback to verdict a bare
// round trip takes; "kernel" is the time until the promise is resolved.
func BenchmarkVerdict(b *testing.B) {
	h := openHub(b, "", b.TempDir())
	a := openAgent(b, agent.Config{Dir: b.TempDir(), Session: sessionFor(h.URL())})
	if _, err := h.WaitAgent(within(b), label, wire.RoleMain, connected); err != nil {
		b.Fatal(err)
	}
	judged := judge(b, h)
	conn := echo(b)
	message := make([]byte, 512) // an arrival's frame has about as many
	ours, kernel, bare := histogram(), histogram(), histogram()
	for n := 1; b.Loop(); n++ {
		start := time.Now()
		if err := conn.WriteMessage(websocket.TextMessage, message); err != nil {
			b.Fatal(err)
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			b.Fatal(err)
		}
		record(b, bare, start)

		payload := numbered(n)
		start = time.Now()
		d := deliver(a, payload)
		<-d.Done()
		record(b, kernel, start)
		if got, ok := <-judged; !ok || got != n {
			b.Fatalf("message %d judged (%v), want %d", got, ok, n)
		}
		record(b, ours, start)
		if d.Err() != nil {
			b.Fatal(d.Err())
		}
	}
	report := func(name string, h *hdrhistogram.Histogram) {
		b.ReportMetric(float64(h.ValueAtPercentile(50))/1e3, name+"-p50-µs")
		b.ReportMetric(float64(h.ValueAtPercentile(99))/1e3, name+"-p99-µs")
	}
	report("verdict", ours)
	report("kernel", kernel)
	report("echo", bare)
	b.ReportMetric(float64(bare.ValueAtPercentile(50))/float64(ours.ValueAtPercentile(50)), "p50-of-echo")
	b.ReportMetric(float64(bare.ValueAtPercentile(99))/float64(ours.ValueAtPercentile(99)), "p99-of-echo")
	b.ReportMetric(0, "ns/op") // both together say nothing
}

// histogram takes up to a minute, to three digits.
func histogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(time.Minute), 3) }

func record(b *testing.B, h *hdrhistogram.Histogram, start time.Time) {
	if err := h.RecordValue(int64(time.Since(start))); err != nil {
		b.Fatal(err)
	}
}
