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

func (l *life) set(s lifecycle.Stage, now time.Time) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stage == s {
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

// SetStage tells the agent of the app's lifecycle. A change has the outbox
// synced, since the system may end a background process at any time, and makes
// the main agent look for outboxes that extension processes left behind.
func (a *Agent) SetStage(s lifecycle.Stage) {
	if !a.life.set(s, a.now()) {
		return
	}
	select {
	case a.stageChanged <- struct{}{}:
	default:
	}
}
