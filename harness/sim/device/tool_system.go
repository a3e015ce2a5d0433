// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/interp"
)

// powerModes are those of power-shell setmode. Source: power-shell guide.
var powerModes = []string{"600", "601", "602", "603"}

// toolPower knows what a user build has: waking, sleeping, modes and the time
// until the screen goes off by itself, which it never does here.
func toolPower(c *call) int {
	d, args := c.d, strings.Join(c.args, " ")
	switch {
	case args == "wakeup":
		d.wakeUp()
		c.print("WakeupDevice is called\n")
	case args == "suspend":
		d.sleep()
		c.print("SuspendDevice is called\n")
	case len(c.args) == 2 && c.args[0] == "setmode" && slices.Contains(powerModes, c.args[1]):
		c.print("Set Mode: %s\nSet Mode Success!\n", c.args[1])
	case len(c.args) == 3 && c.args[0] == "timeout" && c.args[1] == "-o" && millis(c.args[2]) > 0:
		d.setPower(func(p *power) { p.timeout = millis(c.args[2]) })
		c.print("Override screen off time to %d\n", millis(c.args[2]))
	case args == "timeout -r":
		d.setPower(func(p *power) { p.timeout = 0 })
		c.print("Restore screen off time\n")
	default:
		c.print("usage: power-shell [<options>]\nThese are common power-shell commands list:\n" +
			"  setmode 600..603\n  wakeup\n  suspend\n  timeout -o <ms> | -r\n  help\n")
	}
	return 0
}

// millis reads a time in milliseconds; 0 is none.
func millis(text string) int {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

func (d *Device) setPower(set func(*power)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	set(&d.power)
	d.notify()
}

// toolDate prints the device's time: the real one, as the agent's time stamps
// are, unless testhelper has set another. It sets none itself.
func toolDate(c *call) int {
	now := c.d.today()
	format := "+%a %b %e %H:%M:%S %Z %Y"
	if len(c.args) > 0 {
		format = c.args[0]
	}
	if !strings.HasPrefix(format, "+") {
		fmt.Fprintln(c.err, "date: cannot set date: Operation not permitted")
		return 1
	}
	c.print("%s\n", strings.NewReplacer("%s", strconv.FormatInt(now.Unix(), 10), "%N", now.Format("000000000"),
		"%F", now.Format(time.DateOnly), "%T", now.Format(time.TimeOnly), "%Y", now.Format("2006"), "%m", now.Format("01"),
		"%d", now.Format("02"), "%e", now.Format("_2"), "%H", now.Format("15"), "%M", now.Format("04"), "%S", now.Format("05"),
		"%a", now.Format("Mon"), "%b", now.Format("Jan"), "%Z", now.Format("MST"), "%z", now.Format("-0700"), "%%", "%").Replace(format[1:]))
	return 0
}

func toolUptime(c *call) int {
	c.d.mu.Lock()
	up := c.d.now().Sub(c.d.boot.at)
	c.d.mu.Unlock()
	c.print(" %s up %02d:%02d, 0 users, load average: 0.00, 0.00, 0.00\n", c.d.today().Format(time.TimeOnly), int(up.Hours()), int(up.Minutes())%60)
	return 0
}

// toolSleep sleeps on the world's clock.
func toolSleep(c *call) int {
	if len(c.args) != 1 {
		fmt.Fprintln(c.err, "sleep: Needs 1 argument")
		return 1
	}
	seconds, err := strconv.ParseFloat(c.args[0], 64)
	// NaN is neither.
	if err != nil || !(seconds >= 0 && seconds <= 1e6) {
		fmt.Fprintf(c.err, "sleep: bad number '%s'\n", c.args[0])
		return 1
	}
	done := make(chan struct{})
	stop := c.d.opts.Clock.AfterFunc(time.Duration(seconds*float64(time.Second)), func() { close(done) })
	defer stop()
	select {
	case <-done:
	case <-c.ctx.Done():
	}
	return 0
}

func toolWhoami(c *call) int {
	c.print("shell\n")
	return 0
}

// toolWhence says where a command is; the interpreter's own builtins would look
// on the host.
func toolWhence(c *call) int {
	status := 0
	flags, names := c.flags()
	for _, name := range names {
		_, ok := c.d.tool(name)
		where := "/bin/" + name
		switch {
		case interp.IsBuiltin(name):
			where = name
		case !ok:
			status = 1
			if strings.Contains(flags, "v") {
				c.print("%s not found\n", name)
			}
			continue
		}
		if strings.Contains(flags, "v") {
			where = name + " is " + where
		}
		c.print("%s\n", where)
	}
	return status
}
