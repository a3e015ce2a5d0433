// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// Build makes a package with that profile. files are further members by name,
// such as libs/arm64-v8a/libentry.so. A nil signature leaves it unsigned; no
// real device accepts the other ones, either.
func Build(p Profile, files map[string][]byte, s *Signature) ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("build a package: %w", err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, content []byte) {
		f, e := w.Create(name)
		if e == nil {
			_, e = f.Write(content)
		}
		err = errors.Join(err, e)
	}
	add("module.json", text)
	for name, content := range files {
		add(name, content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("build a package: %w", err)
	}
	if s == nil {
		return b.Bytes(), nil
	}
	return sign(b.Bytes(), s)
}

// sign puts a block in front of the directory and moves what points there.
func sign(archive []byte, s *Signature) ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("sign a package: %w", err)
	}
	end := len(archive) - endSize
	directory := binary.LittleEndian.Uint32(archive[end+16:])
	block := binary.LittleEndian.AppendUint32(text, 1)
	block = binary.LittleEndian.AppendUint64(block, uint64(len(text)+signingTail))
	block = append(block, signingMagic...)
	block = binary.LittleEndian.AppendUint32(block, 3)
	out := append(append(bytes.Clone(archive[:directory]), block...), archive[directory:]...)
	binary.LittleEndian.PutUint32(out[len(out)-endSize+16:], directory+uint32(len(block)))
	return out, nil
}
