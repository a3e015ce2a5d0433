// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"regexp"
	"strings"
	"time"
)

// Exit codes of testhelper. Source: OpenHarmony, testfwk_arkxtest; which
// refusal has which is claim device.text.testhelper.
const (
	helperOK = iota
	helperUsage
	helperValue
	helperService
)

var dateFormat = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$`)

// toolTesthelper sets date and zone. Its service answers in developer mode, or
// on an engineering build. Source: testhelper guide of OpenHarmony 7.0.
func toolTesthelper(c *call) int {
	if len(c.args) == 0 || c.args[0] == "help" {
		c.print("Usage: testhelper <command> [options]\n")
		return helperUsage
	}
	if c.args[0] == "--version" {
		c.print("1.0.1\n")
		return helperOK
	}
	if !c.d.build.engineering && !c.d.build.developer {
		c.print("Error: Service is not available.\n")
		return helperService
	}
	d, value := c.d, strings.Join(c.args[1:], " ")
	switch c.args[0] {
	case "get-time":
		c.print("Current system time: %s\n", d.today().Format(time.DateTime))
	case "get-timezone":
		c.print("Current timezone: %s\n", d.today().Location())
	case "set-time":
		return c.setTime(value)
	case "set-timezone":
		return c.setZone(value)
	default:
		c.print("Error: Unknown command '%s'.\n", c.args[0])
		return helperUsage
	}
	return helperOK
}

func (c *call) setTime(value string) int {
	if !dateFormat.MatchString(value) {
		c.print("Error: Invalid time format. Time must be in 'YYYY-MM-DD HH:MM:SS' format.\n")
		return helperValue
	}
	d := c.d
	d.mu.Lock()
	defer d.mu.Unlock()
	at, err := time.ParseInLocation(time.DateTime, value, d.date().Location())
	if err != nil || at.Year() < 1970 || at.Year() > 2038 {
		c.print("Error: Invalid time value. %s is not a valid date and time.\n", value)
		return helperValue
	}
	d.calendar.ahead = time.Until(at)
	d.notify()
	c.print("Set time to %s successfully.\n", value)
	return helperOK
}

func (c *call) setZone(value string) int {
	zone, err := time.LoadLocation(value)
	if err != nil || value == "" || value == "Local" {
		c.print("Error: Invalid timezone. %s is not a valid timezone.\n", value)
		return helperValue
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.d.calendar.zone = zone
	c.d.notify()
	c.print("Set timezone to %s successfully.\n", value)
	return helperOK
}
