// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"path"
	"strings"
)

// listing is what a folder of the device holds, by paths from it on.
type listing struct {
	files, folders []string
	// why says why the rest is not known; "" where all is.
	why string
}

// list asks the device what is in a folder, without what links lead to. (Claim
// hdc.find.)
func (c *Client) list(ctx context.Context, key, remote string) (*listing, error) {
	l := &listing{}
	for _, ask := range []struct {
		kind string
		into *[]string
	}{{"d", &l.folders}, {"f", &l.files}} {
		got, err := c.Shell(ctx, key, Cmd("find", remote, "-type", ask.kind))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", remote, err)
		}
		if got.Exit != 0 {
			return &listing{why: "find on the device: " + said(got)}, nil
		}
		for line := range strings.Lines(string(got.Output)) {
			name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), remote)
			if !ok || name != "" && name[0] != '/' {
				return nil, &FormatError{Command: "find", Line: fmt.Sprintf("%.200q", line)}
			}
			if name == "" {
				continue
			}
			if err := checkName(name[1:], true); err != nil {
				return nil, err
			}
			*ask.into = append(*ask.into, name[1:])
		}
		if len(*ask.into) > maxFiles {
			return nil, badArgument("remote path", remote, fmt.Sprintf("it holds more than %d files: fetch its parts", maxFiles))
		}
	}
	return l, nil
}

// known reports whether the device has said what is there.
func (l *listing) known() bool { return l != nil && l.why == "" }

// missing compares what arrived with what is there: each file has to arrive,
// and no other one, which could only come through a link. hdc follows those.
func (l *listing) missing(remote string, files []leaf) error {
	arrived := make(map[string]bool, len(files))
	for _, f := range files {
		arrived[f.name] = true
	}
	for _, name := range l.files {
		if !arrived[name] {
			return &VerifyError{Remote: path.Join(remote, name), What: "file", Local: "missing", Device: "present"}
		}
		delete(arrived, name)
	}
	for _, f := range files {
		if arrived[f.name] {
			return &UnsafePathError{Path: f.name, Device: true, Why: "it is no file of the folder: it came through a link, or was made meanwhile"}
		}
	}
	return nil
}
