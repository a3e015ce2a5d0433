// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/device"
)

// refusal is what aa says behind a code's message.
func refusal(cause, try string) string {
	return "Error cause: " + cause + "\n  Try the following:\n  > " + try + "\n"
}

func TestShell(t *testing.T) {
	b := newBench(t)
	const tmp = "/data/local/tmp"
	tests := []struct{ name, command, want string }{
		{"sentinel", "(param get const.product.model) </dev/null; echo n:$?", "pushproof-sim\nn:0\n"},
		{"status of a failure", "(uitest nonsense >/dev/null) </dev/null; echo n:$?", "n:1\n"},
		{"unknown tool", "(anm dump -A) </dev/null; echo n:$?", "/bin/sh: anm: inaccessible or not found\nn:127\n"},
		{"path", "/bin/whoami; /system/bin/whoami; /usr/bin/whoami", "shell\nshell\n/bin/sh: /usr/bin/whoami: inaccessible or not found\n"},
		{"unknown parameter", "param get no.such", "Get parameter \"no.such\" fail! errNum is:106!\n"},
		{"set a parameter", "param set persist.ace.testmode.enabled 1; param get persist.ace.testmode.enabled", "Set parameter persist.ace.testmode.enabled 1 success\n1\n"},
		{"set a constant", "param set const.debuggable 1", "Set parameter const.debuggable 1 fail! errNum is:106!\n"},
		{"files", "echo a > " + tmp + "/f; echo b >> " + tmp + "/f; cat " + tmp + "/f; ls " + tmp + "; rm " + tmp + "/f; cat " + tmp + "/f", "a\nb\nf\ncat: /data/local/tmp/f: No such file or directory\n"},
		{"folders", "mkdir -p " + tmp + "/d/e; cd " + tmp + "/d; echo x > e/g; cat e/g; ls -d e; cd ..; rm -r d; ls", "x\ne\n"},
		{"read-only", "echo x > /system/x", "open /system/x: permission denied\n"},
		{"glob", "cd " + tmp + "; echo 1 > a1; echo 2 > a2; echo a*; rm -f a*; ls", "a1 a2\n"},
		{"pipe", "param get | grep -c '^const.product.model'; ps -ef | grep foundation | grep -vc root", "1\n1\n"},
		{"redirected errors", "cat /nope 2>/dev/null; echo $?", "1\n"},
		{"and, or", "true && echo yes; false || echo no", "yes\nno\n"},
		{"command -v", "command -v aa; command -v ls | cat; type anm; echo $?", "/bin/aa\n/bin/ls\nanm not found\n1\n"},
		{"syntax", "(echo", "/bin/sh: syntax error: sh:1:1: reached EOF without matching `(` with `)`\n"},
		{"wakeup", "power-shell wakeup", "WakeupDevice is called\n"},
		{"set mode", "power-shell setmode 601", "Set Mode: 601\nSet Mode Success!\n"},
		{"out of range", "uitest uiInput click 99999 -5", "No Error\n"},
		{"missing coordinates", "uitest uiInput click 1; echo $?", "2 coordinates are needed, 1 were given\n1\n"},
		{"layout elsewhere", "uitest dumpLayout -p /system/l.json; echo $?", "DumpLayout failed:open /system/l.json: permission denied\n1\n"},
		{"kill", "kill -9 1; echo $?", "/bin/sh: kill: 1: Operation not permitted\n1\n"},
		{"environment", "echo $HOME $USER $UID ~ ~root", "/ shell 2000 / ~root\n"},
		{"no pid", "pidof com.example.shop; echo $?", "1\n"},
		{"bundles", "bm dump -a", "ID: 100:\n\tcom.example.shop\n"},
		{"unknown bundle", "bm dump -n com.x", "error: failed to get information and the parameters may be wrong.\n"},
		{"clean without a choice", "bm clean -n com.x", "error: you must specify '-c' or '-d' for 'bm clean' option.\n"},
		{"no ability", "aa start -a Nope -b com.example.shop", "error: failed to start ability.\nError Code:10104001  Error Message:The specified ability does not exist\n" + refusal("The specified ability is not installed.", "Check whether the bundle and the ability are correct, and whether the application is installed.")},
		{"not exported", "aa start -a DetailAbility -b com.example.shop", "error: failed to start ability.\nError Code:10103001  Error Message:Failed to verify the visibility of the target ability\n" + refusal("The application attempts to start an ability that is not exported.", "Set exported of the ability to true in module.json5.")},
		{"implicit", "aa start -b com.example.shop", "error: failed to start ability.\nError Code:10103101  Error Message:Failed to find a matching application for implicit launch\n" + refusal("The parameters of the implicit launch match no application.", "Check the parameters, or name the ability.")},
		{"force-stop of nothing", "aa force-stop -b com.x", "error: failed to force stop process.\nError Code:10104002  Error Message:The specified bundle does not exist\n" + refusal("The specified bundle is not installed.", "Check whether the bundle name is correct, and whether the application is installed.")},
		{"a value that begins with -", "aa start -a EntryAbility -b com.example.shop --ps k -v", "error: invalid value of option 'ps': k begins with -\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.sh("%s", tt.command); got != tt.want {
				t.Errorf("%s\nprinted %q\nwant    %q", tt.command, got, tt.want)
			}
		})
	}
}

