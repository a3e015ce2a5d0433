// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// setMember sets one member of a JSON object and leaves every other byte as it
// is: a message that carries a nonce is otherwise its author's.
func setMember(doc []byte, key string, value []byte) ([]byte, error) {
	start, end, err := findMember(doc, key)
	if err != nil {
		return nil, err
	}
	if start >= 0 {
		return splice(doc, start, end, value), nil
	}
	quoted, err := marshal(key)
	if err != nil {
		return nil, err
	}
	open := bytes.IndexByte(doc, '{') + 1
	added := append(append(append([]byte{}, quoted...), ':'), value...)
	if rest := bytes.TrimLeft(doc[open:], " \t\r\n"); len(rest) > 0 && rest[0] != '}' {
		added = append(added, ',')
	}
	return splice(doc, open, open, added), nil
}

func splice(doc []byte, start, end int, value []byte) []byte {
	out := append([]byte{}, doc[:start]...)
	out = append(out, value...)
	return append(out, doc[end:]...)
}

// member returns the value of one member, nil if the document is no object or
// has none of that name.
func member(doc []byte, key string) json.RawMessage {
	start, end, err := findMember(doc, key)
	if err != nil || start < 0 {
		return nil
	}
	return doc[start:end]
}

// findMember returns where the value of a member stands; start is -1 if there
// is none. Of members that have the same name the last counts, as it does for
// encoding/json.
func findMember(doc []byte, key string) (start, end int, err error) {
	start = -1
	dec := json.NewDecoder(bytes.NewReader(doc))
	token, err := dec.Token()
	if err != nil {
		return 0, 0, fmt.Errorf("read a JSON object: %w", err)
	}
	if token != json.Delim('{') {
		return 0, 0, errors.New("read a JSON object: it is none")
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return 0, 0, fmt.Errorf("read a JSON object: %w", err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return 0, 0, fmt.Errorf("read a JSON object: %w", err)
		}
		if name == key {
			end = int(dec.InputOffset())
			start = end - len(value)
		}
	}
	if _, err := dec.Token(); err != nil {
		return 0, 0, fmt.Errorf("read a JSON object: %w", err)
	}
	return start, end, nil
}
