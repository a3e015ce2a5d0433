// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"sync"
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
	mu    sync.Mutex
	stage lifecycle.Stage
	since time.Time
}

// set takes a stage and reports whether it is another one; an unknown one is
// ignored.
func (l *life) set(s lifecycle.Stage, now time.Time) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := stages[s]; !known || l.stage == s {
		return false
	}
	l.stage, l.since = s, now
	return true
}

func (l *life) get() (name string, since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return stages[l.stage], l.since
}
