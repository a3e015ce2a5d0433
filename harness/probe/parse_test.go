// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/probe"
)

const tree = `{"attributes":{"bounds":"[0,0][1260,2720]"},"children":[{"attributes":{"bundleName":"com.ohos.sceneboard","type":"root","bounds":"[0,-10][1260,2720]","text":"secret"},"children":[]}]}`

func TestLayoutsAreJudged(t *testing.T) {
	tests := []struct{ name, old, new, reason string }{
		{"sound", "", "", ""},
		{"no JSON", `{"attr`, `["attr`, "not one JSON object"},
		{"another member", `"children":[{`, `"kids":1,"children":[{`, "not one JSON object"},
		{"something behind", `"children":[]}]}`, `"children":[]}]}{}`, "something follows"},
		{"a number", `"text":"secret"`, `"text":7`, "not a text"},
		{"bounds of another form", "[0,-10][1260,2720]", "0,0,1,1", "bounds"},
		{"no bundle", `"bundleName":"com.ohos.sceneboard",`, "", "bundle"},
		{"a root without bounds", `"bounds":"[0,0][1260,2720]"`, "", "root"},
		{"an empty root", "[0,0][1260,2720]", "[0,0][0,0]", "root"},
	}
	for _, tt := range tests {
		outcome, reason, evidence := probe.JudgeLayout(strings.Replace(tree, tt.old, tt.new, 1))
		if (outcome == probe.Held) != (tt.reason == "") || !strings.Contains(reason, tt.reason) {
			t.Errorf("%s: %s, %s", tt.name, outcome, reason)
		}
		if strings.Contains(reason+strings.Join(evidence, ""), "secret") {
			t.Errorf("%s: a text is kept: %s %q", tt.name, reason, evidence)
		}
	}
}

func TestWindowDumpsAreRead(t *testing.T) {
	const dump = `-------------------------------------ScreenGroup 0-------------------------------------
WindowName           DisplayId Pid     WinId Type Mode Flag ZOrd Orientation [ x    y    w    h    ]
SCBDropdownPanel17   0         2809    17    2109 1    0    120  0     [ 0    0    1260 2720 ]
mybank0              0         3000    40    1    1    0    110  0     [ 0    0    1260 2720 ]
SCBDesktop5          0         2809    5     2001 1    0    100  0     [ 0    0    1260 2720 ]
---------------------------------------------------------------------------------------
SCBScreenLock10      0         2809    10    2110 1    0    -1   0     [ 0    0    1260 2720 ]
Focus window: 17
`
	got, known := probe.SystemWindows(dump)
	if !known || !slices.Equal(got, []string{"SCBDropdownPanel", "SCBDesktop"}) {
		t.Errorf("windows %q, %v", got, known)
	}
	if got, known := probe.SystemWindows("no such ability\n"); known || len(got) > 0 {
		t.Errorf("of no dump: %q, %v", got, known)
	}
}

func TestLogsAreCounted(t *testing.T) {
	const log = `01-31 10:11:12.345  1234  1240 W A02D00/com.example.app/Tag: a secret
01-31 10:11:12.346  1234  1240 E C01203/Ans: no process

01-31 10:11:12.347   500   500 W C02F00/hilogd/LOGLIMIT: LOGLIMIT: 12 line(s) dropped in a second!
something else
`
	want := "4 lines: 2 of the documented form, 1 of them without a process name, 1 marks of loss, 1 others"
	if got := probe.CountLog(log); got != want {
		t.Errorf("counted %q, want %q", got, want)
	}
}

func TestProcessesAreTold(t *testing.T) {
	const list = `UID            PID  PPID C STIME TTY          TIME CMD
20020123      4242   900 0 10:00:00 ?        00:00:00 com.example.app
20020123      4300   900 0 10:00:00 ?        00:00:00 com.example.app:remoteNotification
20020200      4400   900 0 10:00:00 ?        00:00:00 com.example.application
short line
`
	main, others := probe.ProcessesOf(list, "com.example.app")
	if !slices.Equal(main, []string{"4242"}) || !slices.Equal(others, []string{"4300"}) {
		t.Errorf("main %q, others %q", main, others)
	}
}

func TestButtonsAreFound(t *testing.T) {
	at := func(x int) device.Rect { return device.Rect{Left: x, Top: 0, Right: x + 100, Bottom: 50} }
	nodes := []device.Node{
		{Type: "Text", Text: "Allow notifications?", Bounds: device.Rect{Left: 0, Top: 100, Right: 300, Bottom: 150}},
		{Type: "Button", Bounds: at(0)},
		{Type: "Text", Text: "Don't allow", Bounds: at(0)},
		{Type: "Row", Clickable: true, Text: " Allow ", Bounds: at(200)},
		{Type: "Button", Text: "Allow", Bounds: at(200)},
	}
	if got := probe.DialogButtons(nodes); !slices.Equal(got, []string{"Don't allow", "Allow"}) {
		t.Errorf("buttons %q", got)
	}
}

func FuzzLayout(f *testing.F) {
	f.Add(tree)
	f.Add(`{"attributes":{"bounds":"[0,0][1,1]","x":null},"children":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if outcome, reason, _ := probe.JudgeLayout(text); (outcome == probe.Held) != (reason == "") {
			t.Errorf("%s with the reason %q", outcome, reason)
		}
	})
}
