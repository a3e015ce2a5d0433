// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"fmt"
	"strings"
)

// answer deals with one command and reports whether the channel stays open.
func (c *channel) answer(f []byte) (open bool) {
	line := command(f)
	key := c.key
	if c.bound != nil {
		key = c.bound.key
	}
	if !c.meet(c.s.faultsAt(Point{Key: key, Command: line})) {
		return false
	}
	verb, _, _ := strings.Cut(line, " ")
	c.s.o.Logger.DebugContext(c.ctx, "hdc server", "key", c.key, "verb", verb, "bytes", len(f))
	text, open := c.local(line)
	if text == "" {
		return open
	}
	return c.say(text) == nil && open
}

// local answers the server's own commands; what is not one goes to the device.
func (c *channel) local(line string) (text string, open bool) {
	s := c.s
	// These two work on any channel. Recordings version-keyed, rport-rm-keyed.
	switch {
	case line == "version":
		return "Ver: " + c.version + "\n", c.alive
	case strings.HasPrefix(line, "fport rm "):
		return s.unforward(strings.TrimPrefix(line, "fport rm ")), c.alive
	}
	var own func() (string, bool)
	switch {
	case line == "alive":
		own = func() (string, bool) { c.alive = true; return "", true }
	case line == "list targets", line == "list targets -v":
		own = func() (string, bool) { return s.list(strings.HasSuffix(line, "-v")), c.alive }
	case line == "checkserver":
		own = func() (string, bool) { return "\x0d\x00Ver: " + c.version, c.alive }
	case line == "fport ls":
		own = func() (string, bool) { return s.rulesText(), c.alive }
	case line == "wait":
		own = c.waitFor
	case strings.HasPrefix(line, "tconn "):
		own = func() (string, bool) { return s.tconn(strings.TrimPrefix(line, "tconn ")), c.alive }
	default:
		return c.remote(line)
	}
	if c.bound != nil {
		return s.dialect.noDaemon, false
	}
	return own()
}

// waitFor answers `wait`: without a target the channel stays open, and the
// client asks again.
func (c *channel) waitFor() (string, bool) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys() {
		wanted := !c.wait || !s.dialect.waitKeyed || c.key == "" || c.key == key
		if s.targets[key].state == Connected && wanted {
			return fmt.Sprintf(textWaited, key), false
		}
	}
	return textNoTargetYet, true
}

// remote answers the commands that need a device.
func (c *channel) remote(line string) (string, bool) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "shell", "hilog", "rport", "fport", "jpid", "track-jpid", "file", "install", "uninstall",
		"target", "tmode", "smode", "bugreport", "sideload", "reconnect":
	case "start", "kill", "keygen", "discover", "killall-sub":
		// The hdc command deals with these by itself.
		return fmt.Sprintf(textNotSimulated, verb), c.alive
	default:
		return textUnknownCommand, c.alive
	}
	if rest == "" && (verb == "fport" || verb == "rport") {
		return textUnknownCommand, c.alive
	}
	if c.bound == nil {
		return c.s.dialect.needKey, c.alive
	}
	switch verb {
	case "shell":
		return c.shellCommand(rest)
	case "hilog":
		// Only -h is recognised; every other argument is dropped.
		tool := "hilog"
		if rest == "-h" {
			tool = "hilog -h"
		}
		c.shell(tool)
		return "", false
	case "fport", "rport":
		return c.forward(verb == "rport", rest), false
	case "jpid":
		return textEmpty, false
	case "file":
		return c.fileCommand(rest)
	case "install":
		return c.install(rest)
	case "uninstall":
		return c.uninstall(rest)
	case "target":
		return c.targetCommand(rest)
	case "tmode":
		return c.mode(rest)
	case "smode":
		return c.rootMode(rest)
	case "track-jpid":
		c.track()
		return "", false
	case "sideload":
		return c.sideload(rest)
	case "bugreport":
		c.shell("hidumper")
		return "", false
	}
	return fmt.Sprintf(textNotSimulated, verb), false
}
