// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package link

import (
	"context"
	"slices"
)

// refresh asks for the sources again. It keeps the streams of those that are
// still there.
func (c *conn) refresh(ctx context.Context) error {
	sources := c.link.cfg.Sources()
	c.mu.Lock()
	old := c.streams
	streams := make([]*stream, 0, len(sources))
	var fresh []*stream
	for _, src := range sources {
		id := key(src.Origin())
		if s := c.find(id); s != nil && s.src == src {
			streams = append(streams, s)
			continue
		}
		s := &stream{src: src, id: id, sent: c.cursors[id], acked: c.cursors[id]}
		streams, fresh = append(streams, s), append(fresh, s)
	}
	c.streams = streams
	c.inflight = 0
	for _, s := range streams {
		for _, f := range s.flight {
			c.inflight += f.size
		}
	}
	c.mu.Unlock()
	for _, s := range old {
		if !slices.Contains(streams, s) {
			s.stop()
		}
	}
	for _, s := range fresh {
		var waiting context.Context
		waiting, s.stop = context.WithCancel(ctx)
		c.waiters.Go(func() { c.listen(waiting, s.src) })
		if err := c.resume(s); err != nil {
			return err
		}
	}
	return nil
}

// resume tells a source what the hub has of it already. A hub that has more
// than the source ever had would take its next records for repetitions and drop
// them: nothing is sent to it.
func (c *conn) resume(s *stream) error {
	if s.acked == 0 {
		return nil
	}
	if last := s.src.Origin().Seq; s.acked > last {
		return &AheadError{Epoch: s.id.Epoch, Hub: s.acked, Last: last}
	}
	cursor := s.id
	cursor.Seq = s.acked
	if err := s.src.Acked(cursor); err != nil {
		c.link.cfg.Logger.Warn("the outbox did not take an acknowledgement", "error", err)
	}
	return nil
}

// listen passes a source's notifications on.
func (c *conn) listen(ctx context.Context, src Source) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-src.Notify():
			c.signal()
		}
	}
}
