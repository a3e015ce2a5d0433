// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func extra(data string) string { return `{"extraData":"` + data + `"}` }

func TestRule31BackgroundInTheForeground(t *testing.T) {
	b := showing(t)
	b.want(b.push(0, alert(`"badge":{"setNum":3}`)), sim.Delivered)
	b.want(b.push(6, extra("now")), sim.Delivered)
	b.expect([]string{"T"}, "BACKGROUND")
	if p := b.messages()[0].Payload; p.Type != "BACKGROUND" || !strings.Contains(p.Data, `"data":"now"`) || !strings.Contains(p.Data, `"header":{"token":"`) {
		t.Errorf("the callback got %+v", p)
	}
	if b.app().Badge != 3 {
		t.Errorf("badge %d, want 3", b.app().Badge)
	}
}

func TestRule32NewestIsHandedOverOnce(t *testing.T) {
	for _, state := range []string{"stopped", "background"} {
		t.Run(state, func(t *testing.T) {
			b := newBench(t)
			b.start()
			b.into(state)
			for i := range 3 {
				b.want(b.push(6, extra(fmt.Sprint("m", i))), sim.ProcessAbsent)
			}
			if got := b.messages(); len(got) != 0 || state == "stopped" && b.app().PID != 0 {
				t.Fatalf("before the start: callbacks %v, pid %d", got, b.app().PID)
			}
			b.start()
			b.until("the message", func(device.State) bool { return len(b.calls(seam.OnMessage)) > 0 })
			b.home()
			b.start()
			b.want(b.push(6, extra("fence")), sim.Delivered)
			got := b.messages()
			if len(got) != 2 || !strings.Contains(got[0].Payload.Data, `"data":"m2"`) || !strings.Contains(got[1].Payload.Data, `"data":"fence"`) {
				t.Errorf("callbacks %+v", got)
			}
		})
	}
}

func TestRule32WithoutGetTokenNothingIsHandedOver(t *testing.T) {
	b := newBench(t)
	b.start()
	b.kill()
	b.want(b.push(6, extra("kept")), sim.ProcessAbsent)
	if err := b.Install(plain(func(a *device.InstalledApp) { a.Behavior.NoToken = true })); err != nil {
		t.Fatal(err)
	}
	b.sh("aa start -a EntryAbility -b %s", bundle)
	b.want(b.push(6, extra("fence")), sim.Delivered)
	if got := b.messages(); len(got) != 1 || !strings.Contains(got[0].Payload.Data, "fence") {
		t.Errorf("callbacks %+v", got)
	}
	if !b.app().KeepsMessage {
		t.Error("the message is gone")
	}
}

func TestRule33NothingAfterSevenDays(t *testing.T) {
	for days, want := range map[int]string{6: "kept", 8: "fence"} {
		t.Run(fmt.Sprint(days, " days"), func(t *testing.T) {
			b := newBench(t)
			b.start()
			b.kill()
			b.want(b.push(6, extra("kept")), sim.ProcessAbsent)
			b.clock.Advance(time.Duration(days) * 24 * time.Hour)
			b.start()
			b.until("nothing kept", func(s device.State) bool { a, _ := s.App(bundle); return !a.KeepsMessage })
			b.want(b.push(6, extra("fence")), sim.Delivered)
			if got := b.messages(); !strings.Contains(got[0].Payload.Data, want) {
				t.Errorf("the first callback got %s, want %s", got[0].Payload.Data, want)
			}
		})
	}
}

func TestRule34ProxyDataWritesRows(t *testing.T) {
	b := newBench(t)
	b.start()
	b.kill()
	for i := range 3 {
		b.want(b.push(6, fmt.Sprintf(`{"extraData":"m%d","proxyData":"ENABLE"}`, i)), sim.Delivered)
	}
	a := b.app()
	if a.PID != 0 || a.KeepsMessage || a.Rows != 3 {
		t.Errorf("the app was started (%d) or a message kept (%t)", a.PID, a.KeepsMessage)
	}
	rows := b.rows()
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r.ID != int64(i+1) || r.Message != fmt.Sprintf(`{"data":"m%d"}`, i) || r.MessageID == "" || r.CreateTime == 0 {
			t.Errorf("row %d is %+v", i, r)
		}
	}
	b.start()
	b.want(b.push(6, extra("fence")), sim.Delivered)
	if got := b.messages(); len(got) != 1 || !strings.Contains(got[0].Payload.Data, "fence") {
		t.Errorf("callbacks %+v", got)
	}
}

// Rule 35 is undocumented: the message is kept like one without proxyData.
func TestProxyDataWithoutTable(t *testing.T) {
	b := newBench(t, apps(plain(func(a *device.InstalledApp) { a.ProxyTable = "" })))
	b.start()
	b.kill()
	b.want(b.push(6, `{"extraData":"m","proxyData":"ENABLE"}`), sim.ProcessAbsent)
	if !b.app().KeepsMessage {
		t.Error("nothing was kept")
	}
	if out := b.sh("hilog -x -T PushService"); !strings.Contains(out, "no table") {
		t.Errorf("the log says %q", out)
	}
}

func TestRule36KeptMeansReceipt27(t *testing.T) {
	b := newBench(t)
	b.start()
	for _, state := range []string{"background", "stopped"} {
		b.into(state)
		b.want(b.push(6, extra("x")), sim.ProcessAbsent)
	}
}

func TestKeptMessageSurvivesARestart(t *testing.T) {
	b := showing(t)
	b.kill()
	token := b.app().Token
	b.want(b.push(6, extra("kept")), sim.ProcessAbsent)
	b.want(b.push(0, alert(`"badge":{"setNum":5}`)), sim.Delivered)
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.boot()
	if a := b.app(); a.Token != token || !a.Enabled || a.Badge != 5 || !a.KeepsMessage {
		t.Errorf("after the restart: %+v", a)
	}
	b.start()
	b.until("the message", func(device.State) bool { return len(b.calls(seam.OnMessage)) == 1 })
}
