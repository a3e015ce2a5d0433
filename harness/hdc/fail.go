// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// TargetKind says why a device cannot be used.
type TargetKind int

// The reasons.
const (
	// Unknown: no target has this key.
	Unknown TargetKind = iota + 1
	// Offline: the server knows the target, and it is not connected.
	Offline
	// Unauthorized: the device has not accepted this host's key.
	Unauthorized
	// Handshaking: the server is still connecting; a retry is right.
	Handshaking
	// Ambiguous: no key was bound: none given, or "any" with 0 or several targets.
	Ambiguous
)

// targetKinds says in words what happened and what to do.
var targetKinds = map[TargetKind]struct{ what, do string }{
	Unknown:      {"no target has this key", "choose one from: hdc list targets -v"},
	Offline:      {"the target is offline", "plug it in again or start the emulator; one on the network is connected with: hdc tconn IP:PORT"},
	Unauthorized: {"the device has not authorised this computer", "unlock the device and accept the debugging dialog, then try again"},
	Handshaking:  {"the server is still connecting to the target", "wait some seconds and try again"},
	Ambiguous:    {"no target is bound to the command", "name one of: hdc list targets"},
}

// TargetError says that the device cannot be used now, and why. The command
// was not run.
type TargetError struct {
	Key  string
	Kind TargetKind
	// Text is the server's own text, "" where the state came from the list.
	Text string
}

// Error implements error.
func (e *TargetError) Error() string {
	words := targetKinds[e.Kind]
	text := ""
	if e.Text != "" {
		text = fmt.Sprintf(" (hdc says %q)", e.Text)
	}
	return fmt.Sprintf("target %q: %s%s: %s", e.Key, words.what, text, words.do)
}

// FailError is any other refusal of the server.
type FailError struct {
	// Command is the command with its secrets redacted, or its name.
	Command string
	// Code is E and six hex digits, "" where the server gave none: servers
	// before 3.1.0e have texts only.
	Code string
	// Text is the server's text without prefix and code.
	Text string
	// Meaning and Advice are those of fixtures.HDCCodes, "" for a code that the
	// table lacks.
	Meaning, Advice string
}

// Error implements error.
func (e *FailError) Error() string {
	switch {
	case e.Code == "":
		return fmt.Sprintf("hdc refused %q: %s", e.Command, e.Text)
	case e.Meaning == "":
		return fmt.Sprintf("hdc refused %q: %s: %s", e.Command, e.Code, e.Text)
	}
	return fmt.Sprintf("hdc refused %q: %s (%s; hdc says %q): %s", e.Command, e.Meaning, e.Code, e.Text, e.Advice)
}

// PortError says that a forward rule's port is taken: try the next one.
type PortError struct {
	Port int
	// Rule is the rule that was asked for, as hdc writes it.
	Rule string
	// Why says who holds the port, as far as is known.
	Why string
}

// Error implements error.
func (e *PortError) Error() string {
	return fmt.Sprintf("port %d of the rule %q is taken: %s: try another port, or see: hdc fport ls", e.Port, e.Rule, e.Why)
}

// failLine is a message of the server itself: "[Fail]", then perhaps a code.
var failLine = regexp.MustCompile(`^\[Fail\](?:\[(E[0-9A-F]{6})\])?:?\s*((?s:.*))$`)

// portBusy is the refusal of a port that is taken. Source: recordings
// fport-port-busy, rport-duplicate.
var portBusy = regexp.MustCompile(`^TCP Port listen failed at (\d+)`)

// targetTexts maps codes and code-less texts to the state of the target.
// Sources: recordings shell-wrong-key, shell-offline-target, shell-unkeyed-two;
// the texts of E000002 to E000004 are claim hdc.handshake-texts.
var targetTexts = []struct {
	code, text string
	kind       TargetKind
}{
	{"", "Not match target founded", Unknown},
	{"E001005", "Device not found or connected", Offline},
	{"", "Device not founded or connected", Offline},
	{"E000002", "The device unauthorized", Unauthorized},
	{"E000003", "The device unauthorized", Unauthorized},
	{"E000004", "The communication channel is being established", Handshaking},
	{"", "ExecuteCommand need connect-key?", Ambiguous},
}

// failure turns an answer that starts with [Fail] into its typed error, and
// anything else into nil. A second [Fail] behind the first says no more: it
// comes where a command follows the refusal of its key.
func failure(key, shown string, answer []byte) error {
	if second := bytes.Index(answer, []byte("\n[Fail]")); second >= 0 {
		answer = answer[:second]
	}
	m := failLine.FindSubmatch(answer)
	if m == nil {
		return nil
	}
	code, text := string(m[1]), strings.TrimSpace(string(m[2]))
	for _, row := range targetTexts {
		if (row.code != "" && row.code == code) || (code == "" && strings.HasPrefix(text, row.text)) {
			return &TargetError{Key: key, Kind: row.kind, Text: text}
		}
	}
	if busy := portBusy.FindStringSubmatch(text); busy != nil {
		if port, err := strconv.Atoi(busy[1]); err == nil {
			return &PortError{Port: port, Rule: shown, Why: "another rule or program listens on it"}
		}
	}
	row, _ := fixtures.HDCCodeOf(code)
	return &FailError{Command: shown, Code: code, Text: text, Meaning: row.Meaning, Advice: row.Advice}
}
