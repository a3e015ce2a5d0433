// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"path"
	"slices"
	"time"
)

// faultDir is where the system leaves what it knows of a crash.
const faultDir = "/data/log/faultlog/faultlogger"

// fault is the kind of crash that ended a process, "" for an end that is none:
// it was killed, or ended itself without an error; d.mu is held. Claim
// device.death.faultlog.
func (p *proc) fault(unasked bool) string {
	if p.frozen {
		return "appfreeze"
	}
	if state := p.child.State(); unasked && state != nil && state.ExitCode() > 0 {
		return "cppcrash"
	}
	return ""
}

// faultLog leaves the log of a crash, whose name tells all that is simulated of
// it; d.mu is held.
func (d *Device) faultLog(p *proc, kind string) {
	at := d.date()
	name := fmt.Sprintf("%s-%s-%d-%s%03d.log", kind, p.app.spec.Bundle, p.app.uid, at.Format("20060102150405"), at.UnixMilli()%1000)
	text := fmt.Sprintf("Module name:%s\nProcess name:%s\nPid:%d\nUid:%d\nReason:%s\n", p.app.spec.Bundle, p.name(), p.child.PID(), p.app.uid, kind)
	d.files.leave(faultDir+"/"+name, []byte(text))
}

// leave writes a file that the shell may read only. The oldest of its folder
// goes when there are too many.
func (f *files) leave(name string, content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var siblings []string
	for other := range f.nodes {
		if path.Dir(other) == path.Dir(name) {
			siblings = append(siblings, other)
		}
	}
	if len(siblings) >= maxFaultLogs {
		oldest := slices.MinFunc(siblings, func(a, b string) int { return f.nodes[a].changed.Compare(f.nodes[b].changed) })
		f.size -= len(f.nodes[oldest].content)
		delete(f.nodes, oldest)
	}
	f.nodes[name] = &fileNode{content: content, changed: time.Now()}
	f.size += len(content)
}
