// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"encoding/json"
	"runtime"
	"runtime/metrics"

	"github.com/pushproof/pushproof/agent"
)

// Stats are what stats returns.
type Stats struct {
	// Version is the agent's.
	Version string `json:"version"`
	// Running is set from start to stop.
	Running bool `json:"running"`
	// Connected tells whether the hub is; Trouble is the last one with it.
	Connected bool   `json:"connected"`
	Trouble   string `json:"trouble,omitempty"`
	// Waiting deliveries are not with the kernel yet.
	Waiting int `json:"waiting"`
	// Commands wait for the platform; Late answers came when nobody waited.
	Commands int   `json:"commands"`
	Late     int64 `json:"late"`
	// Goroutines and HeapBytes are the Go runtime's, which all environments of
	// the library share.
	Goroutines int    `json:"goroutines"`
	HeapBytes  uint64 `json:"heapBytes"`
	// Held counts what the border to JavaScript has not freed, in all
	// environments. Bridge leaves it to who made that border.
	Held int64 `json:"held"`
}

// Stats tells how the agent is. It never waits.
func (b *Bridge) Stats() Stats {
	b.mu.Lock()
	a, stopped := b.agent, b.stopped
	b.mu.Unlock()
	s := Stats{
		Version: agent.Version, Running: a != nil && !stopped,
		Goroutines: runtime.NumGoroutine(), HeapBytes: heap(),
	}
	if a != nil {
		s.Waiting = a.Waiting()
		s.Connected, s.Trouble = a.Link()
	}
	b.commands.mu.Lock()
	defer b.commands.mu.Unlock()
	s.Commands, s.Late = len(b.commands.waiting), b.commands.late
	return s
}

// heap counts the bytes of objects; unlike runtime.ReadMemStats it stops
// nobody.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// JSON returns the stats as an object.
func (s Stats) JSON() (json.RawMessage, error) { return json.Marshal(s) }
