// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bufio"
	"io"
	"regexp"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// stderr puts what the process complains of into the log. The native module
// writes its lines there, where a real device has hilog for it.
func (p *proc) stderr(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, seam.MaxLine)
	for lines.Scan() {
		level, tag, message := "E", "stderr", lines.Text()
		if m := nativeLine.FindStringSubmatch(message); m != nil {
			level, tag, message = m[1], m[2], m[3]
		} else {
			p.d.log.Warn("standard error of an app", "bundle", p.app.spec.Bundle, "role", p.role, "line", message)
		}
		p.d.mu.Lock()
		p.d.appLog(p, level, tag, message)
		p.d.mu.Unlock()
	}
	// Whatever follows an endless line is dropped, or the process would block.
	_, _ = io.Copy(io.Discard, r)
}

// nativeLine is a line of nativebridge/hilog on a machine without hilog: time,
// level, tag, text.
var nativeLine = regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{3} ([DIWE])[A-Z]+ +(\S+): (.*)$`)
