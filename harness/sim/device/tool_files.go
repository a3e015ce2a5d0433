// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

func toolCat(c *call) int {
	if len(c.args) == 0 {
		return copyIn(c)
	}
	status := 0
	for _, name := range c.args {
		file, err := c.d.files.open(absolute(c.dir, name), os.O_RDONLY)
		if err != nil {
			status = c.fail("cat", name, err)
			continue
		}
		if _, err := io.Copy(c.out, file); err != nil {
			return 1
		}
		_ = file.Close()
	}
	return status
}

func copyIn(c *call) int {
	if c.in == nil {
		return 0
	}
	if _, err := io.Copy(c.out, c.in); err != nil {
		return 1
	}
	return 0
}

func toolRM(c *call) int {
	flags, names := c.flags()
	status := 0
	for _, name := range names {
		err := c.d.files.remove(absolute(c.dir, name), strings.ContainsAny(flags, "rR"))
		if err != nil && !(strings.Contains(flags, "f") && errors.Is(err, fs.ErrNotExist)) {
			status = c.fail("rm", name, err)
		}
	}
	return status
}

func toolMkdir(c *call) int {
	flags, names := c.flags()
	status := 0
	for _, name := range names {
		if err := c.d.files.mkdir(absolute(c.dir, name), strings.Contains(flags, "p")); err != nil {
			status = c.fail("mkdir", name, err)
		}
	}
	return status
}

func toolLS(c *call) int {
	flags, names := c.flags()
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	for _, name := range names {
		full := absolute(c.dir, name)
		info, err := c.d.files.stat(full)
		if err != nil {
			status = c.fail("ls", name, err)
			continue
		}
		if !info.IsDir() || strings.Contains(flags, "d") {
			c.list(flags, name, info)
			continue
		}
		entries, err := c.d.files.list(full)
		if err != nil {
			status = c.fail("ls", name, err)
			continue
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil {
				c.list(flags, e.Name(), info)
			}
		}
	}
	return status
}

func (c *call) list(flags, name string, info fs.FileInfo) {
	if strings.Contains(flags, "l") {
		c.print("%s 1 shell shell %d %s ", info.Mode(), info.Size(), info.ModTime().Format("2006-01-02 15:04"))
	}
	c.print("%s\n", name)
}

// toolGrep knows -v, -i, -c, -q, -E and -F, on files or its input.
func toolGrep(c *call) int {
	flags, rest := c.flags()
	if len(rest) == 0 {
		fmt.Fprintln(c.err, "grep: Need PATTERN")
		return 2
	}
	pattern := rest[0]
	if strings.Contains(flags, "F") {
		pattern = regexp.QuoteMeta(pattern)
	}
	if strings.Contains(flags, "i") {
		pattern = "(?i)" + pattern
	}
	match, err := regexp.Compile(pattern)
	if err != nil {
		fmt.Fprintf(c.err, "grep: bad regex %q\n", rest[0])
		return 2
	}
	inputs := []io.Reader{c.in}
	if len(rest) > 1 {
		inputs = nil
	}
	for _, name := range rest[1:] {
		file, err := c.d.files.open(absolute(c.dir, name), os.O_RDONLY)
		if err != nil {
			return c.fail("grep", name, err) + 1
		}
		inputs = append(inputs, file)
	}
	count := 0
	for _, in := range inputs {
		if in == nil {
			continue
		}
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, maxFiles)
		for lines.Scan() {
			if match.MatchString(lines.Text()) == strings.Contains(flags, "v") {
				continue
			}
			count++
			if !strings.ContainsAny(flags, "cq") {
				c.print("%s\n", lines.Text())
			}
		}
	}
	if strings.Contains(flags, "c") {
		c.print("%d\n", count)
	}
	if count == 0 {
		return 1
	}
	return 0
}
