// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mobile/event/lifecycle"
)

// stages names the lifecycle stages as they stand on the wire.
var stages = map[lifecycle.Stage]string{
	lifecycle.StageDead:    "dead",
	lifecycle.StageAlive:   "alive",
	lifecycle.StageVisible: "visible",
	lifecycle.StageFocused: "focused",
}

// life holds the current stage. A HarmonyOS UIAbility maps to it so: onCreate
// is alive, onForeground is focused, onBackground is alive, onDestroy is dead.
type life struct {
	mu  sync.Mutex
	now atomic.Pointer[stage] // nil is dead
}

type stage struct {
	name  string
	since time.Time
}

// set takes a stage and reports whether it is another one; an unknown one is
// ignored.
func (l *life) set(s lifecycle.Stage, now time.Time) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name, known := stages[s]
	if old, _ := l.get(); !known || old == name {
		return false
	}
	l.now.Store(&stage{name, now})
	return true
}

func (l *life) get() (name string, since time.Time) {
	if s := l.now.Load(); s != nil {
		return s.name, s.since
	}
	return stages[lifecycle.StageDead], time.Time{}
}
