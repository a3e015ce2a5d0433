// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
)

// windows returns the abilities of the windows that a dump with those options
// holds, with a ! behind those that nobody sees.
func (b *bench) windows(options string) string {
	b.t.Helper()
	if out := b.sh("uitest dumpLayout %s -p /data/local/tmp/w.json", options); out != "DumpLayout saved to:/data/local/tmp/w.json\n" {
		b.t.Fatalf("uitest said %q", out)
	}
	var root layoutNode
	if err := json.Unmarshal([]byte(b.sh("cat /data/local/tmp/w.json")), &root); err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, w := range root.Children {
		name := w.Attributes["abilityName"] + w.Attributes["hostWindowId"]
		if w.Attributes["visible"] != "true" {
			name += "!"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestLayoutOptions(t *testing.T) {
	b := newBench(t)
	b.start()
	for options, want := range map[string]string{
		"":                               "SCBDesktop2 EntryAbility100",
		"-m true":                        "SCBDesktop2 EntryAbility100",
		"-m false -a":                    "SCBDesktop2 EntryAbility100",
		"-d 0":                           "SCBDesktop2 EntryAbility100",
		"-b " + bundle:                   "EntryAbility100",
		"-b com.ohos.sceneboard":         "SCBDesktop2",
		"-b com.other":                   "",
		"-w 2":                           "SCBDesktop2",
		"-w 100":                         "EntryAbility100",
		"-w 17":                          "",
		"-i":                             "SCBScreenLock10! SCBDropdownPanel17! SCBDesktop2 EntryAbility100",
		"-i -w 17":                       "SCBDropdownPanel17!",
		"-i -b com.ohos.sceneboard -w 2": "SCBDesktop2",
	} {
		if got := b.windows(options); got != want {
			t.Errorf("dumpLayout %s: %q, want %q", options, got, want)
		}
	}
	b.says(
		said{"uitest dumpLayout -p; echo $?", "DumpLayout failed:the options are illegal\n1\n"},
		said{"uitest dumpLayout -x; echo $?", "DumpLayout failed:the options are illegal\n1\n"},
		said{"uitest dumpLayout -m maybe; echo $?", "DumpLayout failed:-m is neither true nor false: maybe\n1\n"},
		said{"uitest dumpLayout -d 1; echo $?", "DumpLayout failed:there is no display 1\n1\n"},
		said{"cd /data/local/tmp; uitest dumpLayout -p here.json >/dev/null; ls | grep here", "here.json\n"},
		said{"uitest --version", "5.1.1.2\n"},
		said{"uitest uiInput inputText 1 1; echo $?", "inputText needs a text\n1\n"},
		said{"uitest uiInput inputText 1 1 x", "No Error\n"},
		said{"uitest uiInput dircFling 2", "No Error\n"},
		said{"uitest uiInput keyEvent; echo $?", "keyEvent needs a key\n1\n"},
		said{"uitest uiInput wave; echo $?", "unknown input wave\n1\n"},
		said{"uitest uiInput click a b; echo $?", "\"a\" is no coordinate\n1\n"},
	)
}

// The ids of the list of windows are those of the UI tree.
func TestWindowIDsAgree(t *testing.T) {
	b := newBench(t)
	b.start()
	for _, name := range strings.Fields(b.windows("-i")) {
		name = strings.TrimSuffix(name, "!")
		if out := b.sh("hidumper -s WindowManagerService -a -a"); !strings.Contains(out, "\n"+name+" ") {
			t.Errorf("the list of windows has no %s:\n%s", name, out)
		}
	}
}

// While one uitest command runs, another one fails at once, and the first is
// not disturbed.
func TestUITestCallsThatOverlapFail(t *testing.T) {
	b := newBench(t)
	inside, leave := b.HoldUITest()
	if !inside {
		t.Fatal("uitest is held already")
	}
	b.says(
		said{"uitest dumpLayout -p /data/local/tmp/x; echo $?", "DumpLayout failed:uitest-api does not allow calling concurrently\n1\n"},
		said{"uitest screenCap; echo $?", "ScreenCap failed: uitest-api does not allow calling concurrently\n1\n"},
		said{"uitest uiInput keyEvent Home; echo $?", "uitest-api does not allow calling concurrently\n1\n"},
		said{"uitest --version", "5.1.1.2\n"},
	)
	leave()
	b.says(said{"uitest uiInput keyEvent Home; echo $?", "No Error\n0\n"})
}

func TestUInput(t *testing.T) {
	b := newBench(t)
	p := b.opts.Profile
	b.says(
		said{"uinput -T -c 1; echo $?", "2 coordinates are needed, 1 were given\n1\n"},
		said{"uinput -T -m 1 2 3; echo $?", "4 coordinates are needed, 3 were given\n1\n"},
		said{"uinput -X; echo $?", "invalid command parameters\n1\n"},
		said{"uinput; echo $?", "invalid command parameters\n1\n"},
	)
	x, y := b.layout().find(bundle, nil).center(t)
	b.sh("uinput -T -d %d %d -u %d %d", x, y, x, y)
	if b.State().Front != bundle {
		t.Error("down and up at one place is no tap")
	}
	b.sh("uinput -K -d 1 -u 1")
	if b.State().Front != "" {
		t.Error("Home left the app in front")
	}
	b.sh("uinput -T -c %d %d", x, y)
	b.until("the app in front", func(s device.State) bool { return s.Front == bundle })
	b.sh("uinput -T -m %d 10 %d %d 500", p.Width/4, p.Width/4, p.Height/2)
	if !b.State().ShadeOpen {
		t.Error("a swipe did not open the shade")
	}
}
