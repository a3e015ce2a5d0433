// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"
)

// Version is a version of hdc, such as 3.2.0f.
type Version struct {
	Major, Minor, Patch int
	// Fix is the letter behind it, 'a' to 'z'.
	Fix byte
}

// Oldest and Newest bound the versions whose servers this package was checked
// against, by recordings of the real programs.
var (
	Oldest = Version{2, 0, 0, 'a'}
	Newest = Version{3, 2, 0, 'f'}
)

var versionText = regexp.MustCompile(`^Ver: (\d{1,4})\.(\d{1,4})\.(\d{1,4})([a-z])`)

// parseVersion reads "Ver: 3.2.0f".
func parseVersion(text string) (Version, error) {
	m := versionText.FindStringSubmatch(text)
	if m == nil {
		return Version{}, fmt.Errorf("the version %q instead of one like \"Ver: 3.2.0f\"", text)
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	return Version{Major: n[0], Minor: n[1], Patch: n[2], Fix: m[4][0]}, nil
}

// String returns the version as hdc writes it, without "Ver: ".
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d%c", v.Major, v.Minor, v.Patch, v.Fix)
}

// Checked reports whether v lies between Oldest and Newest. Another version
// may well work: it is worth a warning, not a refusal.
func (v Version) Checked() bool { return !v.less(Oldest) && !Newest.less(v) }

// Warning says that v was never checked, "" where it was.
func (v Version) Warning() string {
	if v.Checked() {
		return ""
	}
	return fmt.Sprintf("hdc %s was never checked, only %s to %s were: it may well work; where it does something else, please report it with this version", v, Oldest, Newest)
}

func (v Version) less(w Version) bool {
	a, b := [4]int{v.Major, v.Minor, v.Patch, int(v.Fix)}, [4]int{w.Major, w.Minor, w.Patch, int(w.Fix)}
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// Version asks the server for its version.
func (c *Client) Version(ctx context.Context) (Version, error) {
	answer, err := c.local(ctx, "version")
	if err != nil {
		return Version{}, err
	}
	return c.versionOf(string(answer), answer)
}

// checkServer is the number that stands before the version in the answer to
// checkserver, in little endian: hdc's CMD_CHECK_SERVER.
var checkServer = []byte{13, 0}

// CheckServer asks the server for its version by hdc's own check of a server.
// A *VersionError says that something else answers there.
func (c *Client) CheckServer(ctx context.Context) (Version, error) {
	answer, err := c.local(ctx, "checkserver")
	if err != nil {
		return Version{}, err
	}
	text, ok := bytes.CutPrefix(answer, checkServer)
	if !ok {
		return Version{}, newVersionError(c.o.Addr, answer, fmt.Errorf("a wrong answer to checkserver"))
	}
	return c.versionOf(string(text), answer)
}

func (c *Client) versionOf(text string, answer []byte) (Version, error) {
	v, err := parseVersion(text)
	if err != nil {
		return Version{}, newVersionError(c.o.Addr, answer, err)
	}
	return v, nil
}

// local runs one of the server's own commands on a channel without a key and
// returns its answer. An end without any answer is an error: every command
// that goes through here has one.
func (c *Client) local(ctx context.Context, command string) ([]byte, error) {
	return c.ask(ctx, "", command)
}

// ask runs a command that is answered by text up to the server's end.
func (c *Client) ask(ctx context.Context, key, command string) ([]byte, error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	began := time.Now()
	answer, err := c.askOnce(ctx, key, command)
	c.o.Logger.DebugContext(ctx, "hdc", "key", key, "command", command, "bytes", len(answer), "took", time.Since(began), "error", err)
	if err != nil && ctx.Err() != nil && !busy(err) {
		err = fmt.Errorf("hdc %s: %w", command, ctx.Err())
	}
	return answer, err
}

func (c *Client) askOnce(ctx context.Context, key, command string) ([]byte, error) {
	ch, err := c.open(ctx, key, command)
	if err != nil {
		return nil, err
	}
	defer ch.close()
	return ch.answer(key, command, c.o.MaxOutput)
}

// answer returns the text that answers a command, up to the server's end.
func (ch *channel) answer(key, command string, limit int) ([]byte, error) {
	frames, err := ch.rest(limit)
	if err != nil {
		return nil, &LostError{Key: key, Command: command, Err: err}
	}
	if len(frames) == 0 {
		return nil, &LostError{Key: key, Command: command, Err: io.EOF}
	}
	if err := failure(key, command, frames[0]); err != nil {
		return nil, err
	}
	return bytes.Join(frames, nil), nil
}
