// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"crypto/sha256"
	"io"
	"os"
	"strconv"
	"strings"
)

// toolSHA256 sums files, or its input. That a user build has it is claim
// hdc.sha256sum, like stat.
func toolSHA256(c *call) int {
	_, names := c.flags()
	if len(names) == 0 {
		h := sha256.New()
		if c.in != nil {
			_, _ = io.Copy(h, c.in)
		}
		c.print("%x  -\n", h.Sum(nil))
		return 0
	}
	status := 0
	for _, name := range names {
		file, err := c.d.files.open(absolute(c.dir, name), os.O_RDONLY)
		if err != nil {
			status = c.fail("sha256sum", name, err)
			continue
		}
		h := sha256.New()
		_, err = io.Copy(h, file)
		_ = file.Close()
		if err != nil {
			status = c.fail("sha256sum", name, err)
			continue
		}
		c.print("%x  %s\n", h.Sum(nil), name)
	}
	return status
}

// toolStat knows -c with %s, %n, %Y and %F.
func toolStat(c *call) int {
	if len(c.args) < 3 || c.args[0] != "-c" {
		c.print("stat: the simulated tool knows -c FORMAT only\n")
		return 1
	}
	status := 0
	for _, name := range c.args[2:] {
		info, err := c.d.files.stat(absolute(c.dir, name))
		if err != nil {
			status = c.fail("stat", name, err)
			continue
		}
		kind := "regular file"
		if info.IsDir() {
			kind = "directory"
		}
		c.print("%s\n", strings.NewReplacer("%s", strconv.FormatInt(info.Size(), 10), "%n", name,
			"%Y", strconv.FormatInt(info.ModTime().Unix(), 10), "%F", kind).Replace(c.args[1]))
	}
	return status
}
