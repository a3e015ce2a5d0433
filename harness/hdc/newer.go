// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// config announces a file of this machine, whose command is given from a
// folder.
func (o FileOptions) config(info fs.FileInfo, remote, name, folder string) transferConfig {
	c := transferConfig{size: uint64(info.Size()), path: remote, name: name, folder: folder + string(filepath.Separator), reserve1: o.Bundle, keep: number(o.KeepTime)}
	if o.KeepTime {
		c.modified = uint64(max(0, info.ModTime().UnixNano()))
		c.accessed = c.modified
	}
	return c
}

func number(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// newerHere compares a file with the device's, where OnlyNewer asks for it.
// sync is set where hdc's own -sync says what is meant: nothing is there.
func (c *Client) newerHere(ctx context.Context, key string, info fs.FileInfo, remote string, o FileOptions) (sync, skip bool, err error) {
	if !o.OnlyNewer || o.Bundle != "" {
		return o.OnlyNewer, false, nil
	}
	times, err := c.times(ctx, key, []string{remote})
	if err != nil {
		return false, false, err
	}
	there, ok := times[remote]
	return !ok && !o.KeepTime, ok && !after(info.ModTime(), there), nil
}

// newerThere is the other way round.
func (c *Client) newerThere(ctx context.Context, key, remote, local string, o FileOptions) (skip bool, err error) {
	if !o.OnlyNewer {
		return false, nil
	}
	if o.Bundle != "" {
		return false, badArgument("OnlyNewer", "", "the time of a file in an app's sandbox is not known before it is fetched")
	}
	info, err := os.Stat(local)
	if err != nil {
		return false, nil
	}
	times, err := c.times(ctx, key, []string{remote})
	if err != nil {
		return false, err
	}
	there, ok := times[remote]
	return ok && !after(there, info.ModTime()), nil
}

// after compares to the second, which is what stat prints.
func after(a, b time.Time) bool { return a.Unix() > b.Unix() }

// timeLine is a line of stat -c '%Y %n'.
var timeLine = regexp.MustCompile(`(?m)^(\d{1,12}) (/.*)$`)

// times asks when files of the device were last changed. One that is missing is
// left out. (Claim hdc.sha256sum.)
func (c *Client) times(ctx context.Context, key string, files []string) (map[string]time.Time, error) {
	times := map[string]time.Time{}
	for batch := range batches(files) {
		got, err := c.Shell(ctx, key, Cmd(append([]any{"stat", "-c", "%Y %n"}, batch...)...))
		if err != nil {
			return nil, fmt.Errorf("ask for the time of %d files: %w", len(batch), err)
		}
		if got.Exit == exitNotFound {
			return nil, &NeedsError{What: "sending or fetching only what is newer", Needs: "stat on the device", Has: "a device without it",
				Advice: "leave OnlyNewer out"}
		}
		for _, m := range timeLine.FindAllSubmatch(got.Output, -1) {
			seconds, err := strconv.ParseInt(string(m[1]), 10, 64)
			if err == nil {
				times[string(m[2])] = time.Unix(seconds, 0)
			}
		}
	}
	return times, nil
}
