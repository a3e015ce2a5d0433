// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"io/fs"
	"path"
	"strings"
	"time"
)

// sandboxes is where hdcd finds the sandbox of a debug app that runs: claim
// hdc.file-sandbox. What is in it is of `hdc file -b` alone: a simulated app
// keeps its own files elsewhere.
const sandboxes = "/mnt/debug/100/debug_hap/"

// sandboxFolders are those of a new sandbox.
var sandboxFolders = []string{"data/storage/el1/base", "data/storage/el2/base/cache", "data/storage/el2/base/files",
	"data/storage/el2/base/haps/entry/files", "data/storage/el2/base/temp"}

// sandbox is the root of the sandbox that a path leads into, or "".
func sandbox(name string) string {
	rest, ok := strings.CutPrefix(name, sandboxes)
	bundle, _, _ := strings.Cut(rest, "/")
	if !ok || bundle == "" {
		return ""
	}
	return sandboxes + bundle
}

// enter makes the sandbox of a path, or says that it is not there: only a debug
// app that runs has one. What is in it goes with the app's data.
func (d *Device) enter(name string) error {
	root := sandbox(name)
	if root == "" {
		return nil
	}
	d.mu.Lock()
	a := d.find(path.Base(root))
	running := a != nil && !a.spec.Release && a.main != nil
	d.mu.Unlock()
	if !running {
		return pathError("open", name, fs.ErrNotExist)
	}
	for _, folder := range sandboxFolders {
		d.files.ensure(root + "/" + folder)
	}
	return nil
}

// ensure makes a folder and those above it, whoever may write there.
func (f *files) ensure(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ; f.nodes[name] == nil; name = path.Dir(name) {
		f.nodes[name] = &fileNode{dir: true, changed: time.Now()}
	}
}

// forget removes a folder with all that is in it.
func (f *files) forget(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for other, node := range f.nodes {
		if other == name || strings.HasPrefix(other, name+"/") {
			f.size -= len(node.content)
			delete(f.nodes, other)
		}
	}
}
