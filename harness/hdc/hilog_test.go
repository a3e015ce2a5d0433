// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestLogLines(t *testing.T) {
	loss := func(n int, why hdc.LossReason) *hdc.LogLoss { return &hdc.LogLoss{Lines: n, Why: why} }
	tests := []struct {
		name, line string
		want       hdc.LogLine
	}{
		{"app", "08-17 10:02:03.456  1234  5678 I A02D00/com.example.app/Push: got it: all of it\r\n",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1234, TID: 5678, Level: hdc.LogInfo, Type: "A", Domain: "02D00", Process: "com.example.app", Tag: "Push", Message: "got it: all of it"}},
		{"without process", "08-17 10:02:03.456     1     1 W C01203/Ans: a/b: c",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1, TID: 1, Level: hdc.LogWarn, Type: "C", Domain: "01203", Tag: "Ans", Message: "a/b: c"}},
		{"empty message", "08-17 10:02:03.456     1     1 E C01203/foundation/Ans: ",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1, TID: 1, Level: hdc.LogError, Type: "C", Domain: "01203", Process: "foundation", Tag: "Ans"}},
		{"quota of a process", "08-17 10:02:03.456     1     1 W A00000/com.x/LOGLIMIT: LOGLIMIT: ==com.x LOGS OVER PROC QUOTA, 17 DROPPED==",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1, TID: 1, Level: hdc.LogWarn, Type: "A", Domain: "00000", Process: "com.x", Tag: "LOGLIMIT",
				Message: "LOGLIMIT: ==com.x LOGS OVER PROC QUOTA, 17 DROPPED==", Lost: loss(17, hdc.LossProcess)}},
		{"quota of a process, by the tag", "08-17 10:02:03.456     1     1 W A00000/com.x/LOGLIMIT: ==com.x LOGS OVER PROC QUOTA, 17 DROPPED==",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1, TID: 1, Level: hdc.LogWarn, Type: "A", Domain: "00000", Process: "com.x", Tag: "LOGLIMIT",
				Message: "==com.x LOGS OVER PROC QUOTA, 17 DROPPED==", Lost: loss(17, hdc.LossProcess)}},
		{"quota of a domain", "08-17 10:02:03.456     1     1 W C01203/x/y: LOGLIMIT: 3 line(s) dropped in a second!",
			hdc.LogLine{Time: "08-17 10:02:03.456", PID: 1, TID: 1, Level: hdc.LogWarn, Type: "C", Domain: "01203", Process: "x", Tag: "y",
				Message: "LOGLIMIT: 3 line(s) dropped in a second!", Lost: loss(3, hdc.LossDomain)}},
		{"slow reader", "========Slow reader missed log lines: 99", hdc.LogLine{Lost: loss(99, hdc.LossReader)}},
		{"writer", "write socket failed", hdc.LogLine{Lost: loss(0, hdc.LossWriter)}},
		{"something else", "hilog: what", hdc.LogLine{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.Raw = strings.TrimRight(test.line, "\r\n")
			if diff := cmp.Diff(test.want, hdc.ParseLogLine(test.line)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLogFilters(t *testing.T) {
	tests := []struct {
		filter hdc.LogFilter
		want   string
	}{
		{hdc.LogFilter{}, "hilog"},
		{hdc.LogFilter{Recent: true, Last: 50}, "hilog -x -z 50"},
		{hdc.LogFilter{Tag: "Push", Domain: 0x2d00, Level: hdc.LogWarn, PID: 7, Match: "[Pp]ush x"}, "hilog -T Push -D 0x2d00 -L W,E,F -P 7 -e '[Pp]ush x'"},
		{hdc.LogFilter{Last: 5}, ""},
		{hdc.LogFilter{Recent: true, Last: -5}, ""},
		{hdc.LogFilter{Level: "X"}, ""},
		{hdc.LogFilter{Level: "DI"}, ""},
		{hdc.LogFilter{Tag: "-x"}, ""},
		{hdc.LogFilter{Match: "a\nb"}, ""},
	}
	for _, test := range tests {
		var asked string
		_, c := simulate(t, hdcd.Options{CloseDelay: -1}, func(_ context.Context, command string, _ io.Writer) int { asked = command; return 0 })
		var failed error
		for _, err := range c.Logs(patient(t), key, test.filter) {
			failed = err
		}
		var argument *hdc.ArgumentError
		if asked != test.want || (test.want == "") != errors.As(failed, &argument) {
			t.Errorf("%+v: asked %q, %v; want %q", test.filter, asked, failed, test.want)
		}
	}
}

func TestLogsFollow(t *testing.T) {
	ended := make(chan struct{})
	_, c := simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		// Lines need not come as frames do.
		fmt.Fprint(out, "08-17 10:02:03.456  1234  5678 I A02D00/com.example.app/Push: ")
		fmt.Fprint(out, "one\n\n08-17 10:02:03.457  1234  5678 I A02D00/com.example.app/Push: two\n")
		<-ctx.Done()
		close(ended)
		return 0
	})
	var got []string
	for line, err := range c.Logs(patient(t), key, hdc.LogFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, line.Message); len(got) == 2 {
			break
		}
	}
	if diff := cmp.Diff([]string{"one", "two"}, got); diff != "" {
		t.Error(diff)
	}
	arrives(t, "the end of hilog", ended)
}

