// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// said is a command and what it prints.
type said struct{ command, want string }

// says runs commands one after the other.
func (b *bench) says(steps ...said) {
	b.t.Helper()
	for _, s := range steps {
		if got := b.sh("%s", s.command); got != s.want {
			b.t.Errorf("%s\nprinted %q\nwant    %q", s.command, got, s.want)
		}
	}
}

const lossy = `{"scenarioName":"pp","uplinkBandwidth":100000,"downlinkBandwidth":500000,"uplinkLatency":200,"downlinkLatency":0,"uplinkDropRate":0.05,"downlinkDropRate":100}`

func TestNetcopilot(t *testing.T) {
	b := newBench(t)
	const rule = "+------------+------------------------------+\n"
	const head = rule + "| ScenarioID | ScenarioName                 |\n" + rule +
		"1            | 进出电梯\n2            | 离家断开WLAN\n3            | 到家连上WLAN\n4            | 人员拥挤的饭堂\n" +
		"5            | 信号弱的地库\n6            | 乘坐地铁\n7            | 乘坐高铁（多SIM切换）\n8            | 高速公路自驾\n"
	b.says(
		said{"netcopilot -p", "netcopilot is disabled\n"},
		said{"netcopilot -s 4", "netcopilot is disabled\n"},
		said{"netcopilot -e 1", "Enable netcopilot success\n"},
		said{"netcopilot -p", head + rule},
		said{"netcopilot -s 4", "Success to simulate scenario 4\n"},
		said{"netcopilot -s 8", "Success to simulate scenario 8\n"},
		said{"netcopilot -c 4", "Clear active net scenario failed\n"},
		said{"netcopilot -c 8", "Clear active net scenario success\n"},
		said{"netcopilot -s 9", "Failed to simulate scenario 9\n"},
		said{"netcopilot -s x", "Invalid scenario id\n"},
		said{"netcopilot -a '{}'", "Add custom scenario failed\n"},
		said{"netcopilot -a '" + strings.Replace(lossy, "100}", "101}", 1) + "'", "Add custom scenario failed\n"},
		said{"netcopilot -a '" + lossy + "'", "Add custom scenario success\n"},
		said{"netcopilot -p", head + "1000         | pp\n" + rule},
		said{"netcopilot -P 1000", "Scenario Name: pp\nUplink Bandwidth: 100000Kbps\nDownlink Bandwidth: 500000Kbps\nUplink Latency: 200ms\nDownlink Latency: 0ms\nUplink Drop Rate: 0.05%\nDownlink Drop Rate: 100%\n"},
		said{"netcopilot -P 4", "Get custom scenario failed\n"},
		said{"netcopilot -d 1000", "Delete custom scenario success\n"},
		said{"netcopilot -d 1000", "Delete custom scenario failed\n"},
		said{"netcopilot -a '" + lossy + "'", "Add custom scenario success\n"},
		said{"netcopilot -s 1000", "Failed to simulate scenario 1000\n"},
		said{"netcopilot -s 1001", "Success to simulate scenario 1001\n"},
		said{"netcopilot -e 0", "Disable netcopilot success\n"},
		said{"netcopilot -e 2 | grep -c usage", "1\n"},
		said{"netcopilot -h | grep -c usage", "1\n"},
	)
}

func TestNetcopilotKeepsABoundedNumberOfScenarios(t *testing.T) {
	b := newBench(t)
	b.sh("netcopilot -e 1")
	out := b.sh("i=0; while [ $i -lt 80 ]; do netcopilot -a '%s'; i=$((i+1)); done", lossy)
	if strings.Count(out, "success") != 64 || strings.Count(out, "failed") != 16 {
		t.Errorf("of 80 scenarios %d were taken", strings.Count(out, "success"))
	}
}

// Total loss takes the device off the net; every way to end it brings it back,
// and the cloud is told.
func TestTotalLossIsOffline(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(b *bench)
	}{
		{"cleared", func(b *bench) { b.sh("netcopilot -c 1000") }},
		{"another scenario", func(b *bench) { b.sh("netcopilot -s 4") }},
		{"deleted", func(b *bench) { b.sh("netcopilot -d 1000") }},
		{"switched off", func(b *bench) { b.sh("netcopilot -e 0") }},
		{"restarted", func(b *bench) {
			if err := b.Reboot(b.t.Context()); err != nil {
				b.t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.start()
			b.sh("netcopilot -e 1; netcopilot -a '%s'; netcopilot -s 1000", lossy)
			if b.Online() || b.State().Online {
				t.Fatal("the device is on the net while everything is lost")
			}
			b.want(b.push(6, extra("x")), sim.Other)
			tt.end(b)
			if !b.Online() || b.cloud.back != 1 {
				t.Errorf("online %t, the cloud was told %d times", b.Online(), b.cloud.back)
			}
		})
	}
}

func TestTwoCausesOfBeingOffline(t *testing.T) {
	b := newBench(t)
	b.sh("netcopilot -e 1; netcopilot -a '%s'; netcopilot -s 1000", lossy)
	b.SetOnline(false)
	b.sh("netcopilot -e 0")
	if b.Online() || b.cloud.back != 0 {
		t.Error("the end of one cause brought the device back")
	}
	b.SetOnline(true)
	if !b.Online() || b.cloud.back != 1 {
		t.Errorf("online %t, the cloud was told %d times", b.Online(), b.cloud.back)
	}
}

