// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// liar is a simulated device with a shell that runs other commands than those
// it is told.
type liar struct {
	*device.Device
	instead *strings.Replacer
}

func (l liar) Shell(ctx context.Context, command string, stdin io.Reader, out io.Writer) {
	l.Device.Shell(ctx, l.instead.Replace(command), stdin, out)
}

// newLiar puts a server before a device of a world, which is the only one that
// the client sees.
func newLiar(t *testing.T, w *world.World, instead ...string) *hdc.Client {
	t.Helper()
	s := hdcd.New(hdcd.Options{})
	s.Attach(liar{w.Device(w.Keys()[0]), strings.NewReplacer(instead...)})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return hdc.New(hdc.Options{Addr: s.Addr()})
}

// A probe that holds whatever a device does would settle nothing.
func TestClaimsBreakOnDevicesThatDoOtherwise(t *testing.T) {
	const logged = "echo '01-31 10:11:12.345  1234  1240 W A02D00/com.example.app/Tag: a text'"
	const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
	tests := []struct {
		claim   string
		instead []string
		outcome probe.Outcome
		reason  string
	}{
		{"device.type.raw", []string{"param get const.product.devicetype\n", "x", "(eval 'param get const.product.devicetype')", "(echo fridge)"}, probe.Broken, "nothing like"},
		{"device.param.missing", []string{"no.such.name", "const.product.model"}, probe.Broken, "nothing like"},
		{"device.layout.shape", []string{"cat /data", "echo [] /data"}, probe.Broken, "one JSON object"},
		{"device.start.text", []string{"-a NoSuch", "-a EntryAbility; true "}, probe.Broken, ""},
		{"device.dump.process", []string{"pidof " + world.PlainBundle, "echo 1"}, probe.Broken, "pidof"},
		{"device.wake.shell", []string{"power-shell wakeup", "echo fine"}, probe.Broken, "WakeupDevice"},
		{"device.home.background", []string{"keyEvent Home", "keyEvent 9"}, probe.Broken, "foreground"},
		{"device.shade.swipe", []string{"uiInput swipe", "uiInput keyEvent 9; true"}, probe.Broken, "no window"},
		{"device.emulator.model", []string{"const.product.model", "const.product.devicetype", "ohos.qemu.hvd.name", "const.product.devicetype"}, probe.Broken, "not emulator"},
		{"hdc.raw", []string{"echo a #", "echo b #"}, probe.Broken, "nothing like"},
		{"hdc.sentinel", []string{"exit 7", "exit 6"}, probe.Broken, "exit 7"},
		{"hdc.sha256sum", []string{"sha256sum", "echo " + zeros}, probe.Broken, "sha256sum"},
		{"hdc.remote-mode", []string{"sha256sum", "echo " + zeros}, probe.Broken, "differs"},
		{"hdc.hilog-line", []string{"hilog -x", "echo nonsense"}, probe.Broken, "neither"},
		{"hdc.hilog-line", []string{"hilog -x -z 200", logged, "-P 1", "-Y 1"}, probe.Broken, "does not take"},
		{"device.hilog.query", []string{"hilog -x -z 200", logged, "hilog -x -T", "echo"}, probe.Broken, "documented form"},
		{"device.layout.shape", []string{"uitest", "no-uitest"}, probe.Undecided, "no uitest"},
		{"hdc.hilog-line", []string{"hilog -x -z", "no-hilog"}, probe.Undecided, "no hilog"},
		{"hdc.sha256sum", []string{"sha256sum", "no-sum", "stat -c", "no-stat"}, probe.Held, ""},
		{"hdc.shell-group", []string{"ps -ef", "no-ps"}, probe.Undecided, "no processes"},
		{"device.shade.swipe", []string{"hidumper -s WindowManagerService", "no-hidumper"}, probe.Undecided, "windows"},
	}
	for _, tt := range tests {
		t.Run(tt.claim+" "+string(tt.outcome), func(t *testing.T) {
			t.Parallel()
			w, _ := newWorld(t, "phone")
			c, ok := fixtures.ClaimOf(tt.claim)
			if !ok {
				t.Fatal("there is no such claim")
			}
			s, err := probe.Device(t.Context(), probe.DeviceOptions{
				Client: newLiar(t, w, tt.instead...), Key: w.Keys()[0], Bundle: world.PlainBundle, Claims: []fixtures.Claim{c},
			})
			if err != nil {
				t.Fatal(err)
			}
			if r := s.Results[0]; r.Outcome != tt.outcome || !strings.Contains(r.Reason, tt.reason) {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A device of which nothing is known yet but that it is no phone is worth
// probing all the same.
func TestAProfileThatCannotBeReadIsNoEnd(t *testing.T) {
	w, _ := newWorld(t, "phone")
	raw, _ := fixtures.ClaimOf("device.type.raw")
	home, _ := fixtures.ClaimOf("device.bm.home")
	s, err := probe.Device(t.Context(), probe.DeviceOptions{
		Client: newLiar(t, w, "param get const.product.devicetype", "echo fridge"), Key: w.Keys()[0],
		Bundle: world.PlainBundle, Claims: []fixtures.Claim{raw, home},
	})
	if err != nil || len(s.Results) != 2 {
		t.Fatalf("%+v, error %v", s, err)
	}
	if r := s.Results[0]; r.Claim != raw.ID || r.Outcome != probe.Broken {
		t.Errorf("%+v", r)
	}
	if r := s.Results[1]; r.Cause != probe.CauseNeed || !strings.Contains(r.Reason, "fridge") {
		t.Errorf("%+v", r)
	}
}

// Where a device goes away, the rest is not tried: each try would wait.
func TestADeviceThatGoesAway(t *testing.T) {
	w, _ := newWorld(t, "phone")
	s, err := probe.Device(t.Context(), probe.DeviceOptions{
		Client: hdc.New(hdc.Options{Addr: w.HDC.Addr()}), Key: w.Keys()[0],
		Claims: []fixtures.Claim{
			claim("t.a", fixtures.Probe{Run: "echo a", Want: []string{"a"}}),
			claim("t.b", fixtures.Probe{Run: "echo b", Want: []string{"b"}}),
			claim("t.c", fixtures.Probe{Run: "echo c", Want: []string{"c"}}),
		},
		Done: func(_ probe.Step, r probe.Result) {
			if r.Claim == "t.a" {
				w.HDC.Detach(w.Keys()[0])
			}
		},
	})
	if err != nil || len(s.Results) != 3 {
		t.Fatalf("%+v, error %v", s, err)
	}
	if s.Results[0].Outcome != probe.Held || s.Results[1].Cause != probe.CauseTrouble ||
		s.Results[2].Cause != probe.CauseTrouble || !strings.Contains(s.Results[2].Reason, "reached any more") {
		t.Errorf("%+v", s.Results)
	}
	if _, err := probe.Device(t.Context(), probe.DeviceOptions{Client: hdc.New(hdc.Options{Addr: w.HDC.Addr()}), Key: "NOBODY"}); err == nil {
		t.Error("a device that is not there was probed")
	}
}
