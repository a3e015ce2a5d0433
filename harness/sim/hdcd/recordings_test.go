// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"regexp"
	"strings"
)

// block is the output of a command that ends with its context.
const block = "\x00block"

// outputs is what the recorded device, whose shell is dash, printed.
var outputs = map[string]string{
	"echo hi":                           "hi\n",
	"true":                              "",
	"printf abc":                        "abc",
	"nosuchtool --x":                    "/bin/sh: 1: nosuchtool: not found\n",
	"echo before; exit 3":               "before\n",
	"echo a; kill -9 $$":                "a\n",
	`/bin/echo "a b" c`:                 "a b c\n",
	`/bin/echo" "a b`:                   "/bin/sh: 1: /bin/echo a: not found\n",
	"-b com.example.none ls":            "/bin/sh: 0: Illegal option - \n",
	"hilog":                             "/bin/sh: 1: hilog: not found\n",
	"hilog -h":                          "/bin/sh: 1: hilog: not found\n",
	"hidumper":                          "/bin/sh: 1: hidumper: not found\n",
	"sleep 0.5; echo late":              block,
	"sleep 0.3; echo one":               block,
	"echo two":                          "two\n",
	"echo out; echo err >&2; echo out2": "out\nerr\nout2\n",
	`(echo out; exit 7) </dev/null; echo "n0nce:$?"`:     "out\nn0nce:7\n",
	`(echo out; exit 7) </dev/null; echo "n0nce:$?`:      "/bin/sh: 1: Syntax error: Unterminated quoted string\n",
	`printf 'gr\303\274n\000\377z\n'`:                    "grün\x00\xffz\n",
	"echo a; (sleep 2; echo late) & echo b":              "a\nb\nlate\n",
	"echo a; (sleep 2) >/dev/null 2>&1 & echo b":         "a\nb\n",
	"head -c 1048576 /dev/zero | tr '\\0' a":             strings.Repeat("a", 1<<20),
	"for i in 1 2 3 4 5; do echo tick $i; sleep 1; done": "tick 1\ntick 2\ntick 3\ntick 4\ntick 5\n",
	"echo started; sleep 30; echo end":                   "started\n" + block,
	`trap "echo term >>/data/local/tmp/cancel.log" TERM; echo started; sleep 3; echo end >>/data/local/tmp/cancel.log`: "started\n" + block,
}

// setups says what the recording's server knew, beyond one connected device: a
// step is a command sent before, or one of the words below. A name without
// .cli or .raw stands for both.
var setups = map[string][]string{
	"list-targets-none":               {"none"},
	"list-targets-v-none":             {"none"},
	"list-targets-after-failed-tconn": {"none", "tconn 127.0.0.1:5999"},
	"list-targets-v-removed":          {"offline"},
	"list-targets-two":                {"two"},
	"list-targets-v-two":              {"two"},
	"list-targets-v-one-gone":         {"two", "tconn 127.0.0.2:5555 -remove"},
	"list-targets-v-after-death":      {"two", "dead"},
	"list-targets-after-death":        {"dead"},
	"shell-after-death":               {"dead"},
	"shell-no-device":                 {"none"},
	"shell-any-no-device":             {"none"},
	"shell-any-two":                   {"two"},
	"shell-unkeyed-two":               {"two"},
	"shell-offline-target":            {"offline"},
	"shell-target-dies":               {"dies"},
	"shell-server-killed":             {"server dies"},
	"shell-server-sigkill":            {"server dies"},
	"wait-no-device":                  {"none"},
	"wait-then-device":                {"none", "appears"},
	"wait-two":                        {"two"},
	"file-send-sync-older.cli":        {"older /data/local/tmp/s_a.bin"},
	"file-send-sync-older.raw":        {"older /data/local/tmp/s_a.bin.raw"},
	"tconn-ok":                        {"offline"},
	"tconn-after-restart":             {"offline"},
	"tconn-after-server-restart":      {"offline"},
	"tconn-after-server-restart-2":    {"offline"},
	"tconn-second":                    {"two", "tconn 127.0.0.2:5555 -remove"},
	"tconn-second-remove":             {"two"},
	"tconn-remove.raw":                {"offline"},
	"fport-duplicate.cli":             {"fport tcp:18811 tcp:18801"},
	"fport-duplicate.raw":             {"fport tcp:18821 tcp:18811"},
	"fport-same-host-port.cli":        {"fport tcp:18811 tcp:18801"},
	"fport-same-host-port.raw":        {"fport tcp:18821 tcp:18811"},
	"fport-port-busy":                 {"hold 18899"},
	"rport-port-busy":                 {"hold 18899"},
	"fport-ls-one.cli":                {"fport tcp:18811 tcp:18801"},
	"fport-ls-one.raw":                {"fport tcp:18821 tcp:18811"},
	"fport-ls-keyed.cli":              {"fport tcp:18811 tcp:18801"},
	"fport-ls-two.cli":                {"fport tcp:18811 tcp:18801", "rport tcp:18831 tcp:18832"},
	"fport-ls-two.raw":                {"fport tcp:18821 tcp:18811", "rport tcp:18841 tcp:18842"},
	"fport-ls-after-death":            {"fport tcp:18871 tcp:18872", "dead"},
	"fport-rm-ok.cli":                 {"fport tcp:18811 tcp:18801"},
	"fport-rm-ok.raw":                 {"fport tcp:18821 tcp:18811"},
	"fport-rm-one-arg.cli":            {"fport tcp:18811 tcp:18801"},
	"fport-rm-one-arg.raw":            {"fport tcp:18821 tcp:18811"},
	"fport-rm-cleanup.cli":            {"fport tcp:18861 tcp:18862"},
	"rport-duplicate.cli":             {"rport tcp:18831 tcp:18832"},
	"rport-duplicate.raw":             {"rport tcp:18841 tcp:18842"},
	"rport-rm-keyed.cli":              {"rport tcp:18831 tcp:18832"},
	"rport-rm-keyed.raw":              {"rport tcp:18841 tcp:18842"},
}

// apart lists recordings that cannot be replayed, with the reason.
var apart = map[string]string{
	"fport-client-closes-early.raw":  "whether the answer still comes is a race in the real server",
	"fport-ls-after-early-close.raw": "whether the rule exists is a race in the real server",
	"fport-rm-after-early-close.raw": "whether the rule exists is a race in the real server",
}

// halfDead are the recordings of a 2.0.0a server whose daemon was killed: it
// goes on listing the target as connected, which is not simulated.
var halfDead = regexp.MustCompile(`-after-death|-target-dies`)