func TestNetworkCfg(t *testing.T) {
	newBench(t).says(
		said{"network-cfg set http_proxy 127.0.0.1:8080", "set http_proxy success\n"},
		said{"network-cfg set http_proxy '[::1]'", "set http_proxy success\n"},
		said{"network-cfg set http_proxy 0", "set http_proxy success\n"},
		said{"network-cfg set http_proxy x", "set http_proxy failed\n"},
		said{"network-cfg help | grep -c usage", "1\n"},
	)
}

func TestTesthelper(t *testing.T) {
	b := newBench(t, built(api("26")))
	b.says(
		said{"testhelper set-timezone Asia/Shanghai", "Set timezone to Asia/Shanghai successfully.\n"},
		said{"testhelper get-timezone", "Current timezone: Asia/Shanghai\n"},
		said{"testhelper set-timezone Nowhere/Else; echo $?", "Error: Invalid timezone. Nowhere/Else is not a valid timezone.\n2\n"},
		said{"testhelper set-timezone ../../etc/passwd; echo $?", "Error: Invalid timezone. ../../etc/passwd is not a valid timezone.\n2\n"},
		said{"testhelper set-time '2030-02-30 00:00:00'; echo $?", "Error: Invalid time value. 2030-02-30 00:00:00 is not a valid date and time.\n2\n"},
		said{"testhelper set-time now; echo $?", "Error: Invalid time format. Time must be in 'YYYY-MM-DD HH:MM:SS' format.\n2\n"},
		said{"testhelper set-time 2030-03-01 12:00:00", "Set time to 2030-03-01 12:00:00 successfully.\n"},
		said{"date '+%F %z'", "2030-03-01 +0800\n"},
		said{"testhelper get-time | grep -c 'Current system time: 2030-03-01 12:0'", "1\n"},
		said{"testhelper nonsense; echo $?", "Error: Unknown command 'nonsense'.\n1\n"},
		said{"testhelper --version", "1.0.1\n"},
	)
	// Dumps and the log follow the device's date, the cloud's ttl does not.
	b.sh("hilog -b I")
	b.EnableForTest(bundle)
	b.TokenForTest(bundle, "t")
	b.want(b.pushTo("t", 0, "SUBSCRIPTION", alert("")), sim.Delivered)
	if out := b.sh("hilog -x -v year -T Ans"); !strings.Contains(out, "2030-03-01 12:0") {
		t.Errorf("the log says %s", out)
	}
	if at := b.State().Notifications[0].At; at.Year() != 2030 {
		t.Errorf("the notification is of %v", at)
	}
	if got := time.Until(b.clock.Now()); got > time.Minute {
		t.Errorf("the world's clock moved by %v", got)
	}
}

func TestCem(t *testing.T) {
	newBench(t, built(engineering)).says(
		said{"cem publish -e pp.event -c 1 -d x", "publish the common event successfully.\n"},
		said{"cem publish -c 1", "error: you must specify an event name with '-e' or '--event'.\n"},
		said{"cem publish -x", "error: unknown option.\n"},
		said{"cem dump -a", "Subscribers:\tNo information\nSticky Events:\tNo information\n"},
		said{"cem", "usage: cem <command> [<options>]\n"},
	)
}

func TestPowerShell(t *testing.T) {
	b := newBench(t)
	b.says(
		said{"power-shell timeout -o 600000", "Override screen off time to 600000\n"},
		said{"hidumper -s PowerManagerService -a -s | grep ScreenOffTime", "ScreenOffTime: Timeout=600000ms\n"},
		said{"hidumper -s PowerManagerService -a -t | grep Keep", "Keep screen on: true\n"},
	)
	if s := b.State(); !s.KeepsOn || s.ScreenTimeout != 600_000 {
		t.Errorf("the device keeps on %t, goes off after %d ms", s.KeepsOn, s.ScreenTimeout)
	}
	b.says(
		said{"power-shell timeout -r", "Restore screen off time\n"},
		said{"hidumper -s PowerManagerService -a -f | grep Keep", "Keep screen on: false\n"},
		said{"power-shell timeout -o x | grep -c usage", "1\n"},
		said{"power-shell setmode 700 | grep -c usage", "1\n"},
		said{"power-shell suspend; hidumper -s PowerManagerService -a -s | grep Current", "SuspendDevice is called\nCurrent State: INACTIVE  Reason: 0  Time: 0\n"},
	)
	if s := b.State(); s.KeepsOn || s.ScreenTimeout != 30_000 || s.On {
		t.Errorf("restored: %+v", s)
	}
}

func TestParamWait(t *testing.T) {
	b := newBench(t)
	b.says(
		said{"param wait bootevent.boot.completed true 5", "Wait parameter bootevent.boot.completed success\n"},
		said{"param wait bootevent.boot.completed '*' 5", "Wait parameter bootevent.boot.completed success\n"},
		said{"param wait no.such x 0", "Wait parameter \"no.such\" fail! errNum is:106!\n"},
		said{"param wait a b c", "Wait parameter \"a\" fail! errNum is:106!\n"},
		said{"param set persist.pp 1 >/dev/null & param wait persist.pp 1 30", "Wait parameter persist.pp success\n"},
		said{"param get | grep persist.pp", "persist.pp = 1\n"},
	)
}
