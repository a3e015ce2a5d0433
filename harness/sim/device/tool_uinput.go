// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "slices"

// toolUInput is the lower-level tool: it prints nothing when it worked.
func toolUInput(c *call) int {
	args := c.args
	var err error
	switch {
	case len(args) >= 3 && args[0] == "-K" && args[1] == "-d":
		err = c.d.key(c.ctx, keys[args[2]])
	case len(args) >= 2 && args[0] == "-T" && args[1] == "-c":
		err = c.touch(args[2:])
	case len(args) >= 7 && args[0] == "-T" && args[1] == "-d" && args[4] == "-u" && slices.Equal(args[2:4], args[5:7]):
		err = c.touch(args[2:4])
	case len(args) >= 2 && args[0] == "-T" && args[1] == "-m":
		at, bad := numbers(args[2:], 4)
		if err = bad; err == nil {
			c.d.swipe(at[0], at[1], at[2], at[3])
		}
	default:
		c.print("invalid command parameters\n")
		return 1
	}
	if err != nil {
		c.print("%v\n", err)
		return 1
	}
	return 0
}

func (c *call) touch(args []string) error {
	at, err := numbers(args, 2)
	if err != nil {
		return err
	}
	return c.d.click(c.ctx, at[0], at[1])
}
