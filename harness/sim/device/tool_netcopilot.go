// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"net"
	"strconv"
)

// presets are the scenarios that netcopilot brings along, numbered from 1, by
// the names that its guide prints.
var presets = []string{"进出电梯", "离家断开WLAN", "到家连上WLAN", "人员拥挤的饭堂", "信号弱的地库", "乘坐地铁", "乘坐高铁（多SIM切换）", "高速公路自驾"}

const netcopilotRuler = "+------------+------------------------------+\n"

// toolNetcopilot simulates conditions of the network. What it says of success
// is documented, but for -a; its refusals are claim device.text.netcopilot.
func toolNetcopilot(c *call) int {
	read, ok := options(c.args, "hp", "escPad")
	if !ok || len(read) != 1 {
		c.print("%s", netcopilotUsage)
		return 0
	}
	d, o := c.d, read[0]
	if o.name == "-h" {
		c.print("%s", netcopilotUsage)
		return 0
	}
	if o.name == "-e" {
		c.switchNetcopilot(o.value)
		return 0
	}
	d.mu.Lock()
	on := d.net.on
	d.mu.Unlock()
	if !on {
		c.print("netcopilot is disabled\n")
		return 0
	}
	number, err := strconv.Atoi(o.value)
	switch {
	case o.name == "-p":
		c.listScenarios()
	case o.name == "-a":
		c.addScenario(o.value)
	case err != nil:
		c.print("Invalid scenario id\n")
	case o.name == "-s":
		c.answer(d.changeNetwork(func(n *network) bool { return n.simulate(number) }),
			"Success to simulate scenario "+itoa(number), "Failed to simulate scenario "+itoa(number))
	case o.name == "-c":
		c.answer(d.changeNetwork(func(n *network) bool { return n.clear(number) }),
			"Clear active net scenario success", "Clear active net scenario failed")
	case o.name == "-d":
		c.answer(d.changeNetwork(func(n *network) bool { return n.remove(number) }),
			"Delete custom scenario success", "Delete custom scenario failed")
	case o.name == "-P":
		c.printScenario(number)
	}
	return 0
}

const netcopilotUsage = `netcopilot usage:
-h : show help message
-e <enable>: 0 for disable, 1 for enable
-p : print all scenario info
-s <scenario id>: simulate specified network scenario
-c : cancel simulating scenario
-P <scenario id>: print specified scenario details
-a <custom scenario details>: add custom network scenario
-d <scenario id>: delete custom network scenario
`

// answer prints one of the two texts.
func (c *call) answer(ok bool, yes, no string) {
	if !ok {
		yes = no
	}
	c.print("%s\n", yes)
}

// switchNetcopilot ends the active scenario with the tool.
func (c *call) switchNetcopilot(value string) {
	if value != "0" && value != "1" {
		c.print("%s", netcopilotUsage)
		return
	}
	c.d.changeNetwork(func(n *network) bool {
		if n.on = value == "1"; !n.on {
			n.active = 0
		}
		return true
	})
	c.answer(value == "1", "Enable netcopilot success", "Disable netcopilot success")
}

// simulate starts a scenario. The device has what each of them wants: WLAN and
// two mobile networks.
func (n *network) simulate(number int) bool {
	if _, own := n.own[number]; !own && (number < 1 || number > len(presets)) {
		return false
	}
	n.active = number
	return true
}

func (n *network) clear(number int) bool {
	if n.active == 0 || n.active != number {
		return false
	}
	n.active = 0
	return true
}

func (n *network) remove(number int) bool {
	if _, own := n.own[number]; !own {
		return false
	}
	delete(n.own, number)
	if n.active == number {
		n.active = 0
	}
	return true
}

func (c *call) listScenarios() {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.print("%s| ScenarioID | ScenarioName                 |\n%s", netcopilotRuler, netcopilotRuler)
	row := func(number int, name string) { c.print("%-13d| %s\n", number, name) }
	for i, name := range presets {
		row(i+1, name)
	}
	for _, number := range c.d.net.numbers() {
		row(number, c.d.net.own[number].Name)
	}
	c.print("%s", netcopilotRuler)
}

func (c *call) addScenario(text string) {
	s, err := parseScenario(text)
	if err == nil {
		c.d.changeNetwork(func(n *network) bool {
			_, err = n.add(s)
			return err == nil
		})
	}
	c.answer(err == nil, "Add custom scenario success", "Add custom scenario failed")
}

func (c *call) printScenario(number int) {
	c.d.mu.Lock()
	s, own := c.d.net.own[number]
	c.d.mu.Unlock()
	if !own {
		c.print("Get custom scenario failed\n")
		return
	}
	rate := func(per float64) string { return strconv.FormatFloat(per, 'f', -1, 64) }
	c.print("Scenario Name: %s\nUplink Bandwidth: %dKbps\nDownlink Bandwidth: %dKbps\nUplink Latency: %dms\nDownlink Latency: %dms\nUplink Drop Rate: %s%%\nDownlink Drop Rate: %s%%\n",
		s.Name, s.UplinkBandwidth, s.DownlinkBandwidth, s.UplinkLatency, s.DownlinkLatency, rate(s.UplinkDropRate), rate(s.DownlinkDropRate))
}

// toolNetworkCfg is `network-cfg set http_proxy ADDRESS|0`. The proxy changes
// nothing here; what the tool prints is claim device.text.network-cfg.
func toolNetworkCfg(c *call) int {
	if len(c.args) != 3 || c.args[0] != "set" || c.args[1] != "http_proxy" {
		c.print("usage: network-cfg help | set http_proxy [ip:port]\n")
		return 0
	}
	host, _, err := net.SplitHostPort(c.args[2])
	if err != nil {
		host = c.args[2]
	}
	if c.args[2] != "0" && net.ParseIP(host) == nil && net.ParseIP(trimBrackets(host)) == nil {
		c.print("set http_proxy failed\n")
		return 0
	}
	c.print("set http_proxy success\n")
	return 0
}

func trimBrackets(host string) string {
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}
