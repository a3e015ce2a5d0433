// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Modes of an APP_FINISH frame. Source: recordings install-bm-stub-ok.cli.
const modeInstall = 1

// install answers `install`: the package goes to a folder of the device, and
// the device's own bm installs it from there.
func (c *channel) install(line string) (text string, open bool) {
	device := c.begin()
	storage, ok := device.(Storage)
	if !ok {
		return fmt.Sprintf(textNotSimulated, "install"), false
	}
	r := parseRequest(line)
	switch {
	case r.remote:
		c.installRemote(device, storage, strings.TrimPrefix(line, "remote "))
	case len(r.names) == 0:
		// The real server never answers: recording install-no-args.raw.
		c.hang()
	default:
		c.installLocal(device, storage, r)
	}
	return "", false
}

// installRemote takes packages from the client, one after the other, and
// answers each with what bm said of it.
func (c *channel) installRemote(device Target, storage Storage, line string) {
	// Unlike that of a file, this line comes back with its NUL.
	if c.send(cmdAppInit, append([]byte(line), 0)) != nil {
		return
	}
	c.receive(receiver{check: cmdAppCheck, begin: cmdAppBegin, data: cmdAppData,
		open: func(config transferConfig) (*incoming, string, bool) {
			config.path = deviceFolder + "/" + path.Base(config.name)
			config.name = path.Base(config.name)
			return (&landing{to: storage, dialect: c.s.dialect}).create(config)
		},
		landed: func(in *incoming) bool {
			said, ok := c.installFile(device, storage, in.config.options, in.name)
			return ok && c.send(cmdAppFinish, append([]byte{modeInstall, 0}, said...)) == nil
		},
	})
}

// installLocal installs packages that the server's machine holds.
func (c *channel) installLocal(device Target, storage Storage, r request) {
	var packages []string
	for _, name := range r.names {
		full := absolute(r.cwd, name)
		info, err := c.s.o.Host.StatFile(full)
		if isPackage(full) || err == nil && info.IsDir() {
			packages = append(packages, full)
		}
	}
	if len(packages) == 0 {
		c.sayLast(c.s.dialect.noPackage)
		return
	}
	// Each once, the last one first: claim hdc.install-several.
	slices.Sort(packages)
	packages = slices.Compact(packages)
	options := strings.Join(r.options, " ")
	printed := 0
	for i, full := range slices.Backward(packages) {
		said, refusal, ok := c.installOne(device, storage, options, full)
		switch {
		case !ok:
			return
		case refusal != "":
			c.sayLast(refusal)
			return
		case c.say(c.s.dialect.installText(full, said, i, printed)) != nil:
			return
		}
		printed = len(said)
	}
	_ = c.say(textAppFinish)
}

// installText is what hdc makes of bm's words on one of several packages, with
// so many left: older servers count those, newer ones leave out as much as they
// printed of the words before.
func (d dialect) installText(full, said string, left, printed int) string {
	if !strings.Contains(d.installed, "queuesize") {
		said = said[min(printed, len(said)):]
	}
	return fmt.Sprintf(strings.Replace(d.installed, "queuesize:0", fmt.Sprintf("queuesize:%d", left), 1), full, said)
}

// isPackage tells by the name, as hdc does.
func isPackage(name string) bool {
	switch path.Ext(name) {
	case ".hap", ".hsp", ".app":
		return true
	}
	return false
}

// installOne copies a package, or a folder of packages, to the device.
func (c *channel) installOne(device Target, storage Storage, options, full string) (said, refusal string, ok bool) {
	files, refusal := collect(c.s.o.Host, full)
	if refusal != "" {
		return "", refusal, true
	}
	name := deviceFolder + "/" + randomName()
	if !files[0].inFolder() {
		name += path.Ext(full)
	}
	l := landing{to: storage, dialect: c.s.dialect}
	for _, f := range files {
		if _, text, end := c.copyOne(f, &l, f.config(request{}, name)); end == gone || text != "" {
			_ = storage.RemoveFile(name)
			return "", text, end != gone
		}
	}
	said, ok = c.installFile(device, storage, options, name)
	return said, "", ok
}

// installFile has bm install what lies there, and removes it. It fails when
// the device was lost.
func (c *channel) installFile(device Target, storage Storage, options, name string) (said string, ok bool) {
	arrived := name
	defer func() { _ = storage.RemoveFile(arrived) }()
	if info, err := storage.StatFile(name); err == nil && info.IsDir() {
		name += "/"
	}
	if folder, packed := strings.CutSuffix(name, ".tar"); packed {
		// A client sends a folder as an archive: claim hdc.install-folder.
		defer func() { _ = storage.RemoveFile(folder) }()
		if err := unpack(storage, name, folder); errors.Is(err, errFatal) {
			c.s.SetState(c.bound.key, Offline)
			return "", false
		}
		// Of what is no archive, bm finds nothing in the folder.
		name = folder + "/"
	}
	if c.refuses(options) {
		return textBadName, true
	}
	if said := c.refusal("install"); said != "" {
		return said, true
	}
	line := strings.TrimSpace("bm install " + options)
	// hdcd looks for these letters anywhere: with -s or -p the path stands for
	// itself.
	if !strings.ContainsAny(options, "ps") {
		line += " -p"
	}
	return c.ask(device, line+" "+name), true
}

// uninstall answers `uninstall [OPTIONS] BUNDLE`.
func (c *channel) uninstall(line string) (text string, open bool) {
	device := c.begin()
	if device == nil {
		return "", false
	}
	// -n stands for nothing: bm gets its own.
	var options, name string
	for _, word := range splitWords(line) {
		switch {
		case word == "-n":
		case strings.HasPrefix(word, "-"):
			options += word + " "
		default:
			name += word
		}
	}
	said := c.refusal("uninstall")
	switch {
	case c.refuses(options + name):
		said = textBadName
	case said == "":
		said = c.ask(device, "bm uninstall "+options+"-n "+name)
	}
	if c.say(fmt.Sprintf(c.s.dialect.uninstalled, said)) == nil {
		_ = c.say(textAppFinish)
	}
	return "", false
}

// refuses reports whether the daemon would: only the newest looks at names,
// the others hand them to a shell (recording uninstall-bad-name.raw).
func (c *channel) refuses(words string) bool {
	return c.s.dialect.checksNames && strings.ContainsAny(words, "|;&$<>`\\!\n")
}

// maxAnswer bounds what a tool may print into an answer.
const maxAnswer = 64 << 10

// ask runs a tool on the device and returns what it prints, on one line.
func (c *channel) ask(device Target, line string) string {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	defer context.AfterFunc(c.gone(), cancel)()
	out := &limited{left: maxAnswer}
	device.Shell(ctx, line, bytes.NewReader(nil), out)
	return strings.ReplaceAll(out.String(), "\n", " ")
}

// limited keeps the start of what is written to it.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.Buffer.Write(p[:n])
	return len(p), nil
}

// randomName is how hdc names a package on the device.
func randomName() string {
	var b [5]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])[:9]
}
