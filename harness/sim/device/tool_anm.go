// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"strconv"
	"strings"
)

// toolAnm dumps notifications and sets the switch, on an engineering build. A
// user build of HarmonyOS 5 may have the tool, which then refuses: claim
// device.notices.dump. Source: OpenHarmony, distributed_notification_service.
func toolAnm(c *call) int {
	if len(c.args) == 0 || (c.args[0] != "dump" && c.args[0] != "setting") {
		c.print("usage: anm <command> [<options>]\nThese are common commands list:\n  help                         -list available commands\n" +
			"  dump                         -dump the info of notification\n  setting                      -notification setting\n")
		return 0
	}
	if !c.d.build.engineering {
		c.print("error: user version cannot use %s.\n", c.args[0])
		return 0
	}
	if c.args[0] == "setting" {
		c.anmSetting()
		return 0
	}
	read, ok := options(c.args[1:], "AR", "bur")
	var list byte
	bundle := ""
	for _, o := range read {
		switch o.name {
		case "-b":
			bundle = o.value
		case "-A", "-R":
			list = o.name[1]
		}
	}
	if !ok || list == 0 {
		c.print("error: unknown option.\n")
		return 0
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	all := c.d.shade
	if list == 'R' {
		all = c.d.recent
	}
	all = of(all, bundle)
	c.print("Total:%d\n", len(all))
	c.d.printNotifications(c.out, all, list == 'R')
	return 0
}

// anmSetting is `anm setting -e BUNDLE:UID:0|1`.
func (c *call) anmSetting() {
	read, ok := options(c.args[1:], "", "ecdk")
	if !ok || len(read) != 1 || read[0].name != "-e" {
		c.print("error: unknown option.\n")
		return
	}
	fields := strings.Split(read[0].value, ":")
	if len(fields) != 3 || (fields[2] != "0" && fields[2] != "1") {
		c.print("error: setting information error\n")
		return
	}
	d := c.d
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(fields[0])
	if uid, err := strconv.Atoi(fields[1]); err != nil || a == nil || a.uid != uid {
		c.print("set notification enabled failed\nfailed reason is invalid bundle\n")
		return
	}
	d.enable(a, fields[2] == "1")
	c.print("set notification enabled success\n")
}

// toolCem publishes a common event, which nothing here waits for. What a user
// build refuses is documented; the other texts are claim device.text.cem.
func toolCem(c *call) int {
	switch {
	case len(c.args) > 0 && c.args[0] == "publish":
		read, ok := options(c.args[1:], "so", "ecdu")
		named := false
		for _, o := range read {
			named = named || o.name == "-e"
		}
		switch {
		case !ok:
			c.print("error: unknown option.\n")
		case !named:
			c.print("error: you must specify an event name with '-e' or '--event'.\n")
		default:
			c.print("publish the common event successfully.\n")
		}
	case len(c.args) > 0 && c.args[0] == "dump" && !c.d.build.engineering:
		c.print("error: user version cannot use dump.\n")
	case len(c.args) > 0 && c.args[0] == "dump":
		c.print("Subscribers:\tNo information\nSticky Events:\tNo information\n")
	default:
		c.print("usage: cem <command> [<options>]\n")
	}
	return 0
}
