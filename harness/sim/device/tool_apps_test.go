// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/device"
)

func TestBundles(t *testing.T) {
	release := plain(func(a *device.InstalledApp) { a.Bundle, a.Label, a.Release = "com.example.released", "Released", true })
	b := newBench(t, apps(plain(), release))
	b.says(
		said{"bm dump -a", "ID: 100:\n\tcom.example.shop\n\tcom.example.released\n"},
		said{"bm dump -g", "ID: 100:\n\tcom.example.shop\n"},
		said{"bm dump -a -l", "ID: 100:\n\tcom.example.shop com.example.shop\n\tcom.example.released Released\n"},
		said{"bm dump -n com.example.released -l", "Released\n"},
		said{"bm dump -n com.x -l", "error: failed to get information and the parameters may be wrong.\n"},
		said{"bm clean -c -n com.x", "error: failed to clean bundle cache files.\n"},
		said{"bm clean -c -n com.example.shop", "clean bundle cache files successfully.\n"},
		said{"bm clean -d -n com.x", "error: failed to clean bundle data files.\n"},
		said{"aa start -D -a EntryAbility -b com.example.released", "error: failed to start ability.\nError Code:10106002  Error Message:The target application does not support the debug mode\n" +
			refusal("The application has a release signature.", "Use a debug certificate and profile to sign the application.")},
		said{"aa start -a EntryAbility -b com.example.shop -m other | grep Code", "Error Code:10104001  Error Message:The specified ability does not exist\n"},
		said{"aa start -D -a EntryAbility -b com.example.shop -m entry", "start ability successfully.\n"},
		said{"aa force-stop com.example.shop -p 1 -r test", "force stop process successfully.\n"},
		said{"aa send-memory-level -p 1", "fail: unknown option.\nusage: aa send-memory-level -p <pid> -l <level>\n"},
		said{"aa send-memory-level -p 1 -l 0 | grep Code", "Error Code:10104003  Error Message:The specified pid does not exist\n"},
	)
	b.start()
	b.says(
		said{"aa send-memory-level -p $(pidof com.example.shop) -l 3 | grep Code", "Error Code:10104004  Error Message:The specified level does not exist\n"},
		said{"aa send-memory-level -p $(pidof com.example.shop) -l 2", "send memory level successfully.\n"},
		said{"aa dump -x", "error: no option specified.\nusage: aa dump <options>\n"},
	)
}

// keep puts a file into the app's data and returns its name.
func (b *bench) keep(folder string) string {
	b.t.Helper()
	name := filepath.Join(filepath.Dir(b.app().Files), folder, "mine")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return name
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func TestCleaningRemovesWhatItSays(t *testing.T) {
	b := newBench(t)
	b.start()
	files, cache, token := b.keep("files"), b.keep("cache"), b.app().Token
	b.sh("bm clean -c -n %s", bundle)
	if exists(cache) || !exists(files) || b.app().Token != token || b.app().PID == 0 {
		t.Errorf("after -c: cache %t, files %t, app %+v", exists(cache), exists(files), b.app())
	}
	b.keep("cache")
	b.sh("bm clean -d -n %s", bundle)
	if exists(cache) || exists(files) || !b.app().Token.IsZero() || b.app().PID != 0 {
		t.Errorf("after -d: cache %t, files %t, app %+v", exists(cache), exists(files), b.app())
	}
	if got := b.app().Ended; got != device.EndedForceStop {
		t.Errorf("the cleared app ended by %q", got)
	}
}

func TestUninstallingKeepsData(t *testing.T) {
	b := newBench(t)
	b.start()
	files, old := b.keep("files"), b.app().Token
	b.says(said{"bm uninstall -k -n " + bundle, "uninstall bundle successfully.\n"})
	if !exists(files) {
		t.Fatal("-k removed the data")
	}
	if err := b.Install(plain()); err != nil {
		t.Fatal(err)
	}
	b.start()
	if !exists(files) || b.app().Token == old {
		t.Errorf("after the next installation: files %t, the same token %t", exists(files), b.app().Token == old)
	}
	b.says(said{"bm uninstall -n " + bundle, "uninstall bundle successfully.\n"})
	if exists(files) {
		t.Error("the data outlived an uninstallation without -k")
	}
}

func TestInstallationsHaveTheirTimes(t *testing.T) {
	b := newBench(t)
	times := func() (install int64) {
		t.Helper()
		_, text, _ := strings.Cut(b.sh("bm dump -n %s", bundle), "\n")
		var d struct{ UpdateTime int64 }
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		return d.UpdateTime
	}
	first := times()
	if err := b.Install(plain()); err != nil {
		t.Fatal(err)
	}
	if second := times(); first == 0 || second <= first {
		t.Errorf("installed at %d, then at %d", first, second)
	}
}

func TestCards(t *testing.T) {
	b := newBench(t)
	first, err := b.AddCard(bundle, "widget")
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.AddCard(bundle, "widget")
	if err != nil || second == first {
		t.Fatalf("the second card is %d like the first, %v", second, err)
	}
	if _, err := b.AddCard("com.x", "widget"); err == nil {
		t.Error("a card of no app was added")
	}
	if _, err := b.AddCard(bundle, "weather"); err == nil || !strings.Contains(err.Error(), "declares no such form") {
		t.Errorf("a card that the app does not offer: %v", err)
	}
	dump := func(argument string) string { return b.sh("hidumper -s FormMgr -a '%s'", argument) }
	for argument, want := range map[string]int{"-n " + bundle: 2, "-s": 2, "-r": 2, "-i 1000000001": 1, "-i 7": 0, "-n com.x": 0, "-t": 0} {
		if got := strings.Count(dump(argument), "=FormRecord="); got != want {
			t.Errorf("%s lists %d cards, want %d", argument, got, want)
		}
	}
	if err := b.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.RemoveCard(first)
	b.RemoveCard(first)
	if out := dump("-n " + bundle); strings.Contains(out, fmt.Sprint(first)) || !strings.Contains(out, fmt.Sprintf("FormId [%d]", second)) {
		t.Errorf("after a restart and the removal of one: %s", out)
	}
	if out := b.sh("uitest dumpLayout -p /data/local/tmp/c; cat /data/local/tmp/c"); !strings.Contains(out, "FormComponent") {
		t.Error("the card is not on the desktop")
	}
	for range 40 {
		if _, err = b.AddCard(bundle, "widget"); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "16 cards") {
		t.Errorf("the desktop took 40 cards: %v", err)
	}
}