func TestLogsEnd(t *testing.T) {
	_, c := simulate(t, hdcd.Options{}, func(_ context.Context, _ string, out io.Writer) int {
		fmt.Fprint(out, "/bin/sh: hilog: inaccessible or not found")
		return 127
	})
	var exit *hdc.LogExitError
	for _, err := range c.Logs(patient(t), key, hdc.LogFilter{Recent: true}) {
		if err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
	}
	if exit == nil || exit.Exit != 127 || !strings.Contains(exit.Text, "not found") {
		t.Errorf("%+v", exit)
	}
	ctx, cancel := context.WithCancel(patient(t))
	defer cancel()
	_, c = simulate(t, hdcd.Options{}, func(ctx context.Context, _ string, out io.Writer) int {
		fmt.Fprintln(out, "x")
		<-ctx.Done()
		return 0
	})
	for line, err := range c.Logs(ctx, key, hdc.LogFilter{}) {
		if err != nil || line.Raw != "x" {
			t.Errorf("%+v, %v", line, err)
		}
		cancel()
	}
}

func TestBugReport(t *testing.T) {
	_, c := simulate(t, hdcd.Options{}, func(_ context.Context, command string, out io.Writer) int {
		fmt.Fprintf(out, "report of %s\n", command)
		return 0
	})
	var b strings.Builder
	if err := c.BugReport(patient(t), key, &b); err != nil || b.String() != "report of hidumper\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	_, c = simulate(t, hdcd.Options{}, func(context.Context, string, io.Writer) int { return 127 })
	if err := c.BugReport(patient(t), key, io.Discard); err == nil || !strings.Contains(err.Error(), "127") {
		t.Error(err)
	}
}

// FuzzLogLines reads what a device might log.
func FuzzLogLines(f *testing.F) {
	f.Add("08-17 10:02:03.456  1234  5678 I A02D00/com.example.app/Push: got it")
	f.Add("========Slow reader missed log lines: 99")
	f.Add("08-17 10:02:03.456     1     1 W C01203/x/y: LOGLIMIT: 3 line(s) dropped in a second!")
	f.Fuzz(func(t *testing.T, line string) {
		l := hdc.ParseLogLine(line)
		if l.Time == "" && (l.PID != 0 || l.Tag != "" || l.Message != "") {
			t.Fatalf("%q: parts of a line that is none: %+v", line, l)
		}
		if len(l.Raw) > 8192 || l.Lost != nil && l.Lost.Lines < 0 {
			t.Fatalf("%q: %+v", line, l)
		}
	})
}
