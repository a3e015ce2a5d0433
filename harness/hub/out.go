// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// maxQueue bounds the frames that wait for a link's writer. Acknowledgements do
// not count: a newer one replaces an older one.
const maxQueue = 64

// out is what a link has to write.
type out struct {
	wake chan struct{}

	mu    sync.Mutex
	queue [][]byte
	acks  []cursor
	last  *final
	begun bool // there is a writer
	ended bool // nothing more is written
}

type cursor struct {
	stream *stream
	seq    uint64
}

func (o *out) init() { o.wake = make(chan struct{}, 1) }

func (o *out) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// begin says that a writer is about to start.
func (o *out) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.begun = true
}

// hangUp ends the writer: the connection is gone.
func (o *out) hangUp() {
	o.mu.Lock()
	o.ended = true
	o.mu.Unlock()
	o.signal()
}

// finish has the writer say a last thing and end. The first one counts.
func (l *link) finish(f *final) {
	o := &l.out
	o.mu.Lock()
	if o.last == nil {
		o.last = f
	}
	begun := o.begun
	o.mu.Unlock()
	if !begun {
		l.cut() // still in its handshake
		return
	}
	o.signal()
}

// tell queues a frame. It fails with a *refusal if the agent does not read what
// it is told.
func (l *link) tell(f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	o := &l.out
	o.mu.Lock()
	full := len(o.queue) >= maxQueue
	if !full {
		o.queue = append(o.queue, b)
	}
	o.mu.Unlock()
	if full {
		return refuse(wire.CodeUnavailable, f.FrameType(), websocket.ClosePolicyViolation, "the agent does not read its answers: %d wait for it", maxQueue)
	}
	o.signal()
	return nil
}

// ack queues an acknowledgement.
func (l *link) ack(s *stream, seq uint64) {
	o := &l.out
	o.mu.Lock()
	found := false
	for i := range o.acks {
		if o.acks[i].stream == s {
			o.acks[i].seq, found = seq, true
		}
	}
	if !found {
		o.acks = append(o.acks, cursor{s, seq})
	}
	o.mu.Unlock()
	o.signal()
}

// write sends what is queued until the link ends, and a heartbeat each period.
func (l *link) write() {
	ticker := time.NewTicker(l.hub.opts.Heartbeat)
	defer ticker.Stop()
	if !l.putFrame(l.welcome()) || !l.heartbeat() {
		return
	}
	o := &l.out
	var frame []byte
	var acks []cursor
	for {
		o.mu.Lock()
		queue := o.queue
		acks, o.acks = o.acks, acks[:0]
		o.queue = nil
		last, ended := o.last, o.ended
		o.mu.Unlock()
		for _, a := range acks {
			frame = a.stream.frame(frame[:0], a.seq)
			if !l.put(frame) {
				return
			}
		}
		for _, b := range queue {
			if !l.put(b) {
				return
			}
		}
		if ended {
			return
		}
		if last != nil {
			last.write(l.conn, min(l.hub.opts.WriteTimeout, linger))
			// The reader goes on until the agent has closed, or for a moment.
			_ = l.conn.SetReadDeadline(time.Now().Add(linger))
			return
		}
		if l.beat.due() && !l.heartbeat() {
			return
		}
		select {
		case <-o.wake:
		case <-ticker.C:
			l.beat.tick()
		}
	}
}

// put writes one message, and cuts the connection if it cannot.
func (l *link) put(b []byte) bool {
	_ = l.conn.SetWriteDeadline(time.Now().Add(l.hub.opts.WriteTimeout))
	if err := l.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		l.cut()
		return false
	}
	return true
}

func (l *link) putFrame(f wire.Frame) bool {
	b, err := wire.Encode(f)
	if err != nil {
		l.hub.log.Error("a frame could not be encoded", "type", f.FrameType(), "error", err)
		l.cut()
		return false
	}
	return l.put(b)
}

func (l *link) welcome() *wire.Welcome {
	return &wire.Welcome{
		Version:         wire.Version,
		Cursors:         l.hub.commit.cursors(l.hello.Install),
		HeartbeatMillis: max(1, int(l.hub.opts.Heartbeat/time.Millisecond)),
	}
}
