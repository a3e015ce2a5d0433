// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package faults says which channels of a simulated hdc server go wrong, and
// how: it holds the rules as data and does nothing itself.
//
// It guarantees what package rules does of counting. It does not guarantee that
// a real server ever goes wrong in these ways: they are what a client has to
// stand, whatever the cause.
package faults

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/rules"
)

// Kind is what goes wrong.
type Kind string

// The kinds.
const (
	// Drop: the connection ends without a word.
	Drop Kind = "drop"
	// Hang: nothing more comes, and the connection stays open.
	Hang Kind = "hang"
	// Truncate: a frame begins, and the connection ends inside it.
	Truncate Kind = "truncate"
	// Oversize: a frame claims to be longer than any server sends.
	Oversize Kind = "oversize"
	// Foreign: another program greets.
	Foreign Kind = "foreign"
	// Banner: the greeting has the right size and another banner: Text.
	Banner Kind = "banner"
	// Version: the server says that it is of another version: Version.
	Version Kind = "version"
	// State: the target is refused as if it were in State.
	State Kind = "state"
	// Fail: the command is refused, with Code and Text.
	Fail Kind = "fail"
	// Slow: the connection carries BytesPerSecond.
	Slow Kind = "slow"
	// Install: bm refuses the package with Code.
	Install Kind = "install"
	// LostSentinel: the last line of a shell's output never comes, and the
	// connection ends as always.
	LostSentinel Kind = "lost-sentinel"
	// Vanish: the device goes offline, and stays so until it is connected again.
	Vanish Kind = "vanish"
)

// Seam is where something goes wrong.
type Seam string

// The seams.
const (
	// Greeting: before the server's greeting. Neither target nor command is
	// known then.
	Greeting Seam = "greeting"
	// Connect: behind the client's answer to the greeting, which names the
	// target, and before any command.
	Connect Seam = "connect"
	// Command: when a command has come, before it is dealt with.
	Command Seam = "command"
	// Answer: in the answer to a command, behind AfterBytes of it, frames'
	// headers included.
	Answer Seam = "answer"
	// Transfer: in the transfer of a file or an app, when AfterBytes of it have
	// moved.
	Transfer Seam = "transfer"
)

// seams lists where each kind can happen; the first is the default.
var seams = map[Kind][]Seam{
	Drop:         {Command, Greeting, Answer, Transfer},
	Hang:         {Command, Greeting, Answer, Transfer},
	Truncate:     {Command, Greeting},
	Oversize:     {Command},
	Foreign:      {Greeting},
	Banner:       {Greeting},
	Version:      {Greeting},
	State:        {Connect},
	Fail:         {Command},
	Slow:         {Command},
	Install:      {Command},
	LostSentinel: {Command},
	Vanish:       {Command, Answer, Transfer},
}

// States are the values of State: those of `list targets -v`, without
// Connected.
var States = []string{"Offline", "Unauthorized", "Ready"}

// Bounds of a rule's numbers and texts.
const (
	// BytesMax bounds AfterBytes and BytesPerSecond.
	BytesMax = 1 << 30
	// TextMax bounds Text, in bytes, BannerMax that of a Banner, VersionMax a
	// Version: they have to fit into their frames.
	TextMax, BannerMax, VersionMax = 1024, 12, 32
)

// Fault is one rule. Zero fields do not restrict it.
type Fault struct {
	// ID names the rule; a Set fills an empty one.
	ID   string `json:"id,omitempty"`
	Kind Kind   `json:"kind"`
	On   Seam   `json:"on,omitempty"`
	// Key restricts the rule to one target.
	Key string `json:"key,omitempty"`
	// Command restricts the rule to commands that begin with these words:
	// "shell", "file send", "install".
	Command string `json:"command,omitempty"`
	// Contains restricts it to commands with this text in them.
	Contains string `json:"contains,omitempty"`
	// Skip is how many matching events pass before the first hit.
	Skip int `json:"skip,omitempty"`
	// Count is how often the rule hits; 0 means always.
	Count int `json:"count,omitempty"`
	// AfterBytes is for the seams Answer and Transfer, 0 to BytesMax.
	AfterBytes int `json:"afterBytes,omitempty"`
	// BytesPerSecond is Slow's, 1 to BytesMax.
	BytesPerSecond int `json:"bytesPerSecond,omitempty"`
	// State is that of the kind State: one of States.
	State string `json:"state,omitempty"`
	// Code is Fail's (E000001) or Install's (9568320).
	Code string `json:"code,omitempty"`
	// Text is Fail's and Banner's.
	Text string `json:"text,omitempty"`
	// Version is that of the kind Version, without "Ver: ".
	Version string `json:"version,omitempty"`
	// Hits is how often the rule has hit. It is not read.
	Hits int `json:"hits"`
}

