// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/wire"
)

// Record is one record that the hub has journaled. It is shared: do not alter
// it.
type Record struct {
	// Index is its place in the journal; indexes ascend, with gaps.
	Index uint64
	// ReceivedAt is when the hub read it, by the host's clock.
	ReceivedAt time.Time
	// Run and Hello are those of the link that brought it. A process that
	// drained another one's outbox brings records whose origin is not its own.
	Run   string
	Hello wire.Hello
	// Skipped is how many sequence numbers before it the agent could not send
	// when asked again. A later record may still fill them, and a wire.Loss
	// says why they are gone.
	Skipped uint64
	// Frame is a *wire.Arrival or a *wire.Loss.
	Frame wire.Frame
}

// Origin returns the frame's origin.
func (r *Record) Origin() wire.Origin {
	o, _ := origin(r.Frame)
	return o
}

// Label returns the name in the run of the device that brought it.
func (r *Record) Label() string { return r.Hello.Label }

// What stands before each entry's JSON in the journal: a byte for what it is,
// the time in Unix nanoseconds, the number of the link, and how many sequence
// numbers were skipped.
const (
	entryHello  = 'H' // JSON: entry
	entryRecord = 'R' // JSON: the frame as it was sent
	headSize    = 1 + 8 + 8 + 8
)

// identity is who a link's records come from, as the journal has it once per
// link.
type identity struct {
	Run   string     `json:"run"`
	Hello wire.Hello `json:"hello"`
}

// head fills the space before an entry's JSON.
func head(b []byte, kind byte, at time.Time, link, skipped uint64) {
	b[0] = kind
	binary.LittleEndian.PutUint64(b[1:], uint64(at.UnixNano()))
	binary.LittleEndian.PutUint64(b[9:], link)
	binary.LittleEndian.PutUint64(b[17:], skipped)
}

// entry is one decoded entry: either who is set, or record.
type entry struct {
	link   uint64
	who    *identity
	record *Record
}

// parse reads an entry. A record's Run and Hello are still to be filled in.
func parse(index uint64, b []byte) (entry, error) {
	if len(b) < headSize {
		return entry{}, fmt.Errorf("entry %d has %d bytes, its head alone has %d", index, len(b), headSize)
	}
	e := entry{link: binary.LittleEndian.Uint64(b[9:])}
	switch b[0] {
	case entryHello:
		e.who = new(identity)
		if err := json.Unmarshal(b[headSize:], e.who); err != nil {
			return entry{}, fmt.Errorf("entry %d: %w", index, err)
		}
		return e, nil
	case entryRecord:
		// The journal's buffer is its own, and a frame keeps what it is read from.
		frame, err := intake(bytes.Clone(b[headSize:]), wire.Origin{})
		if err != nil {
			return entry{}, fmt.Errorf("entry %d: %w", index, err)
		}
		if _, ok := origin(frame); !ok {
			return entry{}, fmt.Errorf("entry %d is a %s frame and no record", index, frame.FrameType())
		}
		e.record = &Record{
			Index:      index,
			ReceivedAt: time.Unix(0, int64(binary.LittleEndian.Uint64(b[1:]))),
			Skipped:    binary.LittleEndian.Uint64(b[17:]),
			Frame:      frame,
		}
		return e, nil
	}
	return entry{}, fmt.Errorf("entry %d is of the unknown kind %q: a newer version wrote it", index, b[0])
}

// Replay calls fn for each record in the journal of a hub that is closed or
// dead, in order, and ends with fn's error.
func Replay(dir string, fn func(*Record) error) error {
	j, err := journal.Open(dir, journal.Options{})
	if err != nil {
		return fmt.Errorf("replay the hub's journal: %w", err)
	}
	who := make(map[uint64]*identity)
	err = j.Read(1, func(index uint64, b []byte) error {
		e, err := parse(index, b)
		if err != nil {
			return fmt.Errorf("replay the hub's journal: %w", err)
		}
		if e.who != nil {
			who[e.link] = e.who
			return nil
		}
		e.record.fill(who[e.link])
		return fn(e.record)
	})
	return errors.Join(err, j.Close())
}

// fill says who brought the record; the journal may have lost who.
func (r *Record) fill(who *identity) {
	if who != nil {
		r.Run, r.Hello = who.Run, who.Hello
	}
}
