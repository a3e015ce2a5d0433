// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Secret is an argument that never reaches a log or an error: it prints as
// REDACTED whatever the verb. The device itself sees it (in ps, among others).
type Secret string

const redacted = "REDACTED"

// Format prints REDACTED.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue logs REDACTED.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText writes REDACTED.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Command is a command line for the device's shell. It prints with its secrets
// redacted. The zero Command is refused by Shell.
type Command struct {
	text, shown string
	// name is what Named gave.
	name string
	err  error
}

// maxCommand bounds the whole line, in bytes: a longer one gets E2BIG on the
// device and shows as an empty answer. Source: 128 KiB is MAX_ARG_STRLEN.
const maxCommand = 128<<10 - 1

// Cmd builds a command from a program and its arguments: strings, ints and
// Secrets, each quoted so that the shell takes it as one word. What is wrong
// with an argument is reported by Shell.
func Cmd(args ...any) Command {
	var text, shown []string
	for i, arg := range args {
		if word, ok := arg.(string); ok && i == 0 && slices.Contains(reserved, word) {
			text, shown = append(text, "'"+word+"'"), append(shown, "'"+word+"'")
			continue
		}
		switch arg := arg.(type) {
		case Secret:
			if err := checkText("secret argument", string(arg)); err != nil {
				return Command{shown: strings.Join(shown, " "), err: &ArgumentError{What: err.What, Why: err.Why}}
			}
			text, shown = append(text, quote(string(arg))), append(shown, redacted)
		case string:
			if err := checkText("argument", arg); err != nil {
				return Command{shown: strings.Join(shown, " "), err: err}
			}
			text, shown = append(text, quote(arg)), append(shown, quote(arg))
		case int:
			text, shown = append(text, strconv.Itoa(arg)), append(shown, strconv.Itoa(arg))
		default:
			return Command{shown: strings.Join(shown, " "),
				err: badArgument("argument", "", fmt.Sprintf("a %T: only string, int and hdc.Secret can be sent", arg))}
		}
	}
	return Command{text: strings.Join(text, " "), shown: strings.Join(shown, " ")}
}

// Raw is a literal line for the device's shell: pipes, lists and redirections.
// Nothing in it is redacted. The shell parses it apart from what Shell puts
// around it: a line that does not parse has the exit status of the shell's own
// complaint, and one that ends in a comment its command's. One that kills the
// shell around it (kill 0) still gives a *LostError. (Claim hdc.raw.)
func Raw(line string) Command {
	if err := checkText("command", line); err != nil {
		return Command{shown: err.Value, err: err}
	}
	if strings.TrimSpace(line) == "" {
		return Command{shown: line}
	}
	text := line
	if strings.HasPrefix(text, "-") {
		text = " " + text // no option of eval
	}
	return Command{text: "eval " + quote(text), shown: line}
}

// Named returns the command with a name, by which errors call it: one line that
// asks many things at once would hide what has happened.
func (c Command) Named(name string) Command {
	c.name = name
	return c
}

// called is what errors call the command: its name, else its line with the
// secrets redacted.
func (c Command) called() string {
	if c.name != "" {
		return c.name
	}
	return c.shown
}

// String returns the line with its secrets redacted.
func (c Command) String() string { return c.shown }

// GoString returns the line with its secrets redacted, so that %#v is no leak.
func (c Command) GoString() string { return fmt.Sprintf("hdc.Command(%q)", c.shown) }

// LogValue logs the line with its secrets redacted.
func (c Command) LogValue() slog.Value { return slog.StringValue(c.shown) }

// check returns what is wrong with the command.
func (c Command) check() error {
	if c.err != nil {
		return c.err
	}
	if strings.TrimSpace(c.text) == "" {
		return badArgument("command", "", "there is none")
	}
	return nil
}

// checkText refuses what the channel cannot carry: the server cuts the text at
// the first NUL, and no recording shows a line break.
func checkText(what, s string) *ArgumentError {
	if strings.ContainsAny(s, "\x00\r\n") {
		return badArgument(what, s, "NUL and line breaks cannot be sent")
	}
	return nil
}

// reserved are the words of the shell's grammar, which quote leaves as they are:
// none of them is the name of a program. (time is one, and parses either way.)
var reserved = []string{"case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
	"select", "then", "until", "while"}

// quote returns s as one word of a POSIX shell.
func quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
