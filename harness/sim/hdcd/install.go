// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
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
		open: func(config transferConfig) (*incoming, string) {
			config.path = deviceFolder + "/" + path.Base(config.name)
			config.name = path.Base(config.name)
			return (&landing{to: storage}).create(config)
		},
		landed: func(in *incoming) bool {
			said := c.installFile(device, storage, in.config.options, in.name)
			return c.send(cmdAppFinish, append([]byte{modeInstall, 0}, said...)) == nil
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
	options := strings.Join(r.options, " ")
	for _, full := range packages {
		said, refusal, ok := c.installOne(device, storage, options, full)
		switch {
		case !ok:
			return
		case refusal != "":
			c.sayLast(refusal)
			return
		case c.say(fmt.Sprintf(c.s.dialect.installed, full, said)) != nil:
			return
		}
	}
	_ = c.say(textAppFinish)
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
	if len(files) == 1 && !strings.Contains(files[0].name, "/") {
		name += path.Ext(full)
	}
	l := landing{to: storage}
	for _, f := range files {
		if _, text, ok := c.copyOne(f, &l, f.config(request{}, name)); !ok || text != "" {
			_ = storage.RemoveFile(name)
			return "", text, ok
		}
	}
	return c.installFile(device, storage, options, name), "", true
}

// installFile has bm install what lies there, and removes it.
func (c *channel) installFile(device Target, storage Storage, options, name string) string {
	arrived := name
	defer func() { _ = storage.RemoveFile(arrived) }()
	if folder, packed := strings.CutSuffix(name, ".tar"); packed {
		// A client sends a folder as an archive: claim hdc.install-folder.
		defer func() { _ = storage.RemoveFile(folder) }()
		// Of what is no archive, bm finds nothing in the folder.
		_ = unpack(storage, name, folder)
		name = folder
	}
	if c.refuses(options) {
		return textBadName
	}
	if said := c.refusal("install"); said != "" {
		return said
	}
	return c.ask(device, strings.TrimSpace("bm install "+options)+" -p "+name)
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

var errArchive = errors.New("not an archive of packages")

// unpack spreads an archive into a folder, bounded like any other transfer.
func unpack(storage Storage, name, folder string) error {
	file, err := storage.OpenFile(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := storage.MakeDir(folder); err != nil {
		return err
	}
	archive := tar.NewReader(file)
	for range maxFiles {
		head, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		out, err := storage.CreateFile(folder + "/" + path.Base(head.Name))
		if err != nil {
			return err
		}
		_, err = io.Copy(out, archive)
		if err := errors.Join(err, out.Close()); err != nil {
			return err
		}
	}
	return errArchive
}
