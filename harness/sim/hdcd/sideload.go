// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"fmt"
	"path/filepath"
	"strings"
)

// textSideload is what the daemon of an ordinary system says of an update, and
// all that it does with it: claim hdc.sideload.
const textSideload = "[placeholders] sideload %s\r\n"

// sideload answers `sideload FILE`: the file goes to the device, which names
// and forgets it.
func (c *channel) sideload(name string) (text string, open bool) {
	storage, ok := c.begin().(Storage)
	if !ok {
		return fmt.Sprintf(textNotSimulated, "sideload"), false
	}
	full := absolute("", strings.TrimSpace(name))
	files, refusal := collect(c.s.o.Host, full)
	if refusal != "" {
		return refusal, false
	}
	if files[0].inFolder() {
		return fmt.Sprintf(textOpenFailed, errIsFolder, full), false
	}
	ending := ".bundle"
	for _, known := range []string{".hap", ".hsp", ".tar", ".app"} {
		if strings.HasSuffix(filepath.ToSlash(full), known) {
			ending = known
		}
	}
	parked := deviceFolder + "/" + randomName() + ending
	defer func() { _ = storage.RemoveFile(parked) }()
	_, said, end := c.copyOne(files[0], &landing{to: storage, dialect: c.s.dialect}, files[0].config(request{}, parked))
	switch {
	case end == gone:
		return "", false
	case said != "":
		return said, false
	}
	c.sayLast(fmt.Sprintf(textSideload, parked))
	return "", false
}
