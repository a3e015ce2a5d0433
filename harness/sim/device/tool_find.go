// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"io/fs"
	"strings"
)

// toolFind knows -type f and -type d, and prints folders before what is in
// them. That a user build has it is claim hdc.find.
func toolFind(c *call) int {
	var names []string
	kind := ""
	for i := 0; i < len(c.args); i++ {
		switch a := c.args[i]; {
		case a == "-type" && i+1 < len(c.args):
			i++
			kind = c.args[i]
		case strings.HasPrefix(a, "-"):
			c.print("find: the simulated tool knows -type f and -type d only\n")
			return 1
		default:
			names = append(names, a)
		}
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	for _, name := range names {
		info, err := c.d.files.stat(absolute(c.dir, name))
		if err != nil {
			status = c.fail("find", name, err)
			continue
		}
		c.find(name, info, kind)
	}
	return status
}

func (c *call) find(name string, info fs.FileInfo, kind string) {
	if kind == "" || (kind == "d") == info.IsDir() {
		c.print("%s\n", name)
	}
	if !info.IsDir() {
		return
	}
	entries, err := c.d.files.list(absolute(c.dir, name))
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			c.find(strings.TrimSuffix(name, "/")+"/"+e.Name(), info, kind)
		}
	}
}
