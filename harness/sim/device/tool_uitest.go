// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"strconv"
)

// overlap is what uitest says of two calls at the same time: the one that came
// second fails. Source of the words: UiTest guide, common problems. That the
// command line says and does so is claim device.uitest.overlap; a third party
// saw the second call hang.
const overlap = "uitest-api does not allow calling concurrently"

// toolUITest answers "No Error" whatever a click met; one call runs at a time.
func toolUITest(c *call) int {
	if len(c.args) == 1 && c.args[0] == "--version" {
		c.print("5.1.1.2\n")
		return 0
	}
	run, failed := c.uitest()
	if run == nil {
		c.print("usage: uitest dumpLayout -p PATH | screenCap -p PATH | uiInput click|swipe|keyEvent ... | --version\n")
		return 1
	}
	if !c.d.uitest.tryEnter() {
		c.print("%s%s\n", failed, overlap)
		return 1
	}
	defer c.d.uitest.leave()
	return run()
}

// uitest returns what the command does, and what stands before the reason why
// it was not done; nil is no command.
func (c *call) uitest() (run func() int, failed string) {
	if len(c.args) == 0 {
		return nil, ""
	}
	switch c.args[0] {
	case "dumpLayout":
		return func() int { return c.dumpLayout(c.args[1:]) }, "DumpLayout failed:"
	case "screenCap":
		return func() int { return c.screenCap(c.args[1:]) }, "ScreenCap failed: "
	case "uiInput":
		if len(c.args) > 1 {
			return func() int { return c.uiInput(c.args[1], c.args[2:]) }, ""
		}
	}
	return nil, ""
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
	case "dircFling":
		// It goes over the middle of the screen, where nothing here reacts.
	case "inputText":
		// No simulated page has a field: the click is all that is seen of it.
		var at []int
		if at, err = numbers(args, 2); err == nil && len(args) < 3 {
			err = fmt.Errorf("inputText needs a text")
		}
		if err == nil {
			err = c.d.click(c.ctx, at[0], at[1])
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
		v, err := strconv.ParseInt(args[i], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is no coordinate", args[i])
		}
		values[i] = int(v)
	}
	return values, nil
}
