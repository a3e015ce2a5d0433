// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
)

// controls makes the script answer what control of a device sends, each command
// as in its sound state.
func (s *script) controls() *network {
	n := &network{names: map[string]string{}, numbers: map[string]map[string]any{}}
	s.says(`^bm clean -d -n `, "clean bundle data files successfully.\n")
	s.says(`^power-shell suspend$`, "SuspendDevice is called\n")
	s.says(`^power-shell timeout -o 86400000$`, "Override screen off time to 86400000\n")
	s.says(`^power-shell timeout -r$`, "Restore screen off time\n")
	s.says(`^hidumper -s PowerManagerService -a -[tf]$`, "")
	s.says(`^date `, "2026-11-25 02:00:00\n")
	s.does(`^testhelper set-time `, func(_ context.Context, line string) (hdc.Result, error) {
		return said("Set time to " + strings.Trim(strings.TrimPrefix(line, "testhelper set-time "), "'") + " successfully.\n")
	})
	s.does(`^ls /data/log/faultlog/faultlogger$`, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{Output: []byte("ls: /data/log/faultlog/faultlogger: Permission denied\n"), Exit: 1}, nil
	})
	s.does(`^netcopilot `, n.answer)
	return n
}

// lock answers for the lock screen in turn; the last answer stays.
func (s *script) lock(locked ...bool) {
	var texts []string
	for _, up := range locked {
		texts = append(texts, fmt.Sprintf(" Screenlock system state\\tValue\t\tDescription\n * screenLocked  \t\t%v\t\t100\n", up))
	}
	s.says(`^hidumper -s ScreenlockService `, texts...)
}

// api gives the device that API level.
func (s *script) api(t *testing.T, deviceType, level string) {
	t.Helper()
	s.param(t, deviceType, "const.ohos.apiversion", level)
}

// param gives the device's profile another value.
func (s *script) param(t *testing.T, deviceType, name, value string) {
	t.Helper()
	profile, ok := fixtures.ProfileOf(deviceType)
	if !ok {
		t.Fatalf("no profile %q", deviceType)
	}
	params := map[string]string{}
	for k, v := range profile.Params {
		params[k] = v
	}
	params[name] = value
	s.params(params)
}

// network is netcopilot by its guide.
type network struct {
	on      bool
	active  string
	names   map[string]string         // by number
	numbers map[string]map[string]any // by number
	next    int
	rounds  func(map[string]any) // alters numbers that are added
	refuses string               // a scenario that is refused
}

var netcopilot = regexp.MustCompile(`^netcopilot -([a-zA-Z])(?: (.*))?$`)

func (n *network) answer(_ context.Context, line string) (hdc.Result, error) {
	m := netcopilot.FindStringSubmatch(line)
	option, arg := m[1], strings.Trim(m[2], "'")
	switch {
	case option == "e":
		n.on = arg == "1"
		if !n.on {
			n.active = ""
		}
		return said(map[bool]string{true: "Enable", false: "Disable"}[n.on] + " netcopilot success\n")
	case !n.on:
		return said("netcopilot is disabled\n")
	case option == "p":
		text := "+------------+------------------------------+\n| ScenarioID | ScenarioName                 |\n+------------+------------------------------+\n4            | 人员拥挤的饭堂\n"
		for number, name := range n.names {
			text += number + "         | " + name + "\n"
		}
		return said(text + "+------------+------------------------------+\n")
	case option == "s" && arg == n.refuses:
		return said("Fail to simulate scenario " + arg + "\n")
	case option == "s":
		n.active = arg
		return said("Success to simulate scenario " + arg + "\n")
	case option == "c" && arg == n.active:
		n.active = ""
		return said("Clear active net scenario success\n")
	case option == "a":
		numbers := map[string]any{}
		if err := json.Unmarshal([]byte(arg), &numbers); err != nil {
			return said("Fail to add: " + err.Error() + "\n")
		}
		if n.rounds != nil {
			n.rounds(numbers)
		}
		number := fmt.Sprint(1000 + n.next)
		n.next++
		n.names[number], n.numbers[number] = numbers["scenarioName"].(string), numbers
		return said("")
	case option == "P" && n.names[arg] != "":
		v := n.numbers[arg]
		return said(fmt.Sprintf("Scenario Name: %v\nUplink Bandwidth: %vKbps\nDownlink Bandwidth: %vKbps\nUplink Latency: %vms\nDownlink Latency: %vms\nUplink Drop Rate: %v%%\nDownlink Drop Rate: %v%%\n",
			v["scenarioName"], v["uplinkBandwidth"], v["downlinkBandwidth"], v["uplinkLatency"], v["downlinkLatency"], v["uplinkDropRate"], v["downlinkDropRate"]))
	case option == "d" && n.names[arg] != "":
		delete(n.names, arg)
		return said("Delete custom scenario success\n")
	}
	return said("Fail\n")
}

// installer is a script that takes files as well.
type installer struct {
	t *testing.T
	*script
	installed [][]string
	install   func() error
	remove    error
	send      error
}

// InstallAll implements device.Installer.
func (i *installer) InstallAll(_ context.Context, _ string, files []string, o hdc.InstallOptions) error {
	if !o.Together {
		i.t.Error("modules of one app are installed one after the other")
	}
	i.installed = append(i.installed, files)
	if i.install == nil {
		return nil
	}
	return i.install()
}

// Uninstall implements device.Installer.
func (i *installer) Uninstall(context.Context, string, string, bool) error { return i.remove }

// Send implements device.Installer.
func (i *installer) Send(_ context.Context, _, local, remote string, _ hdc.FileOptions) (hdc.Transfer, error) {
	if i.send != nil {
		return hdc.Transfer{}, i.send
	}
	text, err := os.ReadFile(local)
	if err != nil {
		return hdc.Transfer{}, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.files[remote] = string(text)
	return hdc.Transfer{Path: remote, Bytes: int64(len(text))}, nil
}
