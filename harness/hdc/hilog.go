// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// LogLevel is hilog's letter of a level.
type LogLevel string

// The levels, from the lowest to the highest.
const (
	LogDebug LogLevel = "D"
	LogInfo  LogLevel = "I"
	LogWarn  LogLevel = "W"
	LogError LogLevel = "E"
	LogFatal LogLevel = "F"
)

const logLevels = "DIWEF"

// LogFilter says which lines hilog prints. The zero value is all of them. A
// device shows what its level lets through: consumer firmware warnings and
// errors only, until `hilog -b I`.
type LogFilter struct {
	// Recent ends with what the device keeps now; without it the log is followed.
	Recent bool
	// Last is how many of the lines that the device keeps come, 0 for all. It
	// needs Recent.
	Last int
	// Tag is a tag, Domain a domain such as 0x2D00; "" and 0 mean any.
	Tag    string
	Domain uint32
	// Level is the lowest level, "" for all.
	Level LogLevel
	// PID is a process, 0 for any.
	PID int
	// Match is hilog's regular expression over the message, "" for any.
	Match string
}

// LogLine is a line of hilog.
type LogLine struct {
	// Time is month, day and time of the device's clock: hilog gives no year.
	Time     string
	PID, TID int
	Level    LogLevel
	// Type is A for apps, C for the system's core, I for its start, P for
	// prerelease, K for the kernel.
	Type string
	// Domain is in hexadecimal as hilog writes it.
	Domain string
	// Process is the process's name, "" where the version does not print it.
	Process, Tag, Message string
	// Lost is set where the line says that lines are missing: what was not seen
	// has not been shown to be absent.
	Lost *LogLoss
	// Raw is the line as it came, at most 8192 bytes of it. A line that cannot be
	// read has nothing else.
	Raw string
}

// LogLoss says that hilog left lines out.
type LogLoss struct {
	// Lines is how many, 0 where it is not said.
	Lines int
	// Why is hilog's reason.
	Why LossReason
}

// LossReason says why lines are missing.
type LossReason string

// The reasons.
const (
	// LossProcess: an app wrote more than its quota of a second. Apps that are
	// signed for debugging have none.
	LossProcess LossReason = "a process wrote too much"
	// LossDomain: a domain of the system did.
	LossDomain LossReason = "a domain wrote too much"
	// LossReader: this reader was too slow.
	LossReader LossReason = "the reader was too slow"
	// LossWriter: the log service did not take a line.
	LossWriter LossReason = "a line could not be written"
)

// maxLogLine bounds a line, in bytes. hilog's own limit of a message is 4096.
const maxLogLine = 8192

// lossTexts are hilog's marks of what is missing. Source: HarmonyOS, guide of
// hilog.
var lossTexts = []struct {
	text *regexp.Regexp
	why  LossReason
}{
	{regexp.MustCompile(`LOGLIMIT: ==.* LOGS OVER PROC QUOTA, (\d+) DROPPED==`), LossProcess},
	{regexp.MustCompile(`LOGLIMIT: (\d+) line\(s\) dropped in a second!`), LossDomain},
	{regexp.MustCompile(`========Slow reader missed log lines: (\d+)`), LossReader},
	{regexp.MustCompile(`write socket failed()`), LossWriter},
}

// logForm is a line: date, time, process, thread, level, type and domain,
// process name (which some versions leave out), tag, message.
var logForm = regexp.MustCompile(`^(\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) +(\d+) +(\d+) ([DIWEF]) ([A-Z])([0-9A-Fa-f]+)/(?:([^/ ]*)/)?([^/]*?): (.*)$`)

// ParseLogLine reads a line of hilog. One that is none has Raw only, and Lost if
// it is a mark of what is missing.
func ParseLogLine(line string) LogLine {
	line = strings.TrimRight(line, "\r\n")
	l := LogLine{Raw: strings.ToValidUTF8(line[:min(len(line), maxLogLine)], "?")}
	texts := []string{line}
	if m := logForm.FindStringSubmatch(line); m != nil {
		l.Time, l.Level, l.Type, l.Domain, l.Process, l.Tag, l.Message = m[1], LogLevel(m[4]), m[5], m[6], m[7], m[8], m[9]
		l.PID, _ = strconv.Atoi(m[2])
		l.TID, _ = strconv.Atoi(m[3])
		// LOGLIMIT is the tag of such a line, or stands in its message.
		texts = []string{l.Message, l.Tag + ": " + l.Message}
	}
	for _, text := range texts {
		if l.Lost = lossIn(text); l.Lost != nil {
			break
		}
	}
	return l
}

// lossIn returns what a text says is missing. A mark starts its text: an app may
// write anything else.
func lossIn(text string) *LogLoss {
	for _, row := range lossTexts {
		if m := row.text.FindStringSubmatchIndex(text); m != nil && m[0] == 0 {
			loss := &LogLoss{Why: row.why}
			loss.Lines, _ = strconv.Atoi(text[m[2]:m[3]])
			return loss
		}
	}
	return nil
}

// LogExitError says that hilog ended by itself with an error, or is not there.
type LogExitError struct {
	Exit int
	// Text is what it printed last.
	Text string
}

