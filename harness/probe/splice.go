// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// splice returns a claim file with other values of "seen" and every other byte
// as it was: the files are written by hand, and their form is for people.
func splice(data []byte, altered map[string][]fixtures.Seen) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, errors.New("it is no array of claims")
	}
	var out []byte
	from := 0
	for dec.More() {
		var row json.RawMessage
		if err := dec.Decode(&row); err != nil {
			return nil, err
		}
		id, start, end, err := seenIn(row)
		if err != nil {
			return nil, err
		}
		rows, ok := altered[id]
		if !ok {
			continue
		}
		if end == 0 {
			return nil, fmt.Errorf("claim %s has no seen: write \"seen\": [] into its row", id)
		}
		text, err := seenText(rows)
		if err != nil {
			return nil, err
		}
		at := int(dec.InputOffset()) - len(row)
		out = append(append(out, data[from:at+start]...), text...)
		from = at + end
	}
	return append(out, data[from:]...), nil
}

// seenIn returns a row's id and where in the row the value of "seen" stands; end
// is 0 where there is none.
func seenIn(row json.RawMessage) (id string, start, end int, err error) {
	dec := json.NewDecoder(bytes.NewReader(row))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return "", 0, 0, errors.New("a claim is no object")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return "", 0, 0, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return "", 0, 0, err
		}
		switch key {
		case "id":
			if err := json.Unmarshal(value, &id); err != nil {
				return "", 0, 0, err
			}
		case "seen":
			end = int(dec.InputOffset())
			start = end - len(value)
		}
	}
	return id, start, end, nil
}

// seenText writes rows on one line, as the claim files have it.
func seenText(rows []fixtures.Seen) (string, error) {
	parts := make([]string, len(rows))
	for i, s := range rows {
		fields := make([]string, 3)
		for j, f := range [][2]string{{"model", s.Model}, {"version", s.Version}, {"date", s.Date}} {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(f[1]); err != nil {
				return "", err
			}
			fields[j] = fmt.Sprintf("%q: %s", f[0], strings.TrimSpace(b.String()))
		}
		parts[i] = "{" + strings.Join(fields, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]", nil
}
