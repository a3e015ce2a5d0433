// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// hilog is a device's log behind the tool of that name.
type hilog struct {
	lines  []string
	global string // the parameter, "" where it is not set
	now    string
	set    []string // what hilog -b was called with
	deaf   bool     // hilog -b answers something else
}

func (h *hilog) on(s *script) {
	s.does(`^echo @pushproof:`, func(_ context.Context, line string) (hdc.Result, error) {
		var out strings.Builder
		for command := range strings.SplitSeq(line, ";") {
			out.WriteString(h.run(command))
		}
		return said(out.String())
	})
	s.does(`^hilog -b `, func(_ context.Context, line string) (hdc.Result, error) { return said(h.run(line)) })
}

func (h *hilog) run(command string) string {
	words := strings.Fields(command)
	switch {
	case words[0] == "echo":
		return words[1] + "\n"
	case words[0] == "date":
		return h.now + "\n"
	case words[0] == "param" && h.global == "":
		return "Get parameter \"hilog.loggable.global\" fail! errNum is:106!\n"
	case words[0] == "param":
		return h.global + "\n"
	case words[1] == "-b":
		h.set = append(h.set, strings.Join(words[2:], " "))
		if h.deaf {
			return "Invalid log level\n"
		}
		if len(words) == 5 {
			return fmt.Sprintf("Set domain 0x%s log level to %s successfully\n", words[4], words[2])
		}
		h.global = words[2]
		return "Set global log level to " + h.global + " successfully\n"
	}
	kind, value := words[len(words)-2], words[len(words)-1]
	var match *regexp.Regexp
	if _, quoted, ok := strings.Cut(command, " -e "); ok {
		kind, match = "-e", regexp.MustCompile(strings.Trim(quoted, "'"))
	}
	var out []string
	for _, line := range h.lines {
		fields := strings.Fields(line)
		switch {
		case words[2] == "-t":
			if len(fields) > 5 && len(out) == 0 && strings.HasPrefix(fields[5], map[string]string{"app": "A", "core": "C"}[words[3]]) {
				out = append(out, line)
			}
		case kind == "-P" && fields[2] == value, kind == "-e" && match.MatchString(line):
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

const nonce = "n-7f3ac19e"

func logged(t *testing.T) *hilog {
	return &hilog{lines: strings.Split(strings.TrimSpace(testdata(t, "hilog.txt")), "\n"), global: "I", now: "11-24 23:55:00"}
}

func messages(w device.LogWindow) []string {
	var all []string
	for _, l := range w.Lines {
		all = append(all, l.Message)
	}
	return all
}

func TestLogWindow(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.on(s)
	got, err := open(t, s).LogWindow(t.Context(), nonce, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"prepareNotificationInfo bundleName=com.example.app,uid=20020123",
		"deliver to com.example.app",
		"arrived n-7f3ac19e",
		"arrived n-7f3ac19e",
		"my token is (74 characters left out)",
		"n-7f3ac19e seen elsewhere",
	}
	if !slices.Equal(messages(got), want) {
		t.Errorf("lines\n%s\nwant\n%s", strings.Join(messages(got), "\n"), strings.Join(want, "\n"))
	}
	if !got.Found || !got.Complete || got.Gaps != nil || got.From != "11-24 23:40:30.123" || got.To != "11-24 23:41:30.140" {
		t.Errorf("window %+v", got)
	}
	for _, l := range got.Lines {
		if strings.Contains(l.Raw, "MAMzLg") {
			t.Errorf("a token stays in %q", l.Raw)
		}
	}
	if n := len(s.sent(`hilog -x`)); n != 2 {
		t.Errorf("%d commands, want two: one for what there was, one for all queries", n)
	}
	if len(h.set) != 0 {
		t.Errorf("hilog -b %q, though INFO is kept already", h.set)
	}
}

func TestLogWindowOfAProcessThatIsGone(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.lines = []string{
		"11-24 23:41:00.000  5000  5000 W A02D00/com.example.app:remote/Pushproof: answered n-7f3ac19e",
		"11-24 23:41:00.001  5000  5000 I A02D00/Pushproof: without its name",
		"11-24 23:41:00.002  5001  5001 I A02D00/Pushproof: another",
	}
	h.on(s)
	got, err := open(t, s).LogWindow(t.Context(), nonce, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"answered n-7f3ac19e", "without its name"}; !slices.Equal(messages(got), want) {
		t.Errorf("lines %q, want %q", messages(got), want)
	}
}

func TestLogWindowWithoutTheNonce(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.on(s)
	d := open(t, s)
	got, err := d.LogWindow(t.Context(), "n-00000000", time.Minute)
	if err != nil || got.Found || !slices.Equal(messages(got), []string{"long after"}) {
		t.Errorf("window %+v, %v; want the app's last minute", got, err)
	}
	h.lines = nil
	got, err = d.LogWindow(t.Context(), "n-00000000", time.Minute)
	if err != nil || got.Found || len(got.Lines) != 0 || got.From != "" || !got.Complete {
		t.Errorf("window of an empty log %+v, %v", got, err)
	}
	if _, err := d.LogWindow(t.Context(), "", time.Minute); err == nil {
		t.Error("an empty nonce stands in every line")
	}
}

func TestLogWindowOverNewYear(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.now = "01-01 00:00:09"
	h.lines = []string{
		"12-31 23:59:50.000  4711  4711 I A02D00/com.example.app/P: early",
		"12-31 23:59:59.500  4711  4711 I A02D00/com.example.app/P: before",
		"01-01 00:00:00.500  4711  4711 I A02D00/com.example.app/P: n-7f3ac19e",
		"01-01 00:00:01.000  4711  4711 I A02D00/com.example.app/P: after",
	}
	h.on(s)
	got, err := open(t, s).LogWindow(t.Context(), nonce, 2*time.Second)
	if want := []string{"before", "n-7f3ac19e", "after"}; err != nil || !slices.Equal(messages(got), want) {
		t.Errorf("lines %q, %v; want %q", messages(got), err, want)
	}
}

func TestLogWindowTellsWhatIsMissing(t *testing.T) {
	const arrived = "11-24 23:41:00.123  4711  4712 W A02D00/com.example.app/Pushproof: arrived n-7f3ac19e"
	tests := []struct {
		name  string
		alter func(*hilog)
		gap   string // "" for none
	}{
		{"nothing", func(*hilog) {}, ""},
		{"the app wrote too much", func(h *hilog) {
			h.lines = append(h.lines, "11-24 23:41:01.000  4711  4711 W A02D00/com.example.app/LOGLIMIT: ==com.example.app LOGS OVER PROC QUOTA, 12 DROPPED==")
		}, "12 lines are missing: a process wrote too much, 11-24 23:41:01.000"},
		{"another app did", func(h *hilog) {
			h.lines = append(h.lines, "11-24 23:41:01.000  99  99 W A02D00/com.example.bank/LOGLIMIT: ==com.example.bank LOGS OVER PROC QUOTA, 12 DROPPED==")
		}, ""},
		{"the app did, an hour later", func(h *hilog) {
			h.lines = append(h.lines, "11-25 00:41:01.000  4711  4711 W A02D00/com.example.app/LOGLIMIT: ==com.example.app LOGS OVER PROC QUOTA, 12 DROPPED==")
		}, ""},
		{"a domain did", func(h *hilog) {
			h.lines = append(h.lines, "11-24 23:41:01.000  1000  1000 W C01203/foundation/LOGLIMIT: 7 line(s) dropped in a second!")
		}, "7 lines are missing: a domain wrote too much"},
		{"a line could not be written", func(h *hilog) {
			h.lines = append(h.lines, "11-24 23:41:01.000  1000  1000 E C02D00/foundation/HiLog: write socket failed")
		}, "a line could not be written"},
		{"the reader was slow", func(h *hilog) {
			h.lines = append(h.lines, "========Slow reader missed log lines: 3 n-7f3ac19e")
		}, "3 lines are missing: the reader was too slow"},
		{"the level was raised too late", func(h *hilog) { h.global = "W" }, "raised to INFO after the message"},
		{"it was not raised", func(h *hilog) { h.global, h.deaf = "W", true }, "INFO lines may be missing"},
		{"more lines than are asked for", func(h *hilog) {
			h.lines = slices.Repeat([]string{arrived}, 5001)
		}, "more than 5000 lines"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, h := newScript(t, "phone"), logged(t)
			tt.alter(h)
			h.on(s)
			got, err := open(t, s).LogWindow(t.Context(), nonce, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if got.Complete != (tt.gap == "") || !strings.Contains(strings.Join(got.Gaps, "\n"), tt.gap) {
				t.Errorf("complete %v, gaps %q; want %q", got.Complete, got.Gaps, tt.gap)
			}
			if len(got.Lines) > 1000 {
				t.Errorf("%d lines are kept", len(got.Lines))
			}
		})
	}
}

func TestLogWindowTellsThatTheBufferIsFull(t *testing.T) {
	s, h := newScript(t, "phone"), logged(t)
	h.on(s)
	d := open(t, s)
	if err := d.RaiseLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.lines = h.lines[5:] // the device has dropped the oldest
	got, err := d.LogWindow(t.Context(), nonce, time.Minute)
	if err != nil || got.Complete || !strings.Contains(strings.Join(got.Gaps, "\n"), "keeps app lines since 11-24 23:41:00.123 only") {
		t.Errorf("window %+v, %v", got, err)
	}
}

func FuzzLogWindow(f *testing.F) {
	f.Add(testdata(f, "hilog.txt"), nonce)
	f.Add("12-31 23:59:59.500  4711  4711 I A02D00/com.example.app/P: x\n01-01 00:00:00.500  4711  4711 I A02D00/P: n-1\n========Slow reader missed log lines: 3\n", "n-1")
	f.Add("02-29 00:00:00.000 1 1 I A0/P: n-1\n13-99 99:99:99.999 1 1 I A0/P: n-1\n", "n-1")
	f.Fuzz(func(t *testing.T, text, nonce string) {
		if nonce == "" {
			return
		}
		w := device.CutLog(text, nonce, bundle, []int{4711})
		if w.Complete != (len(w.Gaps) == 0) || len(w.Lines) > 1000 || (w.From == "") != (w.To == "") {
			t.Errorf("window %+v", w)
		}
		for _, l := range w.Lines {
			ours := l.PID == 4711 || strings.HasPrefix(l.Process, bundle)
			if !ours && !strings.Contains(l.Raw, nonce) && !strings.Contains(l.Raw, bundle) && !strings.Contains(l.Raw, "characters left out") {
				t.Errorf("a line of another app is kept: %+v", l)
			}
		}
	})
}