// Error implements error.
func (e *LogExitError) Error() string {
	return fmt.Sprintf("hilog on the device ended with %d: %q: check the filters with: hdc shell hilog -h", e.Exit, e.Text)
}

// Logs yields the device's log, line by line, until hilog ends (with Recent) or
// ctx does; leaving the loop ends hilog on the device. The last pair holds an
// error, if there is one: those of Stream, *LogExitError, *ArgumentError. The
// end of ctx is no error. Nothing is kept here: while the loop's body runs, the
// device's buffer fills, and a loss of lines is a line with Lost.
//
// It runs `shell hilog`, since hdc drops all arguments of `hdc hilog`. (Claim
// hdc.hilog-line.)
func (c *Client) Logs(ctx context.Context, key string, f LogFilter) iter.Seq2[LogLine, error] {
	return func(yield func(LogLine, error) bool) {
		cmd, err := f.command()
		if err != nil {
			yield(LogLine{}, err)
			return
		}
		left := errors.New("the loop was left")
		var rest []byte
		last := ""
		line := func(raw []byte) error {
			l := ParseLogLine(string(raw))
			if strings.TrimSpace(l.Raw) == "" {
				return nil
			}
			if last = l.Raw; !yield(l, nil) {
				return left
			}
			return nil
		}
		exit, err := c.Stream(ctx, key, cmd, func(output []byte) error {
			rest = append(rest, output...)
			for {
				at := bytes.IndexByte(rest, '\n')
				if at < 0 && len(rest) < 2*maxLogLine {
					return nil
				}
				if at < 0 {
					at = len(rest) - 1
				}
				if err := line(rest[:at+1]); err != nil {
					return err
				}
				rest = append(rest[:0], rest[at+1:]...)
			}
		})
		if errors.Is(err, left) {
			return
		}
		if len(rest) > 0 && line(rest) != nil {
			return
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			yield(LogLine{}, err)
		case exit != 0:
			yield(LogLine{}, &LogExitError{Exit: exit, Text: last})
		}
	}
}

// Check returns an *ArgumentError for a filter that hilog would refuse.
func (f LogFilter) Check() error {
	_, err := f.command()
	return err
}

// brokenAnywhere are the mistakes in an expression that Go's dialect shares with
// richer ones. Which one hilog takes is not documented, so look-ahead and
// back-references, which Go lacks, are left to it.
var brokenAnywhere = []syntax.ErrorCode{
	syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingBracket, syntax.ErrInvalidCharRange,
	syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash,
}

// checkMatch refuses an expression that is none. hilog would end at once.
func checkMatch(expr string) error {
	_, err := syntax.Parse(expr, syntax.Perl)
	var broken *syntax.Error
	if errors.As(err, &broken) && slices.Contains(brokenAnywhere, broken.Code) {
		return badArgument("expression", expr, broken.Code.String()+"; put a backslash before what stands for itself")
	}
	return nil
}

// command returns hilog's command line. Source of the options: HarmonyOS, guide
// of hilog.
func (f LogFilter) command() (Command, error) {
	args := []any{"hilog"}
	if f.Recent {
		args = append(args, "-x")
	}
	if f.Last < 0 || f.Last > 0 && !f.Recent {
		return Command{}, badArgument("number of lines", strconv.Itoa(f.Last), "it is positive, and of the lines that the device keeps now (Recent)")
	}
	if f.Last > 0 {
		args = append(args, "-z", f.Last)
	}
	if f.Tag != "" {
		args = append(args, "-T", f.Tag)
	}
	if f.Domain != 0 {
		args = append(args, "-D", fmt.Sprintf("0x%x", f.Domain))
	}
	if f.Level != "" {
		at := strings.Index(logLevels, string(f.Level))
		if at < 0 || len(f.Level) != 1 {
			return Command{}, badArgument("log level", string(f.Level), "it is one of D, I, W, E and F")
		}
		args = append(args, "-L", strings.Join(strings.Split(logLevels[at:], ""), ","))
	}
	if f.PID > 0 {
		args = append(args, "-P", f.PID)
	}
	if err := checkMatch(f.Match); err != nil {
		return Command{}, err
	}
	if f.Match != "" {
		args = append(args, "-e", f.Match)
	}
	for _, text := range []string{f.Tag, f.Match} {
		if strings.HasPrefix(text, "-") {
			return Command{}, badArgument("tag or expression", text, "hilog takes it for an option; start an expression with [-]")
		}
	}
	cmd := Cmd(args...)
	return cmd, cmd.check()
}

// BugReport writes the device's report about itself to w: what `hdc bugreport`
// does, by the shell, since only so its end is known. It is large and takes
// minutes: give ctx a deadline. (Recording bugreport shows that hdc runs
// hidumper.)
func (c *Client) BugReport(ctx context.Context, key string, w io.Writer) error {
	exit, err := c.Stream(ctx, key, Cmd("hidumper"), func(output []byte) error {
		_, err := w.Write(output)
		return err
	})
	if err == nil && exit != 0 {
		err = fmt.Errorf("hidumper on the device ended with %d: the report is incomplete", exit)
	}
	if err != nil {
		return fmt.Errorf("report of %s: %w", key, err)
	}
	return nil
}
