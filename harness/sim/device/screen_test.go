// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
)

// layoutNode is a node of dumpLayout as a tester reads it.
type layoutNode struct {
	Attributes map[string]string `json:"attributes"`
	Children   []layoutNode      `json:"children"`
}

// find returns the clickable node that holds the text, or nil.
func (n *layoutNode) find(text string, around *layoutNode) *layoutNode {
	if n.Attributes["clickable"] == "true" {
		around = n
	}
	if n.Attributes["text"] == text {
		if around != nil {
			return around
		}
		return n
	}
	for i := range n.Children {
		if found := n.Children[i].find(text, around); found != nil {
			return found
		}
	}
	return nil
}

func (n *layoutNode) center(t *testing.T) (x, y int) {
	t.Helper()
	var l, top, r, bottom int
	if _, err := fmt.Sscanf(n.Attributes["bounds"], "[%d,%d][%d,%d]", &l, &top, &r, &bottom); err != nil {
		t.Fatalf("bounds %q: %v", n.Attributes["bounds"], err)
	}
	return (l + r) / 2, (top + bottom) / 2
}

// layout dumps the UI tree as the harness does.
func (b *bench) layout() *layoutNode {
	b.t.Helper()
	const path = "/data/local/tmp/l.json"
	if out := b.sh("uitest dumpLayout -p %s", path); out != "DumpLayout saved to:"+path+"\n" {
		b.t.Fatalf("uitest said %q", out)
	}
	var root layoutNode
	text := b.sh("cat %s", path)
	if strings.Contains(text, "\n") {
		b.t.Error("the layout is more than one line")
	}
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		b.t.Fatalf("%v in %s", err, text)
	}
	return &root
}

// tap taps on what holds the text.
func (b *bench) tap(text string) {
	b.t.Helper()
	found := b.layout().find(text, nil)
	if found == nil {
		b.t.Fatalf("%q is not on the screen", text)
	}
	x, y := found.center(b.t)
	if out := b.sh("uitest uiInput click %d %d", x, y); out != "No Error\n" {
		b.t.Fatalf("uitest said %q", out)
	}
}

func (b *bench) openShade() {
	b.t.Helper()
	p := b.opts.Profile
	b.sh("uitest uiInput swipe %d 10 %d %d 8000", p.Width/4, p.Width/4, p.Height/2)
	if !b.State().ShadeOpen {
		b.t.Fatal("the shade did not open")
	}
}

func TestShadeShowsWhatTheStoreHolds(t *testing.T) {
	b := showing(t)
	b.home()
	b.want(b.push(0, alert(`"notifyId":1`)), 0)
	if b.layout().find("T", nil) != nil {
		t.Error("a notification is on the screen while the shade is closed")
	}
	b.openShade()
	item := b.layout().find("T", nil)
	if item == nil || item.Attributes["clickable"] != "true" {
		t.Fatalf("the open shade shows %+v", item)
	}
	b.sh("uitest uiInput keyEvent Back")
	if b.State().ShadeOpen || b.layout().find("T", nil) != nil {
		t.Error("Back left the shade open")
	}
	b.openShade()
	p := b.opts.Profile
	b.sh("uitest uiInput swipe %d %d %d 10", p.Width/4, p.Height/2, p.Width/4)
	if b.State().ShadeOpen {
		t.Error("the reverse swipe left the shade open")
	}
	b.sh("uitest uiInput swipe %d 10 %d %d", p.Width*3/4, p.Width*3/4, p.Height/2)
	if b.State().ShadeOpen {
		t.Error("a swipe from the right opened the notification centre")
	}
}

