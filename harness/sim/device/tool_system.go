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

// errNoParam is the number behind a missing parameter: claim
// device.param.missing leaves it open.
const errNoParam = 106

func toolParam(c *call) int {
	d := c.d
	switch {
	case len(c.args) == 1 && c.args[0] == "get":
		d.mu.Lock()
		defer d.mu.Unlock()
		names := make([]string, 0, len(d.opts.Profile.Params))
		for name := range d.opts.Profile.Params {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			c.print("%s = %s\n", name, d.opts.Profile.Params[name])
		}
	case len(c.args) == 2 && c.args[0] == "get":
		if value, ok := d.param(c.args[1]); ok {
			c.print("%s\n", value)
		} else {
			c.print("Get parameter \"%s\" fail! errNum is:%d!\n", c.args[1], errNoParam)
		}
	case len(c.args) == 3 && c.args[0] == "set":
		c.print("%s\n", d.setParam(c.args[1], c.args[2]))
	default:
		c.print("usage: param get [NAME] | set NAME VALUE\n")
	}
	return 0
}

func (d *Device) param(name string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	value, ok := d.params[name]
	if !ok {
		value, ok = d.opts.Profile.Params[name]
	}
	return value, ok
}

// setParam sets what a shell on a user build may set: nothing constant.
func (d *Device) setParam(name, value string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !strings.HasPrefix(name, "persist.") && !strings.HasPrefix(name, "debug.") || len(d.params) >= maxDedup {
		return fmt.Sprintf("Set parameter %s %s fail! errNum is:%d!", name, value, errNoParam)
	}
	if d.params == nil {
		d.params = map[string]string{}
	}
	d.params[name] = value
	return fmt.Sprintf("Set parameter %s %s success", name, value)
}

func toolPower(c *call) int {
	args := strings.Join(c.args, " ")
	switch {
	case args == "wakeup":
		c.d.wakeUp()
		c.print("WakeupDevice is called\n")
	case args == "suspend":
		c.d.sleep()
		c.print("SuspendDevice is called\n")
	case len(c.args) == 2 && c.args[0] == "setmode" && slices.Contains([]string{"600", "601", "602", "603"}, c.args[1]):
		c.print("Set Mode: %s\nSet Mode Success!\n", c.args[1])
	case len(c.args) == 3 && c.args[0] == "timeout" && c.args[1] == "-o":
		c.print("Override screen off time to %s\n", c.args[2])
	case args == "timeout -r":
		c.print("Restore screen off time\n")
	default:
		c.print("usage: power-shell wakeup | suspend | setmode 600..603 | timeout -o MS | timeout -r | help\n")
	}
	return 0
}

// toolDate prints real time, as the agent's time stamps do.
func toolDate(c *call) int {
	now := time.Now()
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
	c.print(" %s up %02d:%02d, 0 users, load average: 0.00, 0.00, 0.00\n", time.Now().Format(time.TimeOnly), int(up.Hours()), int(up.Minutes())%60)
	return 0
}

// toolSleep sleeps on the world's clock.
func toolSleep(c *call) int {
	if len(c.args) != 1 {
		fmt.Fprintln(c.err, "sleep: Needs 1 argument")
		return 1
	}
	seconds, err := strconv.ParseFloat(c.args[0], 64)
	if err != nil || seconds < 0 || seconds > 1e6 {
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
		_, ok := tools[name]
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
