// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// InstallOptions shape an installation.
type InstallOptions struct {
	// Keep refuses to replace an app that is installed. Without it the app is
	// replaced, and its data stay.
	Keep bool
	// Shared installs a library for other apps (an inter-app HSP): bm's -s.
	Shared bool
	// Together has InstallAll install all packages in one step, as one app's
	// modules need that depend on each other.
	Together bool
	// Progress is as in FileOptions.
	Progress func(done, total int64)
	// Steps is as in FileOptions; its files are packages.
	Steps func(Progress)
}

// InstallError says that the device's bm tool refused to install or uninstall.
type InstallError struct {
	// Command is install or uninstall.
	Command string
	// Code is bm's, 0 where it gave none.
	Code int
	// Text is what bm said.
	Text string
	// Meaning and Advice are those of fixtures.InstallCodes, "" for a code that
	// the table lacks.
	Meaning, Advice string
}

// Error implements error.
func (e *InstallError) Error() string {
	if e.Meaning == "" {
		return fmt.Sprintf("%s: the device says %q: look for the code in the guide of bm", e.Command, e.Text)
	}
	return fmt.Sprintf("%s: %s (%d; the device says %q): %s", e.Command, e.Meaning, e.Code, e.Text, e.Advice)
}

// Install installs a package file (.hap, .hsp, or .app from API 22 on), or the
// packages in a folder, which the device takes in one step. A folder is packed
// and sent by this process in any mode. What was installed may have another
// Push Token afterwards.
//
// hdc says that it has finished in any case, so success is bm's own text. A
// refusal is an *InstallError with what to do, a device that is too old for a
// package's kind a *NeedsError; other errors are those of Send.
func (c *Client) Install(ctx context.Context, key, file string, o InstallOptions) error {
	p, err := readPackage(key, file)
	if err != nil {
		return err
	}
	ctx, cancel := c.boundFor(ctx, p.size)
	defer cancel()
	if err := c.takes(ctx, key, []*parcel{p}); err != nil {
		return err
	}
	return c.install(ctx, key, p, o, Progress{AllFiles: 1, AllBytes: p.size})
}

// install moves one parcel. at is how far those before it have come.
func (c *Client) install(ctx context.Context, key string, p *parcel, o InstallOptions, at Progress) (err error) {
	began := time.Now()
	at.File = p.path
	show := func(done int64) {
		now := at
		if now.Bytes += done; done == p.size {
			now.Files++
		}
		FileOptions{Progress: o.Progress, Steps: o.Steps}.progress(now)
	}
	byServer := c.byServer(FileOptions{Progress: o.Progress, Steps: o.Steps}) && p.single
	if byServer {
		err = c.installByServer(ctx, key, p.path, o)
		// The file is here, so a server that misses it has another disk.
		byServer = c.o.Files != FilesAuto || !missesLocal(err)
	}
	if !byServer {
		err = c.installByClient(ctx, key, p, o, show)
	} else if err == nil {
		show(p.size)
	}
	c.o.Logger.DebugContext(ctx, "hdc install", "key", key, "file", p.path, "client", !byServer, "took", time.Since(began), "error", err)
	return err
}

// options are those of bm.
func (o InstallOptions) options() string {
	var words []string
	if !o.Keep {
		words = append(words, "-r")
	}
	if o.Shared {
		words = append(words, "-s")
	}
	return strings.Join(words, " ")
}

// installCommand joins the words that are there.
func installCommand(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func (c *Client) installByServer(ctx context.Context, key, file string, o InstallOptions) error {
	command := installCommand("install", o.options(), word(file))
	answer, err := retry(ctx, c.o.HandshakeWait, func() ([]byte, error) { return c.ask(ctx, key, command) })
	if err != nil {
		return fileFailure(err, command, file)
	}
	said, err := appMessage("install", file, string(answer))
	if err != nil {
		return err
	}
	return judgeInstall("install", said)
}

func (c *Client) installByClient(ctx context.Context, key string, p *parcel, o InstallOptions, show func(int64)) error {
	folder, name := remoteArgs(p.path)
	command := installCommand("install", folder, o.options(), word(name))
	// The device keeps it for a moment under a random name of hdc's form.
	var random [5]byte
	_, _ = rand.Read(random[:])
	parked := hex.EncodeToString(random[:])[:9] + p.ending
	f := outgoing{open: p.open, progress: show,
		config: transferConfig{size: uint64(p.size), options: o.options(), name: parked, function: "install",
			folder: filepath.Dir(p.path) + string(filepath.Separator)}}
	said, err := retry(ctx, c.o.HandshakeWait, func() (string, error) { return c.uploadPackage(ctx, key, command, f) })
	if err != nil {
		return fileFailure(err, command, p.path)
	}
	return judgeInstall("install", said)
}

// Uninstall removes an app with its data; keepData leaves those. The app's Push
// Token ends. An app that is not installed is an *InstallError.
//
// The name is checked here: only hdc 3.2.0f refuses shell characters in it
// (recording uninstall-bad-name).
func (c *Client) Uninstall(ctx context.Context, key, bundle string, keepData bool) error {
	if err := errors.Join(CheckKey(key), CheckBundle(bundle)); err != nil {
		return err
	}
	option := ""
	if keepData {
		option = "-k"
	}
	command := installCommand("uninstall", option, bundle)
	answer, err := retry(ctx, c.o.HandshakeWait, func() ([]byte, error) { return c.ask(ctx, key, command) })
	if err != nil {
		return err
	}
	said, err := appMessage("uninstall", "", string(answer))
	if err != nil {
		return err
	}
	return judgeInstall("uninstall", said)
}

// appMessage takes bm's text out of hdc's, which reads "[Info]App install
// path:FILE msg:TEXT" and "AppMod finish"; 2.0.0a puts a queue's size before
// msg.
func appMessage(verb, file, answer string) (string, error) {
	rest, ok := strings.CutPrefix(answer, "[Info]App "+verb+" path:"+file)
	if !ok {
		return "", &FormatError{Command: verb, Line: answer[:min(len(answer), 200)]}
	}
	_, text, ok := strings.Cut(rest, "msg:")
	if !ok {
		return "", &FormatError{Command: verb, Line: answer[:min(len(answer), 200)]}
	}
	text, _, _ = strings.Cut(text, "\r\nAppMod finish")
	return strings.TrimSpace(text), nil
}

// installCode is the number in bm's refusal.
var installCode = regexp.MustCompile(`code: ?(\d{7})\b`)

// judgeInstall wants bm's own word of success.
func judgeInstall(verb, said string) error {
	said = strings.TrimSpace(said)
	if strings.Contains(said, verb+" bundle successfully") && !strings.Contains(said, "error:") {
		return nil
	}
	e := &InstallError{Command: verb, Text: said}
	if m := installCode.FindStringSubmatch(said); m != nil {
		e.Code, _ = strconv.Atoi(m[1])
		if row, ok := fixtures.InstallCodeOf(e.Code); ok {
			e.Meaning, e.Advice = row.Meaning, row.Advice
		}
	}
	return e
}