func TestEveryWindowNamesItsBundle(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	root := b.layout()
	if root.Attributes["bounds"] != fmt.Sprintf("[0,0][%d,%d]", b.opts.Profile.Width, b.opts.Profile.Height) || len(root.Attributes) != 1 {
		t.Errorf("the root has %v", root.Attributes)
	}
	var bundles []string
	for _, w := range root.Children {
		bundles = append(bundles, w.Attributes["bundleName"])
	}
	if want := []string{"com.ohos.sceneboard", bundle, "com.ohos.notificationdialog"}; fmt.Sprint(bundles) != fmt.Sprint(want) {
		t.Errorf("windows of %q, want %q", bundles, want)
	}
}

func TestDialogAsksOnce(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	b.tap("不允许")
	b.until("no dialog", func(s device.State) bool { return !s.DialogOpen })
	if b.app().Enabled {
		t.Fatal("a refusal turned the switch on")
	}
	b.home()
	b.start()
	b.untilLog("requestEnableNotification: 1600004", 2)
	if b.State().DialogOpen {
		t.Error("the dialog came a second time")
	}
	b.want(b.push(0, alert("")), 6)
}

func TestDialogIsOpenAlready(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	b.home()
	if b.layout().find("允许", nil) != nil {
		t.Error("the dialog is on the desktop")
	}
	b.start()
	b.untilLog("requestEnableNotification: 1600013", 1)
	b.allow()
}

func TestOpaqueDialogHasNoButtons(t *testing.T) {
	b := newBench(t, apps(plain(asking)), func(o *device.Options) { o.OpaqueDialog = true })
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	if b.layout().find("允许", nil) != nil {
		t.Error("an opaque dialog shows its button")
	}
}

func TestDialogEndsWithItsApp(t *testing.T) {
	b := newBench(t, apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	b.kill()
	if b.State().DialogOpen {
		t.Error("the dialog outlived its app")
	}
	b.start()
	b.allow()
}

func TestScreenWithoutTouchIgnoresClicks(t *testing.T) {
	b := newBench(t, onProfile("tv"), apps(plain(asking)))
	b.start()
	b.until("the dialog", func(s device.State) bool { return s.DialogOpen })
	b.tap("允许")
	if !b.State().DialogOpen {
		t.Error("a click reached a button on a TV")
	}
}

func TestUnknownGesturesDoNothing(t *testing.T) {
	for _, name := range []string{"2in1", "wearable", "tv"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, onProfile(name))
			p := b.opts.Profile
			if out := b.sh("uitest uiInput swipe %d 10 %d %d 8000", p.Width/4, p.Width/4, p.Height/2); out != "No Error\n" {
				t.Errorf("uitest said %q", out)
			}
			if b.State().ShadeOpen {
				t.Error("the shade opened by a gesture that nobody has documented")
			}
		})
	}
}

func TestHomeLeavesAWindowOnAPC(t *testing.T) {
	b := newBench(t, onProfile("2in1"))
	b.start()
	b.home()
	if b.State().Front != bundle {
		t.Error("Home put the window of a PC into the background")
	}
}

func TestLockedScreen(t *testing.T) {
	b := showing(t)
	b.home()
	b.want(b.push(0, alert("")), 0)
	b.sh("power-shell suspend")
	if s := b.State(); s.On || !s.Locked {
		t.Fatalf("after suspend: %+v", s)
	}
	b.sh("power-shell wakeup")
	if b.layout().find("T", nil) == nil {
		t.Error("the lock screen does not show the notification")
	}
	out := b.sh("aa start -a EntryAbility -b %s", bundle)
	if !strings.Contains(out, "Error Code:10106102") {
		t.Errorf("aa start on a locked screen said %q", out)
	}
	p := b.opts.Profile
	b.sh("uitest uiInput swipe %d %d %d %d 6000", p.Width/2, p.Height*8/10, p.Width/2, p.Height*2/10)
	if b.State().Locked {
		t.Error("the swipe did not unlock")
	}
	b.start()
}

func TestIconStartsTheApp(t *testing.T) {
	b := newBench(t)
	b.tap(bundle)
	if b.State().Front != bundle {
		t.Error("a tap on the icon started nothing")
	}
}
