// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
)

// logging is a bench whose log holds lines that the test writes.
func logging(t *testing.T, params ...string) *bench {
	t.Helper()
	b := newBench(t, built(params...))
	b.LogForTest("I", "Ans", "first")
	b.LogForTest("W", "AppMS", "second")
	b.LogForTest("E", "Ans", "third\nfourth")
	return b
}

// texts are the messages of lines.
func texts(out string) string {
	var all []string
	for line := range strings.Lines(out) {
		if _, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); ok {
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

func TestHilogFilters(t *testing.T) {
	b := logging(t, logFirmware)
	for _, tt := range []struct{ options, want string }{
		{"", "first second third fourth"},
		{"-T Ans", "first third fourth"}, {"--tag=Ans", "first third fourth"}, {"--tag Ans", "first third fourth"},
		{"-T Ans,AppMS", "first second third fourth"}, {"-T none", ""},
		{"-L E", "third fourth"}, {"-L W,E", "second third fourth"}, {"--level=I", "first"},
		{"-e 'ir[ds]t?'", "first third"}, {"--regex=four", "fourth"},
		{"-D d001203", "first third fourth"}, {"-D 0xD001203", "first third fourth"}, {"-D 1300", "second"}, {"-D 2d00", ""},
		{"-t core", "first second third fourth"}, {"-t app", ""}, {"-t app,core -T AppMS", "second"},
		{"-P 1000", "first second third fourth"}, {"-P 1", ""},
		{"-a 1", "first"}, {"-z 2", "third fourth"}, {"--head=2", "first second"}, {"-T Ans -a 2", "first third"},
	} {
		if got := texts(b.sh("hilog -x %s", tt.options)); got != tt.want {
			t.Errorf("hilog -x %s: %q, want %q", tt.options, got, tt.want)
		}
	}
}

func TestHilogFormats(t *testing.T) {
	b := logging(t, logFirmware)
	const rest = ` +1000 +1000 I C01203/foundation/Ans: first\n$`
	for options, stamp := range map[string]string{
		"":                  `^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`,
		"-v time":           `^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`,
		"-v usec":           `^\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}`,
		"-v nsec -v year":   `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}`,
		"-v epoch":          `^\d{10}\.\d{3}`,
		"-v monotonic":      `^\d\.\d{3}`,
		"-v zone -v colour": `^[+-]\d{4} \d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`,
	} {
		if out := b.sh("hilog -a 1 %s", options); !regexp.MustCompile(stamp + rest).MatchString(out) {
			t.Errorf("hilog %s printed %q", options, out)
		}
	}
	if out := b.sh("hilog -z 2 -v wrap"); !strings.HasSuffix(out, ": third\nfourth\n") {
		t.Errorf("with wrap the second line has a head: %q", out)
	}
}

func TestHilogSettings(t *testing.T) {
	b := newBench(t)
	b.says(
		said{"hilog -b I", "Set global log level to I successfully\n"},
		said{"hilog -b d -D 0x2D00,d001203", "Set domain 0x2d00 log level to D successfully\nSet domain 0xd001203 log level to D successfully\n"},
		said{"hilog -b E -T testTag", "Set tag testTag log level to E successfully\n"},
		said{"hilog -b X; echo $?", "Invalid log level: X\n1\n"},
		said{"hilog -r -t app", "Log type app buffer clear successfully\n"},
		said{"hilog -r", "Log type core,app,only_prerelease buffer clear successfully\n"},
		said{"hilog -G 16M -t app", "Set log type app buffer size to 16.0M successfully\n"},
		said{"hilog -g", "Log type app buffer size is 16.0M\nLog type init buffer size is 256.0K\nLog type core buffer size is 256.0K\nLog type only_prerelease buffer size is 256.0K\n"},
		said{"hilog -G 512K", "Set log type app buffer size to 512.0K successfully\nSet log type init buffer size to 512.0K successfully\nSet log type core buffer size to 512.0K successfully\nSet log type only_prerelease buffer size to 512.0K successfully\n"},
		said{"hilog -G 1K; echo $?", "Invalid buffer size: 1K, buffer size should be in range [64.0K, 16.0M]\n1\n"},
		said{"hilog -G 999999999M | grep -c Invalid", "1\n"},
		said{"hilog -Q pidoff", "Set flow control by process to disabled successfully\n"},
		said{"hilog -Q domainon", "Set flow control by domain to enabled successfully\n"},
		said{"hilog -p off", "Set hilog privacy format off successfully\n"},
		said{"hilog -k on", "Set hilogd storing kmsg log on successfully\n"},
		said{"hilog -Q x", "Invalid argument: x\n"},
		said{"hilog -e '('", "Invalid value: (\n"},
		said{"hilog -D zz", "Invalid domain: zz\n"},
		said{"hilog -v none", "Invalid format: none\n"},
		said{"hilog -T", "option requires an argument -- T\n"},
		said{"hilog --nonsense", "Invalid argument: --nonsense\n"},
	)
}

func TestLogLevelsOutlastARestartOnlyIfAsked(t *testing.T) {
	b := newBench(t)
	level := func() string { return b.sh("param get hilog.loggable.global") }
	restart := func() {
		t.Helper()
		if err := b.Reboot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.sh("hilog -b I")
	b.LogForTest("I", "Ans", "seen")
	if level() != "I\n" || !strings.Contains(b.sh("hilog -x"), "seen") {
		t.Error("the level was not raised")
	}
	restart()
	b.LogForTest("I", "Ans", "unseen")
	if level() != "W\n" || strings.Contains(b.sh("hilog -x"), "seen") {
		t.Error("the level outlasted a restart")
	}
	b.sh("hilog -b I --persist; hilog -b D -T Ans --persist")
	restart()
	b.LogForTest("D", "Ans", "detail")
	if level() != "I\n" || !strings.Contains(b.sh("hilog -x"), "detail") {
		t.Error("the level did not outlast a restart")
	}
}

func TestLostLinesAreMarked(t *testing.T) {
	b := logging(t, logFirmware)
	b.LoseLogs(2)
	for _, text := range []string{"lost", "lost, too", "kept"} {
		b.LogForTest("I", "Ans", text)
	}
	out := b.sh("hilog -x -z 2")
	if texts(out) != "2 line(s) dropped in a second! kept" || !strings.Contains(out, " W C01203/foundation/LOGLIMIT: 2 line") {
		t.Errorf("the log says %q", out)
	}
	if out := b.sh("hilog -x -T Ans"); strings.Contains(out, "dropped") {
		t.Errorf("a filter by tag shows the mark: %q", out)
	}
	b.LoseLogs(1)
	b.LoseLogs(0)
	b.LogForTest("I", "Ans", "kept again")
	if got := texts(b.sh("hilog -x -z 1")); got != "kept again" {
		t.Errorf("the log says %q", got)
	}
	b.MissLogs(1)
	b.LogForTest("I", "Ans", "missed")
	if out := b.sh("hilog -x -T none"); out != "========Slow reader missed log lines: 1\n" {
		t.Errorf("a slow reader is told %q", out)
	}
}

func TestLostLinesOfAnApp(t *testing.T) {
	b := newBench(t, built(logFirmware))
	b.start()
	b.LoseLogs(1000)
	b.want(b.push(6, extra("x")), 0)
	b.untilLog("LOGLIMIT: ==", 1)
	out := b.sh("hilog -x -T LOGLIMIT")
	if !strings.Contains(out, " W A02D00/com.example.shop/LOGLIMIT: ==com.example.shop LOGS OVER PROC QUOTA, 1000 DROPPED==\n") {
		t.Errorf("the log says %q", out)
	}
}

// A reader that follows and is overtaken by the buffer is told how much it
// missed; one that starts later is not.
func TestFollowerIsToldWhatItMissed(t *testing.T) {
	b := newBench(t, built(logFirmware))
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Shell(ctx, "hilog", strings.NewReader(""), w)
		_ = w.Close()
	}()
	b.LogForTest("I", "Ans", "begin")
	var seen strings.Builder
	buffer := make([]byte, 1<<16)
	read := func(until string) {
		t.Helper()
		for !strings.Contains(seen.String(), until) {
			n, err := r.Read(buffer)
			seen.Write(buffer[:n])
			if err != nil {
				t.Fatalf("%q never came: %v", until, err)
			}
		}
	}
	read("begin")
	// The follower blocks in a write while the buffer turns over.
	b.LogForTest("I", "Ans", "blocks")
	one := make([]byte, 1)
	if _, err := r.Read(one); err != nil {
		t.Fatal(err)
	}
	seen.Write(one)
	for i := range 10_000 {
		b.LogForTest("I", "Ans", fmt.Sprint("burst ", i))
	}
	read("burst 9999")
	cancel()
	_ = r.Close()
	<-done
	missed := regexp.MustCompile(`\n========Slow reader missed log lines: (\d+)\n`).FindStringSubmatch(seen.String())
	if missed == nil {
		t.Fatal("nothing was said of what was missed")
	}
	if got := strings.Count(seen.String(), "burst "); fmt.Sprint(10_000-got) != missed[1] {
		t.Errorf("%d lines came, and %s are said to be missing of 10000", got, missed[1])
	}
	if out := b.sh("hilog -x"); strings.Contains(out, "Slow reader") {
		t.Error("a reader that starts later is told of what it missed")
	}
}
