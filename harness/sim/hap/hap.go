// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hap reads HarmonyOS application packages as far as a simulated
// device needs them, and builds small ones for tests.
//
// It guarantees that Read is bounded whatever the file holds, and that what
// Build makes is a zip archive with the members that Read looks for. It does
// not verify signatures and runs no code: a package counts as signed if it
// carries a signing block (claim hdc.hap-signature), and that of a package
// made elsewhere says nothing about who signed it.
package hap

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds of what is read of a package.
const (
	maxProfile = 4 << 20
	maxMembers = 100_000
	maxSigning = 1 << 20
)

// ErrProfile says that module.json is missing or cannot be understood.
var ErrProfile = errors.New("no usable module.json")

// Package is what a device learns from a HAP.
type Package struct {
	Profile Profile
	// ABIs are the folders under libs, empty without native libraries.
	ABIs []string
	// Libraries are the names of the native libraries, each once.
	Libraries []string
	// Signature is nil for an unsigned package.
	Signature *Signature
}

// Signature is what Build wrote into the signing block; zero for a package
// that was signed by the real tools.
type Signature struct {
	// Signer tells one signing key from another.
	Signer string `json:"signer"`
	// Release is set for a release certificate.
	Release bool `json:"release,omitempty"`
}

// The end of a signing block: count, size, magic, version. Source:
// OpenHarmony, developtools_hapsigner: claim hdc.hap-signature.
const (
	signingTail  = 32
	signingMagic = "<hap sign block>"
)

// Read reads a package of size bytes. A file that is no package at all, or
// has no module.json, gives an error that wraps ErrProfile, and what is known
// of its signature.
func Read(r io.ReaderAt, size int64) (*Package, error) {
	p := &Package{}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	if len(archive.File) > maxMembers {
		return p, fmt.Errorf("%w: %d members", ErrProfile, len(archive.File))
	}
	if p.Signature, err = signature(r, size); err != nil {
		return p, err
	}
	var profile *zip.File
	for _, f := range archive.File {
		switch parts := strings.Split(f.Name, "/"); {
		case f.Name == "module.json":
			profile = f
		case len(parts) == 3 && parts[0] == "libs" && path.Ext(parts[2]) == ".so":
			p.ABIs = append(p.ABIs, parts[1])
			p.Libraries = append(p.Libraries, parts[2])
		}
	}
	p.ABIs, p.Libraries = unique(p.ABIs), unique(p.Libraries)
	if profile == nil {
		return p, fmt.Errorf("%w: it is missing", ErrProfile)
	}
	file, err := profile.Open()
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxProfile))
	if err == nil {
		err = json.Unmarshal(text, &p.Profile)
	}
	if err == nil && (p.Profile.App.BundleName == "" || p.Profile.Module.Name == "") {
		err = errors.New("it names no bundle or no module")
	}
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	return p, nil
}

func unique(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

// endSize is the length of a zip's last record without a comment.
const endSize = 22

// signature looks for the block in front of the zip's directory.
func signature(r io.ReaderAt, size int64) (*Signature, error) {
	// A comment may follow the last record.
	tail := make([]byte, min(size, endSize+1<<16))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return nil, err
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < endSize {
		return nil, nil
	}
	directory := int64(binary.LittleEndian.Uint32(tail[at+16:]))
	end := make([]byte, signingTail)
	if directory < signingTail || directory > size {
		return nil, nil
	}
	if _, err := r.ReadAt(end, directory-signingTail); err != nil {
		return nil, err
	}
	if string(end[12:28]) != signingMagic {
		return nil, nil
	}
	s := &Signature{}
	length := int64(binary.LittleEndian.Uint64(end[4:]))
	if length < signingTail || length > min(directory, maxSigning) {
		return s, nil
	}
	block := make([]byte, length-signingTail)
	if _, err := r.ReadAt(block, directory-length); err != nil {
		return nil, err
	}
	if json.Unmarshal(block, s) != nil {
		// A real block is no JSON.
		return &Signature{}, nil
	}
	return s, nil
}