var (
	failCode    = regexp.MustCompile(`^E[0-9A-F]{6}$`)
	installCode = regexp.MustCompile(`^\d{7}$`)
	visible     = regexp.MustCompile(`^[ -~]*$`)
)

// Checked returns the rule with its defaults. The error joins all that is
// wrong.
func (f Fault) Checked() (Fault, error) {
	f.Hits = 0
	at, known := seams[f.Kind]
	if !known {
		return f, fmt.Errorf("unknown kind %.32q: the kinds are %s", f.Kind, strings.Join(Kinds(), ", "))
	}
	if f.On == "" {
		f.On = at[0]
	}
	if f.Kind == Banner && f.Text == "" {
		f.Text = "HDC NEXT GEN"
	}
	var problems []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	middle := f.On == Answer || f.On == Transfer
	need(slices.Contains(at, f.On), "a %s cannot be on %.32q: it is on %v", f.Kind, f.On, at)
	need(f.Skip >= 0 && f.Count >= 0, "skip and count are 0 or more")
	need(f.On != Greeting || f.Key == "", "at the greeting no key is known yet")
	need(f.On != Greeting && f.On != Connect || f.Command == "" && f.Contains == "", "on %s no command is known yet", f.On)
	need(f.AfterBytes >= 0 && f.AfterBytes <= BytesMax && (middle || f.AfterBytes == 0), "afterBytes is 0 to %d, for on %s and %s", BytesMax, Answer, Transfer)
	need((f.Kind == Slow) == (f.BytesPerSecond != 0) && f.BytesPerSecond >= 0 && f.BytesPerSecond <= BytesMax, "bytesPerSecond is for kind %s, which needs 1 to %d", Slow, BytesMax)
	need((f.Kind == State) == (f.State != "") && (f.State == "" || slices.Contains(States, f.State)), "state is for kind %s, which needs one of %v", State, States)
	need((f.Kind == Version) == (f.Version != "") && len(f.Version) <= VersionMax && visible.MatchString(f.Version), "version is for kind %s, which needs up to %d visible characters", Version, VersionMax)
	need(f.Kind == Fail || f.Kind == Install || f.Code == "", "code is for kinds %s and %s", Fail, Install)
	need(f.Kind != Install || installCode.MatchString(f.Code), "a %s needs the code of bm, 7 digits as in 9568320", Install)
	need(f.Kind != Fail || f.Code == "" || failCode.MatchString(f.Code), "the code of a %s is E and six hex digits, as in E000001", Fail)
	need((f.Kind == Fail || f.Kind == Banner) == (f.Text != "") && len(f.Text) <= TextMax, "text is for kinds %s, which needs it, and %s, up to %d bytes", Fail, Banner, TextMax)
	need(f.Kind != Banner || len(f.Text) <= BannerMax && !strings.HasPrefix(f.Text, "OHOS HDC"), "the text of a %s is another than OHOS HDC, up to %d bytes", Banner, BannerMax)
	return f, errors.Join(problems...)
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	all := make([]string, 0, len(seams))
	for k := range seams {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return all
}

// Seams returns where a kind can happen, the default first; nil for an unknown
// one.
func Seams(k Kind) []Seam { return slices.Clone(seams[k]) }

// Number returns Install's code as a number.
func (f Fault) Number() int {
	n, _ := strconv.Atoi(f.Code)
	return n
}

// Event is what a rule may match.
type Event struct {
	// On is Greeting, Connect, or Command: rules on Answer and Transfer are
	// counted when the command comes.
	On Seam
	// Key is the channel's connect key, as the client wrote it.
	Key string
	// Command is the client's. It may hold secrets, and is not kept.
	Command string
}

// Set is the rules in force. The zero value has none. Its methods may be called
// from any goroutine.
type Set = rules.Set[Fault, Event]

// Scope returns the rule's name, skip and count.
func (f Fault) Scope() (id string, skip, count int) { return f.ID, f.Skip, f.Count }

// Counted returns the rule with a name and its hits.
func (f Fault) Counted(id string, hits int) Fault {
	f.ID, f.Hits = id, hits
	return f
}

// Matches reports whether the rule is about the event.
func (f Fault) Matches(e Event) bool {
	on := f.On
	if on == Answer || on == Transfer {
		on = Command
	}
	words := f.Command == "" || e.Command == f.Command || strings.HasPrefix(e.Command, f.Command+" ")
	return on == e.On && (f.Key == "" || f.Key == e.Key) && words && strings.Contains(e.Command, f.Contains)
}
