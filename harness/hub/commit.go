// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// maxPending bounds the bytes that wait for the journal. Readers of links wait
// beyond it, and with them the agents.
const maxPending = 32 << 20

// maxGroup bounds the entries of one write.
const maxGroup = 4096

// arriving is an entry on its way into the journal.
type arriving struct {
	link  *link
	at    time.Time
	frame wire.Frame // nil for the link's hello
	entry []byte     // head and JSON
}

// committer journals what all links bring, a group with one write, and then has
// it acknowledged.
type committer struct {
	hub *Hub

	mu      sync.Mutex
	room    *sync.Cond // there is room again
	pending []arriving
	bytes   int
	closed  bool
	wake    chan struct{}
	done    chan struct{}

	// origins is written by the committer's goroutine under state.
	state   sync.RWMutex
	origins map[wire.Origin]*stream
	group   uint64
	touched []*stream // of the group that is being written

	lastLink uint64
}

// stream is what the hub knows of one origin.
type stream struct {
	id  wire.Origin // Seq is 0
	ack []byte      // the ack frame up to its sequence
	has seen

	// group and before take a group back that the journal refused.
	group  uint64
	before seen

	// asker skipped to the sequence asked, and was asked for those before it.
	asker *link
	asked uint64
}

func newStream(id wire.Origin) (*stream, error) {
	s := &stream{id: id}
	b, err := wire.Encode(&wire.Ack{Cursors: wire.Cursors{id}})
	if err != nil {
		return nil, err
	}
	// id's sequence is 0, and it is the last thing in the frame.
	s.ack = b[:len(b)-len(ackTail)]
	return s, nil
}

// frame appends the acknowledgement up to seq to b.
func (s *stream) frame(b []byte, seq uint64) []byte {
	b = append(b, s.ack...)
	b = strconv.AppendUint(b, seq, 10)
	return append(b, ackTail[1:]...)
}

// ackTail ends an ack of one cursor with sequence 0.
const ackTail = `0}]}`

func (c *committer) init(h *Hub) {
	c.hub = h
	c.room = sync.NewCond(&c.mu)
	c.wake = make(chan struct{}, 1)
	c.done = make(chan struct{})
	c.origins = make(map[wire.Origin]*stream)
	go c.run()
}

// submit queues an entry. It waits while too much is pending, and drops the
// entry if the hub is closed: it is not acknowledged then.
func (c *committer) submit(a arriving) {
	c.mu.Lock()
	for c.bytes > maxPending && !c.closed {
		c.room.Wait()
	}
	c.pending = append(c.pending, a)
	c.bytes += len(a.entry)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// introduce queues a link's hello and gives the link its number.
func (c *committer) introduce(l *link) error {
	b, err := json.Marshal(identity{Run: l.run, Hello: l.hello})
	if err != nil {
		return fmt.Errorf("journal a hello: %w", err)
	}
	c.mu.Lock()
	c.lastLink++
	l.number = c.lastLink
	c.mu.Unlock()
	l.who = &identity{Run: l.run, Hello: l.hello}
	e := make([]byte, headSize, headSize+len(b))
	at := time.Now()
	head(e, entryHello, at, l.number, 0)
	c.submit(arriving{link: l, at: at, entry: append(e, b...)})
	return nil
}

// cursors returns what the hub has of an install, of what was written last
// first.
func (c *committer) cursors(install string) wire.Cursors {
	c.state.RLock()
	defer c.state.RUnlock()
	var known []*stream
	for id, s := range c.origins {
		if id.Install == install && len(s.has) > 0 {
			known = append(known, s)
		}
	}
	slices.SortFunc(known, func(a, b *stream) int { return cmp.Compare(b.group, a.group) })
	all := make(wire.Cursors, min(len(known), maxCursors))
	for i := range all {
		all[i] = known[i].id
		all[i].Seq = known[i].has.last()
	}
	return all
}

// maxCursors keeps a welcome within its frame. What an origin whose cursor is
// left out sends again is dropped as a repetition.
const maxCursors = wire.MaxFrame / (2*maxID + 256)

func (c *committer) run() {
	defer close(c.done)
	var spare []arriving
	for {
		c.mu.Lock()
		batch := c.pending
		c.pending, c.bytes = spare[:0], 0
		closed := c.closed
		c.room.Broadcast()
		c.mu.Unlock()
		if len(batch) == 0 {
			if closed {
				return
			}
			<-c.wake
			spare = batch
			continue
		}
		for rest := batch; len(rest) > 0; {
			n := min(len(rest), maxGroup)
			c.write(rest[:n])
			rest = rest[n:]
		}
		clear(batch)
		spare = batch
	}
}

// close journals what is pending and ends the goroutine.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.room.Broadcast()
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	<-c.done
}

// replay rebuilds origins, feed and roster from the journal.
func (h *Hub) replay(ctx context.Context) error {
	c := &h.commit
	c.state.Lock()
	defer c.state.Unlock()
	return h.journal.Read(1, func(index uint64, b []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := parse(index, b)
		if err != nil {
			return err
		}
		c.lastLink = max(c.lastLink, e.link)
		if e.who != nil {
			h.feed.introduce(e.link, e.who)
			h.roster.recall(e.who)
			return nil
		}
		s, err := c.stream(e.record.Origin())
		if err != nil {
			return err
		}
		s.has = s.has.add(e.record.Origin().Seq)
		return nil
	})
}

// stream returns what is known of an origin; c.state is held.
func (c *committer) stream(o wire.Origin) (*stream, error) {
	id := o
	id.Seq = 0
	if s := c.origins[id]; s != nil {
		return s, nil
	}
	s, err := newStream(id)
	if err != nil {
		return nil, err
	}
	c.origins[id] = s
	return s, nil
}
