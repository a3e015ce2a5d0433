// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hilog writes lines to HarmonyOS's log, and to standard error where
// there is none.
//
// It finds OH_LOG_Print at run time, so that a library built with it loads
// everywhere. It guarantees that a line is shown as it is (%{public}s: without
// that hilog prints <private>), is cut to what hilog takes, and that no line
// makes the caller wait for more than the log's own buffer. It does not
// guarantee that a line is kept: hilog drops what exceeds an app's share.
package hilog

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pushproof/pushproof/agent/lines"
)

const (
	// Tag is on each line; at most 31 bytes. Source: HiLog guide.
	Tag = "Pushproof"
	// Domain is a number of an app's own choice, 0 to 0xFFFF. Source: HiLog guide.
	Domain = 0x5050
	// MaxLine is the longest line in bytes; hilog takes 4096 with its end.
	// Source: HiLog guide.
	MaxLine = 4000
)

// Level is hilog's LogLevel.
type Level uint32

// hilog's levels. Source: HiLog, log.h.
const (
	Debug Level = 3
	Info  Level = 4
	Warn  Level = 5
	Error Level = 6
)

// LevelOf maps slog's levels. What is above a warning stays visible on consumer
// firmware, which shows nothing below.
func LevelOf(l slog.Level) Level {
	switch {
	case l >= slog.LevelError:
		return Error
	case l >= slog.LevelWarn:
		return Warn
	case l >= slog.LevelInfo:
		return Info
	}
	return Debug
}

// Print writes one line, from any goroutine.
func Print(level slog.Level, line string) { PrintAt(time.Now(), level, line) }

// PrintAt is Print with the time of the line, in the zone that it is to be shown
// in. The device's log has a time of its own, and shows no other.
func PrintAt(at time.Time, level slog.Level, line string) {
	line = cut(line)
	if printer := find(); printer != nil {
		printer(LevelOf(level), line)
		return
	}
	fmt.Fprintf(os.Stderr, "%s %-5s %s: %s\n", at.Format("15:04:05.000"), level, Tag, line)
}

// NewHandler returns an slog.Handler that writes warnings and errors by Print,
// one line each.
func NewHandler() slog.Handler { return lines.NewHandler(Print) }

// cut bounds a line and keeps it one, at a boundary of characters.
func cut(line string) string {
	line = strings.NewReplacer("\n", " ", "\r", " ", "\x00", " ").Replace(line)
	if len(line) <= MaxLine {
		return line
	}
	end := MaxLine
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end]
}
