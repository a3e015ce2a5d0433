// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errNoParam is the number behind a missing parameter: claim
// device.param.missing leaves it open.
const errNoParam = 106

// paramLogLevel is the log's lowest level. Claim device.hilog.level.
const paramLogLevel = "hilog.loggable.global"

func toolParam(c *call) int {
	d := c.d
	switch {
	case len(c.args) == 1 && c.args[0] == "get":
		d.mu.Lock()
		all := map[string]string{}
		maps.Copy(all, d.opts.Profile.Params)
		maps.Copy(all, d.params)
		all[paramLogLevel] = d.hilog.level
		d.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			c.print("%s = %s\n", name, all[name])
		}
	case len(c.args) == 2 && c.args[0] == "get":
		if value, ok := d.param(c.args[1]); ok {
			c.print("%s\n", value)
		} else {
			c.print("Get parameter \"%s\" fail! errNum is:%d!\n", c.args[1], errNoParam)
		}
	case len(c.args) == 3 && c.args[0] == "set":
		c.print("%s\n", d.setParam(c.args[1], c.args[2]))
	case (len(c.args) == 3 || len(c.args) == 4) && c.args[0] == "wait":
		c.waitParam()
	default:
		c.print("usage: param get [NAME] | set NAME VALUE | wait NAME VALUE [SECONDS]\n")
	}
	return 0
}

func (d *Device) param(name string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if name == paramLogLevel {
		return d.hilog.level, true
	}
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
	if !strings.HasPrefix(name, "persist.") && !strings.HasPrefix(name, "debug.") || len(value) > maxParam || len(d.params) >= maxParams {
		return fmt.Sprintf("Set parameter %s %s fail! errNum is:%d!", name, value, errNoParam)
	}
	if d.params == nil {
		d.params = map[string]string{}
	}
	d.params[name] = value
	d.notify()
	return fmt.Sprintf("Set parameter %s %s success", name, value)
}

// defaultWait is how long param wait waits without a time. Claim
// device.text.param-wait, with its answers.
const defaultWait = 30

// waitParam waits, on the world's clock, until the parameter has the value; "*"
// is any.
func (c *call) waitParam() {
	name, want, seconds := c.args[1], c.args[2], defaultWait
	if len(c.args) == 4 {
		n, err := strconv.Atoi(c.args[3])
		if err != nil || n < 0 || n > 1e6 {
			c.print("Wait parameter \"%s\" fail! errNum is:%d!\n", name, errNoParam)
			return
		}
		seconds = n
	}
	late := make(chan struct{})
	stop := c.d.opts.Clock.AfterFunc(time.Duration(seconds)*time.Second, func() { close(late) })
	defer stop()
	for {
		changed := c.d.Changed()
		if value, ok := c.d.param(name); ok && (want == "*" || value == want) {
			c.print("Wait parameter %s success\n", name)
			return
		}
		select {
		case <-changed:
		case <-late:
			c.print("Wait parameter \"%s\" fail! errNum is:%d!\n", name, errNoParam)
			return
		case <-c.ctx.Done():
			return
		}
	}
}
