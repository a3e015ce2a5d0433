// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"log/slog"

	"github.com/pushproof/pushproof/agent/wire"
)

// write moves deliveries from the queue into the outbox, one write per batch,
// until the queue is closed and empty.
func (a *Agent) write() {
	defer close(a.queue.written)
	batch := make([]*pending, 0, batchLimit)
	for {
		var ok bool
		if batch, ok = a.queue.next(batch); !ok {
			return
		}
		a.writeBatch(batch)
		clear(batch)
	}
}

func (a *Agent) writeBatch(batch []*pending) {
	frames := make([]wire.Frame, 0, len(batch)+1)
	kept := make([]*pending, 0, len(batch))
	open := 0
	for _, p := range batch {
		if p.mark {
			kept = append(kept, p)
			continue
		}
		open++
		frame, err := p.frame()
		if err != nil {
			a.log.Warn("delivery refused", "via", p.via, "error", err)
			a.queue.refuse(p, err)
			continue
		}
		frames = append(frames, frame)
		kept = append(kept, p)
	}
	frames = append(frames, a.queue.takeLost(a.now())...)
	err := a.store(frames)
	for _, p := range kept {
		p.resolve(err)
		a.announce(p)
	}
	a.queue.settled(open)
}

// store adds the frames to the outbox: all of them, or none and an error. What
// the outbox did not take it reports as lost by itself when it can; tend sees
// to it that it tries.
func (a *Agent) store(frames []wire.Frame) error {
	if len(frames) == 0 {
		return nil
	}
	origins, err := a.outbox.AddBatch(frames...)
	if err == nil {
		return nil
	}
	a.unwritten.Store(true)
	if origins != nil {
		a.log.Error("the outbox could not write all that it has to say", "error", err)
		return nil
	}
	a.log.Error("deliveries are lost: the outbox took none of them", "records", len(frames), "error", err)
	return fmt.Errorf("keep the delivery in the app's files: %w", err)
}

// maxNonce bounds the nonce in a log line; the harness's has 16 characters.
const maxNonce = 64

// announce writes the hilog line that carries the nonce, for a process whose
// network or files nobody may ever see again. WARN, because consumer firmware
// shows no less (claim device.hilog-warn).
func (a *Agent) announce(p *pending) {
	if a.role != wire.RoleExtension || p.mark {
		return
	}
	if nonce := Nonce(p.payload); plain(nonce) {
		a.kit.Log(slog.LevelWarn, "pushproof arrival via="+p.via.String()+" nonce="+nonce)
	}
}

// plain reports whether a text may stand in a log line: it comes from whoever
// sent the message.
func plain(text string) bool {
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		default:
			return false
		}
	}
	return text != "" && len(text) <= maxNonce
}
