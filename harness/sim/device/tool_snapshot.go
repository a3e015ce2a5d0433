// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "strings"

// toolSnapshot is `snapshot_display [-i 0] [-f FILE] [-t jpeg|png]`; -t came
// with HarmonyOS 6. It needs developer mode. Source: OpenHarmony,
// window_manager; from which version on it writes PNG is claim
// device.text.screenshot.
func toolSnapshot(c *call) int {
	b := c.d.build
	if !b.developer && !b.engineering {
		c.print("current mode is not developer mode, just return.\n")
		return 1
	}
	takesValue := "if"
	if b.api >= api60 {
		takesValue += "t"
	}
	read, ok := options(c.args, "", takesValue)
	format, name := formatJPEG, ""
	for _, o := range read {
		switch {
		case o.name == "-f":
			name = o.value
		case o.name == "-t":
			format = pictureFormat(o.value)
		case o.value != "0":
			c.print("error: displayId %s is invalid.\n", o.value)
			return 1
		}
	}
	if !ok || format != formatJPEG && format != formatPNG {
		c.print("usage: snapshot_display [-i displayId] [-f output_file] [-t jpeg|png]\n")
		return 1
	}
	if name == "" {
		name = tmp + "/snapshot_" + c.d.today().Format("2006-01-02_15-04-05") + "." + string(format)
	}
	if !strings.HasSuffix(name, "."+string(format)) {
		c.print("error: fileName %s invalid, suffix must be .%s\n", name, format)
		return 1
	}
	return c.snapshot(name, format)
}

func (c *call) snapshot(name string, format pictureFormat) int {
	p := c.d.opts.Profile
	c.print("process: display 0, file type: %s, width: %d, height: %d\n", format, p.Width, p.Height)
	picture, err := c.d.picture(c.ctx, format)
	if err == nil {
		err = c.d.files.put(absolute(c.dir, name), picture)
	}
	if err != nil {
		c.print("error: snapshot display 0, write to %s as %s failed!\n", name, format)
		return 1
	}
	c.print("success: snapshot display 0 , write to %s as %s, width: %d, height: %d\n", name, format, p.Width, p.Height)
	return 0
}

// screenCap is `uitest screenCap [-p FILE]`, which writes PNG.
func (c *call) screenCap(args []string) int {
	takesValue := "p"
	if c.d.build.api >= api60 {
		takesValue += "d"
	}
	read, ok := options(args, "", takesValue)
	name := tmp + "/" + c.d.today().Format("20060102150405") + ".png"
	for _, o := range read {
		if o.name == "-p" {
			name = o.value
		}
		ok = ok && (o.name != "-d" || o.value == "0")
	}
	if !ok {
		c.print("ScreenCap failed: the options are illegal\n")
		return 1
	}
	picture, err := c.d.picture(c.ctx, formatPNG)
	if err == nil {
		err = c.d.files.put(absolute(c.dir, name), picture)
	}
	if err != nil {
		c.print("ScreenCap failed: Invalid save path or permission denied\n")
		return 1
	}
	c.print("ScreenCap saved to %s\n", name)
	return 0
}
