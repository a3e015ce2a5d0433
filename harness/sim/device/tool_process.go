// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"strconv"
	"strings"
)

// toolDevicedebug is `devicedebug kill -SIGNAL PID`: the death of a process of
// a debug app, which the system does not take for a stop by the user.
func toolDevicedebug(c *call) int {
	if len(c.args) < 3 || c.args[0] != "kill" {
		c.print("usage: devicedebug kill -<signal> <pid>\n")
		return 1
	}
	pid, err := strconv.Atoi(c.args[2])
	c.d.mu.Lock()
	p := c.d.byPID(pid)
	c.d.mu.Unlock()
	switch {
	case err != nil || p == nil:
		c.print("devicedebug: kill: %s: No such app process\n", c.args[2])
		return 1
	case p.app.spec.Release:
		c.print("devicedebug: kill: process: %s is not debuggable app\n", c.args[2])
		return 1
	case c.args[1] != "-9" && c.args[1] != "-KILL":
		c.print("devicedebug: kill: %s: the simulated device sends -9 only\n", c.args[1])
		return 1
	}
	p.kill()
	select {
	case <-p.done:
	case <-c.ctx.Done():
	}
	return 0
}

// toolKill is the shell's own kill, which may not touch apps.
func toolKill(c *call) int {
	_, pids := c.flags()
	for _, pid := range pids {
		fmt.Fprintf(c.err, "/bin/sh: kill: %s: Operation not permitted\n", pid)
	}
	return 1
}

func toolPidof(c *call) int {
	_, names := c.flags()
	var pids []string
	c.d.mu.Lock()
	for _, p := range c.d.processes() {
		for _, name := range names {
			if p.name() == name {
				pids = append(pids, itoa(p.child.PID()))
			}
		}
	}
	c.d.mu.Unlock()
	if len(pids) == 0 {
		return 1
	}
	c.print("%s\n", strings.Join(pids, " "))
	return 0
}

// toolPS lists what a user build lists for the shell: apps and a few services.
func toolPS(c *call) int {
	c.print("UID            PID  PPID C STIME TTY          TIME CMD\n")
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	line := func(uid string, pid, parent int, cmd string) {
		c.print("%-12s %5d %5d 0 %s ?        00:00:00 %s\n", uid, pid, parent, c.d.boot.at.Format("15:04:05"), cmd)
	}
	line("root", initPID, 0, "init")
	line("foundation", foundationPID, initPID, "foundation")
	line("20010001", sceneboardPID, zygotePID, sceneboard)
	line("push_manager_service", pushServicePID, initPID, "pushservice")
	for _, p := range c.d.processes() {
		line(itoa(p.app.uid), p.child.PID(), zygotePID, p.name())
	}
	return 0
}
