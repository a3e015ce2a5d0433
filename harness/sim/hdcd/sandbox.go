// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// sandboxes is the folder of a device in which the sandbox of each debug app
// that runs is a folder of the bundle's name: claim hdc.file-sandbox. A
// [Storage] that has them there serves -b.
const sandboxes = "/mnt/debug/100/debug_hap/"

// bundleName is what a bundle's name may be.
var bundleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$`)

// place is where a path of the device leads: below deviceFolder, where hdcd
// runs, or into a bundle's sandbox. Otherwise it returns the refusal.
func (c *channel) place(device Storage, bundle, name string) (full, refusal string) {
	if bundle == "" || !c.s.dialect.sandbox {
		return onDevice(name), ""
	}
	root := sandboxes + bundle
	info, err := device.StatFile(root)
	if !bundleName.MatchString(bundle) || err != nil || !info.IsDir() {
		return "", fmt.Sprintf(textNoSandbox, bundle)
	}
	full = path.Clean(root + "/" + name)
	if full != root && !strings.HasPrefix(full, root+"/") {
		return "", fmt.Sprintf(textOutsideBundle, name)
	}
	if strings.HasSuffix(name, "/") {
		full += "/"
	}
	return full, ""
}
