// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// toolUITest answers "No Error" whatever a click met; one call runs at a time.
func toolUITest(c *call) int {
	if err := c.d.uitest.enter(c.ctx); err != nil {
		return 1
	}
	defer c.d.uitest.leave()
	switch {
	case len(c.args) > 0 && c.args[0] == "dumpLayout":
		return c.dumpLayout(c.args[1:])
	case len(c.args) > 1 && c.args[0] == "uiInput":
		return c.uiInput(c.args[1], c.args[2:])
	case len(c.args) > 0 && c.args[0] == "--version":
		c.print("5.1.1.2\n")
		return 0
	}
	c.print("usage: uitest dumpLayout -p PATH | uiInput click|swipe|keyEvent ... | --version\n")
	return 1
}

func (c *call) dumpLayout(args []string) int {
	path, bundle := "", ""
	for len(args) > 0 {
		switch option := args[0]; option {
		case "-i", "-a":
			args = args[1:]
			continue
		case "-p", "-b", "-w", "-m", "-d":
			if len(args) < 2 {
				c.print("DumpLayout failed:option %s needs a value\n", option)
				return 1
			}
			switch option {
			case "-p":
				path = args[1]
			case "-b":
				bundle = args[1]
			}
			args = args[2:]
		default:
			c.print("DumpLayout failed:unknown option %s\n", option)
			return 1
		}
	}
	if path == "" {
		path = tmp + "/layout.json"
	}
	c.d.mu.Lock()
	tree := c.d.tree()
	if bundle != "" {
		kept := tree.children[:0]
		for _, w := range tree.children {
			if w.attributes["bundleName"] == bundle {
				kept = append(kept, w)
			}
		}
		tree.children = kept
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(tree)
	c.d.mu.Unlock()
	if err == nil {
		err = c.d.files.put(absolute(c.dir, path), bytes.TrimSpace(text.Bytes()))
	}
	if err != nil {
		c.print("DumpLayout failed:%v\n", err)
		return 1
	}
	c.print("DumpLayout saved to:%s\n", path)
	return 0
}

// keys are the key codes that the simulated device has. Source: Input Kit,
// key codes.
var keys = map[string]string{"1": "Home", "2": "Back", "18": "Power", "Home": "Home", "Back": "Back", "Power": "Power"}

func (c *call) uiInput(action string, args []string) int {
	var err error
	switch action {
	case "click", "doubleClick", "longClick":
		var at []int
		if at, err = numbers(args, 2); err == nil {
			err = c.d.click(c.ctx, at[0], at[1])
		}
	case "swipe", "drag", "fling":
		var at []int
		if at, err = numbers(args, 4); err == nil {
			c.d.swipe(at[0], at[1], at[2], at[3])
		}
	case "keyEvent":
		if len(args) == 0 {
			err = fmt.Errorf("keyEvent needs a key")
			break
		}
		err = c.d.key(c.ctx, keys[args[0]])
	default:
		err = fmt.Errorf("unknown input %s", action)
	}
	if err != nil {
		c.print("%v\n", err)
		return 1
	}
	c.print("No Error\n")
	return 0
}

// numbers reads the first n arguments; more are options such as the speed.
func numbers(args []string, n int) ([]int, error) {
	if len(args) < n {
		return nil, fmt.Errorf("%d coordinates are needed, %d were given", n, len(args))
	}
	values := make([]int, n)
	for i := range values {
		v, err := strconv.Atoi(args[i])
		if err != nil {
			return nil, fmt.Errorf("%q is no coordinate", args[i])
		}
		values[i] = v
	}
	return values, nil
}

// toolUInput is the lower-level tool: it prints nothing when it worked.
func toolUInput(c *call) int {
	args := c.args
	bad := func() int {
		c.print("invalid command parameters\n")
		return 1
	}
	if len(args) < 2 {
		return bad()
	}
	var err error
	switch args[0] + " " + args[1] {
	case "-K -d":
		if len(args) < 3 {
			return bad()
		}
		err = c.d.key(c.ctx, keys[args[2]])
	case "-T -c":
		at, bad := numbers(args[2:], 2)
		if err = bad; err == nil {
			err = c.d.click(c.ctx, at[0], at[1])
		}
	case "-T -m":
		at, bad := numbers(args[2:], 4)
		if err = bad; err == nil {
			c.d.swipe(at[0], at[1], at[2], at[3])
		}
	default:
		return bad()
	}
	if err != nil {
		c.print("%v\n", err)
		return 1
	}
	return 0
}