func TestShellReachesNothingOfTheHost(t *testing.T) {
	b := newBench(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("HOSTSECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOSTVARIABLE", "HOSTSECRET")
	script := filepath.Join(filepath.Dir(secret), "run")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho HOSTSECRET\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		"cat " + secret, "cat < " + secret, "echo $(<" + secret + ")", ". " + secret, "source " + secret, "ls " + filepath.Dir(secret) + "/*",
		script, "exec " + script, "command " + script, "PATH=" + filepath.Dir(script) + " run", "eval " + script, "cd " + filepath.Dir(secret) + " && cat secret",
		"env", "echo $HOSTVARIABLE", "sh -c 'echo HOSTSECRET'", "test -f " + secret + " && echo HOSTSECRET", "[[ -e " + secret + " ]] && echo HOSTSECRET",
		"[ -x " + script + " ] && echo HOSTSECRET", "type run", "while read l; do echo $l; done < " + secret, "[[ -O /data ]] && echo HOSTSECRET",
		"[ -O /data ] && echo HOSTSECRET", "echo x > " + secret + "2",
	} {
		out := b.sh("%s", command)
		if strings.Contains(strings.ReplaceAll(out, "echo HOSTSECRET", ""), "HOSTSECRET") && !strings.Contains(out, "inaccessible") {
			t.Errorf("%s printed %q", command, out)
		}
	}
	if _, err := os.Stat(secret + "2"); err == nil {
		t.Error("a file of the host was written")
	}
}

func TestShellEndsWithItsCaller(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Shell(ctx, "echo ready; sleep 1000; echo over", strings.NewReader(""), w)
	}()
	line := make([]byte, 6)
	if _, err := io.ReadFull(r, line); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-done
	_ = r.Close()
}

func TestDumpOfABundle(t *testing.T) {
	b := newBench(t)
	out := b.sh("bm dump -n %s", bundle)
	for _, want := range []string{bundle + ":\n{", `"mainAbility": "EntryAbility"`, `"appProvisionType": "debug"`, `"extensionTypeName": "remoteNotification"`, `"ohos.want.action.home"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
	if out := b.sh("bm get -u"); !strings.HasPrefix(out, "udid of current device is :\n") || len(out) != 28+64+1 {
		t.Errorf("bm get -u said %q", out)
	}
}

func TestDumpsAgreeWithTheStore(t *testing.T) {
	b := newBench(t)
	b.start()
	pid := strings.TrimSpace(b.sh("pidof %s", bundle))
	for command, want := range map[string]string{
		"aa dump -l": "state #FOREGROUND", "hidumper -s AbilityManagerService -a '-l'": "bundle name [" + bundle + "]",
		"aa dump -a -r": "pid #" + pid + "  uid #", "ps -ef": pid, "hidumper -s WindowManagerService -a '-a'": "EntryAbility",
		"hidumper -s PowerManagerService -a -s": "Current State: AWAKE", "hidumper -s ScreenlockService -a -all": " * screenLocked  \t\tfalse",
		"hidumper -ls": "AbilityManagerService", "aa start -W -a EntryAbility -b " + bundle: "StartMode: Hot\nBundleName: " + bundle,
	} {
		if out := b.sh("%s", command); !strings.Contains(out, want) {
			t.Errorf("%s: %q is missing in %q", command, want, out)
		}
	}
	b.openShade()
	if out := b.sh("hidumper -s WindowManagerService -a '-a'"); !strings.Contains(out, "SCBDropdownPanel") {
		t.Errorf("the open shade is no window: %q", out)
	}
	if out := b.sh("aa dump -l"); !strings.Contains(out, "state #FOREGROUND") {
		t.Error("the shade put the app into the background")
	}
}

func TestStartHandsOverParameters(t *testing.T) {
	b := newBench(t)
	b.sh("aa start -a EntryAbility -b %s --ps text 'a b' --pi n 7 --pb yes true --psn empty -U https://x/ -A act", bundle)
	got := b.wants("ability.onCreate")[0].Want
	if string(got.Parameters) != `{"empty":"","n":7,"text":"a b","yes":true}` || got.URI != "https://x/" || got.Action != "act" {
		t.Errorf("the want is %+v, parameters %s", got, got.Parameters)
	}
}

func FuzzShell(f *testing.F) {
	for _, s := range []string{"(aa dump -l) </dev/null; echo n:$?", "uitest uiInput swipe 1 2 3 4", "hilog -x -T a -D 0x1 -e x", "echo $((1+2)) | grep -q 3",
		"aa start -a A -b B --ps k v", "f(){ f; }; f", "eval 'f(){ f; }'; f", "f(){ $1 | $1 & }; f f", "bm dump -n x", "param set persist.a b", "ls -l /data/*; cat <<E\nx\nE\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, command string) {
		b := newBench(t, apps())
		// A command may never end by itself; it always ends with its caller.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		b.Shell(ctx, command+"\n", strings.NewReader(""), &quota{cancel: cancel, left: 4096})
	})
}

// quota cancels what writes too much.
type quota struct {
	cancel context.CancelFunc
	left   int
}

func (q *quota) Write(p []byte) (int, error) {
	if q.left -= len(p); q.left < 0 {
		q.cancel()
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func FuzzDeliver(f *testing.F) {
	f.Add(0, alert(`"notifyId":1,"badge":{"addNum":1}`))
	f.Add(6, extra("x"))
	f.Add(2, voice)
	f.Add(0, `{"notification":{"clickAction":{"data":[1]}}}`)
	f.Fuzz(func(t *testing.T, pushType int, payload string) {
		// Without an extension no process is started.
		b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.Extension = "" })))
		b.EnableForTest(bundle)
		b.TokenForTest(bundle, "t")
		b.pushTo("t", pushType, "IM", payload)
		for _, n := range b.State().Notifications {
			if n.Title == "" && n.Text == "" {
				t.Error("an empty notification is shown")
			}
		}
		_ = b.layout()
	})
}
