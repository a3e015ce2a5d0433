// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// write journals one group and has it acknowledged.
func (c *committer) write(batch []arriving) {
	c.state.Lock()
	defer c.state.Unlock()
	c.group++
	c.touched = c.touched[:0]
	entries := make([][]byte, 0, len(batch))
	records := make([]*Record, 0, len(batch)) // nil for a hello
	kept := make([]*arriving, 0, len(batch))
	acks := make([]ack, 0, len(batch))
	for i := range batch {
		a := &batch[i]
		if a.frame == nil {
			entries, records, kept = append(entries, a.entry), append(records, nil), append(kept, a)
			continue
		}
		o, _ := origin(a.frame)
		s, err := c.stream(o)
		if err != nil {
			a.link.finish(refuse(wire.CodeMalformed, a.frame.FrameType(), websocket.CloseInvalidFramePayloadData, "%v", err).final())
			continue
		}
		fresh, skipped := c.sort(s, a.link, o.Seq)
		acks = append(acks, ack{a.link, s})
		if !fresh {
			continue
		}
		head(a.entry, entryRecord, a.at, a.link.number, skipped)
		entries, kept = append(entries, a.entry), append(kept, a)
		records = append(records, &Record{
			ReceivedAt: a.at, Run: a.link.run, Hello: a.link.hello, Skipped: skipped, Frame: a.frame,
		})
	}
	if len(entries) > 0 {
		first, err := c.hub.journal.Append(entries...)
		if err != nil {
			c.refused(batch, err)
			return
		}
		for i, r := range records {
			if r == nil {
				c.hub.feed.introduce(kept[i].link.number, kept[i].link.who)
				continue
			}
			r.Index = first + uint64(i)
			c.hub.roster.arrived(kept[i].link, r)
		}
		c.hub.feed.publish(first, records, entries)
	}
	for _, a := range acks {
		a.link.ack(a.stream, a.stream.has.last())
	}
}

// ack says that a link has to hear of a stream.
type ack struct {
	link   *link
	stream *stream
}

// sort decides on one record: whether it is to be journaled, and how many
// before it are missing for good.
//
// A record that leaves a gap is not taken at first: the link is told, goes back
// to what is acknowledged and sends again. If the gap is still there, the agent
// does not have those records any more, and it is taken. What was in flight
// meanwhile comes again.
func (c *committer) sort(s *stream, l *link, seq uint64) (fresh bool, skipped uint64) {
	if s.has.has(seq) {
		return false, 0
	}
	c.touch(s)
	last := s.has.last()
	// The first record of an origin may have any number: what lies before it was
	// acknowledged by another hub.
	if len(s.has) > 0 && seq > last && seq-last > 1 {
		if s.asker != l || seq > s.asked {
			if s.asker != l {
				s.asker, s.asked = l, seq
				c.ask(s, l, seq)
			}
			return false, 0
		}
		skipped = seq - last - 1
	}
	s.asker = nil
	s.has = s.has.add(seq)
	return true, skipped
}

// ask has a link send again what lies behind the last record that is there.
func (c *committer) ask(s *stream, l *link, seq uint64) {
	err := l.tell(&wire.Error{
		Code: wire.CodeOrder, Frame: wire.TypeArrival,
		Message: fmt.Sprintf("gap: got %d behind %d of epoch %s; send again from there, or the gap is taken as a loss", seq, s.has.last(), s.id.Epoch),
	})
	var r *refusal
	if errors.As(err, &r) {
		l.finish(r.final())
	}
}

// touch keeps what a stream had before the group.
func (c *committer) touch(s *stream) {
	if s.group == c.group {
		return
	}
	s.group = c.group
	s.before = append(s.before[:0], s.has...)
	c.touched = append(c.touched, s)
}

// refused takes a group back that the journal did not take. Its links end: the
// agents keep what is not acknowledged and come again.
func (c *committer) refused(batch []arriving, err error) {
	for _, s := range c.touched {
		s.has = append(s.has[:0], s.before...)
		s.asker = nil
	}
	c.hub.log.Error("the hub's journal refused a write; agents keep their records and try again", "error", err)
	var told []*link
	for _, a := range batch {
		if !slices.Contains(told, a.link) {
			told = append(told, a.link)
			a.link.finish(refuse(wire.CodeUnavailable, "", websocket.CloseTryAgainLater, "the hub's journal cannot take records now").final())
		}
	}
}

// redact replaces a token that the hub knows: agents are to do it before they
// store a payload, and this is for one that did not.
func redact(entry []byte, token push.Token) []byte {
	if token.IsZero() || !bytes.Contains(entry[headSize:], []byte(token.Reveal())) {
		return entry
	}
	clean := bytes.ReplaceAll(entry[headSize:], []byte(token.Reveal()), []byte(token.Fingerprint()))
	return append(entry[:headSize:headSize], clean...)
}
