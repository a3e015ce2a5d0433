// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"strings"
	"testing"
)

// What would fill the stack or the memory of the program is refused, and the
// shell goes on.
func TestShellRefusesToRecurse(t *testing.T) {
	b := newBench(t)
	const may = "a function that may call itself is refused by the simulated shell\n"
	const unknown = "a function that calls what is only known when it runs is refused by the simulated shell\n"
	for _, tt := range []struct{ name, command, want string }{
		{"itself", "f(){ f; }; f", "/bin/sh: f: " + may},
		{"in circles", "f(){ g; }; g(){ echo x | f; }; f", may},
		{"defined again", "f(){ g; }; g(){ :; }; g(){ f; }; f", may},
		{"a fork bomb", ":(){ :|:& };:", "/bin/sh: :: " + may},
		{"the other way of writing", "function f { f; }; f", "/bin/sh: f: " + may},
		{"in a substitution", "f(){ echo $(f); }; f", "/bin/sh: f: " + may},
		{"inside out", "f(){ g(){ f; }; g; }; f", may},
		{"by an argument", "f(){ $1 $1; }; f f", "/bin/sh: f: " + unknown},
		{"by a quoted name", `f(){ "f"; }; f`, "/bin/sh: f: " + unknown},
		{"by eval in a function", "f(){ eval f; }; f", "/bin/sh: f: " + unknown},
		{"defined by eval", "eval 'f(){ f; }'; f", "/bin/sh: the simulated shell defines no functions in eval\n"},
		{"defined by a trap", "trap 'f(){ f; }; f' EXIT; echo x", "/bin/sh: the simulated shell defines no functions in eval\n"},
		{"builtin eval", "builtin eval 'f(){ f; }'", "/bin/sh: builtin eval: refused by the simulated shell\n"},
		{"command eval", "command eval 'f(){ f; }'", "/bin/sh: command eval: refused by the simulated shell\n"},
		{"without a name", "()00", "/bin/sh: a function needs a name\n"},
		{"alias", "alias f=g; echo over", "/bin/sh: /bin/alias: inaccessible or not found\nover\n"},
		{"owners in eval", "eval '[[ -O /data ]]' && echo ours", "/bin/sh: -O: the simulated shell knows no owners\n"},
		{"endless evals", "x='eval \"$x\"'; eval \"$x\"", "/bin/sh: the commands are nested too deeply for the simulated shell\n"},
		{"many commands", "while :; do :; done", "/bin/sh: the simulated shell runs at most 65536 commands in one command line\n"},
		{"many in the background", "while :; do : & done", "/bin/sh: the simulated shell runs at most 65536 commands in one command line\n"},
		{"nested deeply", strings.Repeat("{ ", 300) + ":" + strings.Repeat("; }", 300), "/bin/sh: the commands are nested too deeply for the simulated shell\n"},
		{"longer than the kernel takes", ": " + strings.Repeat("x", 128<<10), ""},
		{"nested endlessly", strings.Repeat("(", 100_000), "/bin/sh: the commands are nested too deeply for the simulated shell\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := b.sh("%s", tt.command)
			if !strings.HasSuffix(got, tt.want) || strings.Count(got, "\n") > 2 || tt.want == "" && got != "" {
				t.Errorf("%.200s\nprinted %.400q\nwant    %q", tt.command, got, tt.want)
			}
		})
	}
	b.says(said{"echo still here", "still here\n"})
}

func TestShellCallsFunctions(t *testing.T) {
	newBench(t).says(
		said{"f(){ echo $1; }; g(){ f a; f b; }; g", "a\nb\n"},
		said{"say() { aa force-stop $1 | grep -c Code; }; say com.x; say com.y", "1\n1\n"},
		said{"eval 'echo a; echo b'", "a\nb\n"},
		said{"trap 'echo bye' EXIT; echo hello", "hello\nbye\n"},
		said{"command -v echo; command echo x", "echo\nx\n"},
		said{"i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; echo $i", "5000\n"},
	)
}

func FuzzTools(f *testing.F) {
	for _, s := range []string{
		"netcopilot -e 1", "netcopilot -a {\"scenarioName\":\"x\",\"uplinkBandwidth\":1,\"downlinkBandwidth\":1,\"uplinkDropRate\":100}", "netcopilot -s 1000",
		"netcopilot -P -1", "network-cfg set http_proxy [::1]:80", "testhelper set-time 2030-01-01 00:00:00", "testhelper set-timezone UTC",
		"anm dump -A -b x", "anm setting -e com.example.shop:20020000:1", "cem publish -e x -c 1", "power-shell timeout -o 1", "power-shell suspend",
		"hidumper -s FormMgr -a -n\x1fx", "hidumper -s DistributedNotificationService -a -r", "hidumper -s WindowManagerService -a -a",
		"uitest dumpLayout -i -w 2 -d 0", "uitest uiInput swipe 1 2 3 4 5", "uinput -T -d 1 2 -u 1 2", "aa start -W -a EntryAbility -b x --pi k 1",
		"aa send-memory-level -p 1 -l 0", "aa force-stop com.example.shop", "bm clean -c -n com.example.shop", "bm dump -n com.example.shop -l",
		"hilog -x --tag=a -v wrap -z 3 -D d001203", "hilog -G 16M -t app,core", "hilog -b D -T x --persist", "hilog -Q pidoff", "param set persist.x 1",
		"param wait x * 0", "date +%s%N", "devicedebug kill -9 1", "sleep NaN", "stat -c %s /data", "grep -E ( x", "snapshot_display -i 9",
	} {
		f.Add(strings.ReplaceAll(s, " ", "\x00"))
	}
	// One device for all: what one command leaves behind, the next one meets.
	devices := map[string]*bench{}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, "\x00")
		for _, name := range []string{"phone", "wearable"} {
			if devices[name] == nil {
				devices[name] = newBench(t, onProfile(name), built(api("26"), engineering), apps(plain()))
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			out := &quota{cancel: cancel, left: 1 << 20}
			devices[name].RunForTest(ctx, words, out)
		}
	})
}
