// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// logState is what was done to the device's log.
type logState struct {
	turn sync.Mutex // held while the level is raised
	mu   sync.Mutex
	// raised is set once the level is INFO or below; since is when we raised it, by
	// the device's clock, and zero where it was so before.
	raised bool
	since  time.Time
	// first is the oldest kept line of each log type when it was seen first: when
	// it is gone, lines were dropped.
	first map[string]string
}

// notificationDomain is hilog's domain of the notification service. Source:
// OpenHarmony source of distributed_notification_service.
const notificationDomain = "d001203"

// logRestore is the name under which the log level is put back.
const logRestore = "the log level"

// RaiseLog has the device's log keep INFO lines from now on, of all domains and
// of the notification service: consumer firmware keeps warnings and errors only.
// The first call does it, and remembers how to put it back (RestoreAll); the
// device itself puts it back when it restarts. Call it before what is to be seen
// in the log.
//
// The error is a *NotOfferedError or an *OutputError, or the shell's. (Claim
// device.hilog.level.)
func (d *Device) RaiseLog(ctx context.Context) error {
	d.log.turn.Lock()
	defer d.log.turn.Unlock()
	d.log.mu.Lock()
	raised := d.log.raised
	d.log.mu.Unlock()
	if raised {
		return nil
	}
	if err := d.raiseLog(ctx); err != nil {
		return fmt.Errorf("raise the log level: %w", err)
	}
	return nil
}

func (d *Device) raiseLog(ctx context.Context) error {
	if err := d.offered(rowOf("hilog.level")); err != nil {
		return err
	}
	before, err := d.readLog(ctx)
	if err != nil {
		return err
	}
	since := before.now
	if before.global == hdc.LogDebug || before.global == hdc.LogInfo {
		since = time.Time{}
	} else {
		if err := d.onRestore(logRestore, func(ctx context.Context) error { return d.restoreLog(ctx, before) }); err != nil {
			return err
		}
		if err := d.setLogLevel(ctx, hdc.LogInfo); err != nil {
			return err
		}
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	d.log.raised, d.log.since, d.log.first = true, since, before.first
	return nil
}

// setLogLevel sets the level of all domains and of the notification service's.
func (d *Device) setLogLevel(ctx context.Context, level hdc.LogLevel) error {
	args := map[string]string{"level": string(level)}
	text, err := d.do(ctx, "hilog.level", args)
	if err != nil {
		return err
	}
	if !answered("hilog.level", text, args) {
		return newOutputError("set it", "hilog -b", text, nil)
	}
	args["domain"] = notificationDomain
	if text, err = d.do(ctx, "hilog.domain-level", args); err != nil {
		return err
	}
	if !answered("hilog.domain-level", text, args) {
		return newOutputError("set that of the notification service", "hilog -b", text, nil)
	}
	return nil
}

// restoreLog puts the level back. A domain's level cannot be taken away, so the
// notification service gets the one that held for it before.
func (d *Device) restoreLog(ctx context.Context, before logReading) error {
	if err := d.setLogLevel(ctx, before.global); err != nil {
		return err
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	d.log.raised = false
	return nil
}

// logReading is what the device says of its log.
type logReading struct {
	global hdc.LogLevel
	// now is the device's clock, as hilog prints it: without a year.
	now time.Time
	// first is the oldest kept line of each type.
	first map[string]string
}

// The log types of apps and of the system's services, as hilog -t names them.
var logTypes = []string{"app", "core"}

// readLog asks for the level, the clock and the oldest lines in one command.
func (d *Device) readLog(ctx context.Context) (logReading, error) {
	parts := []part{mark("level"), {"param.get", map[string]string{"param": "hilog.loggable.global"}}, mark("clock"), {"date.log", nil}}
	for _, kind := range logTypes {
		parts = append(parts, mark(kind), part{"hilog.first", map[string]string{"type": kind}})
	}
	text, _, err := d.send(ctx, commandList(parts...))
	if err != nil {
		return logReading{}, err
	}
	said := marked(text)
	r := logReading{global: levelOf(said["level"], d.Profile()), first: map[string]string{}}
	if r.now, err = logTime(strings.TrimSpace(said["clock"])); err != nil {
		return logReading{}, newOutputError("read the device's clock", "date", said["clock"], err)
	}
	for _, kind := range logTypes {
		if l := hdc.ParseLogLine(strings.TrimSpace(said[kind])); l.Time != "" {
			r.first[kind] = l.Raw
		}
	}
	return r, nil
}

// levelOf reads the parameter of the global level; where it is not set, the
// firmware's own holds. Source of the defaults: hilog guide.
func levelOf(param string, p Profile) hdc.LogLevel {
	switch level := hdc.LogLevel(strings.TrimSpace(param)); level {
	case hdc.LogDebug, hdc.LogInfo, hdc.LogWarn, hdc.LogError, hdc.LogFatal:
		return level
	}
	if p.Build.LogFirmware || p.Build.Engineering || p.API < 15 {
		return hdc.LogInfo
	}
	return hdc.LogWarn
}

// logTime reads a time of hilog, with or without parts of the second; a date
// that does not know %N leaves something else there.
func logTime(text string) (time.Time, error) {
	whole, parts, _ := strings.Cut(text, ".")
	if parts != "" && strings.Trim(parts, "0123456789") == "" {
		whole = text
	}
	return time.Parse("01-02 15:04:05", whole)
}

// markPrefix starts a line that separates the answers of a list of commands.
const markPrefix = "@pushproof:"

func mark(name string) part {
	return part{"shell.echo", map[string]string{"text": markPrefix + name}}
}

// marked splits the output of a list at its marks; answers of the same mark are
// joined.
func marked(text string) map[string]string {
	said := map[string]string{}
	name := ""
	for line := range strings.Lines(text) {
		if next, ok := strings.CutPrefix(line, markPrefix); ok {
			name = strings.TrimSpace(next)
			continue
		}
		said[name] += line
	}
	return said
}
