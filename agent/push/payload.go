// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Payload is pushCommon.PushPayload: what the system hands to receiveMessage
// and to the extension ability. Source: Push Kit, ArkTS API pushCommon.
type Payload struct {
	// Type is IM, VoIP, BACKGROUND, EMERGENCY or ALERT.
	Type string `json:"type"`
	// Data is a JSON text; its shape depends on Type.
	Data string `json:"data"`
}

// ParsePayload reads the JSON of a payload. What is none, which the system never
// gives, becomes the data of one, without what follows a key "token": Redact
// looks for that in a payload's own place only.
func ParsePayload(text string) Payload {
	var p Payload
	if json.Unmarshal([]byte(text), &p) != nil {
		return Payload{Data: redactText(text)}
	}
	return p
}

// Redact returns the payload with the Push Token in Data's header replaced by
// its fingerprint. All other bytes stay as they are. Where Data or its header
// is no JSON object, be it cut off or quoted once more, whatever follows a key
// "token" is replaced.
func (p Payload) Redact() Payload {
	// No key can read "token" then, however it is written.
	if !strings.Contains(p.Data, "token") && !strings.Contains(p.Data, `\u`) {
		return p
	}
	redacted := make([]byte, 0, len(p.Data)+len("token:00000000"))
	done := 0
	err := members(p.Data, func(key string, header, end int) {
		if key != "header" {
			return
		}
		err := members(p.Data[header:end], func(key string, from, to int) {
			value := p.Data[header+from : header+to]
			if key != "token" || value == "null" {
				return
			}
			redacted = append(redacted, p.Data[done:header+from]...)
			redacted = append(redacted, fingerprint(value)...)
			done = header + to
		})
		if err != nil {
			redacted = append(redacted, p.Data[done:header]...)
			redacted = append(redacted, redactText(p.Data[header:end])...)
			done = end
		}
	})
	if err != nil {
		return Payload{Type: p.Type, Data: redactText(p.Data)}
	}
	return Payload{Type: p.Type, Data: string(append(redacted, p.Data[done:]...))}
}

// redactText redacts what is no JSON object.
func redactText(text string) string { return looseToken.ReplaceAllString(text, "${1}redacted") }

var looseToken = regexp.MustCompile(`(token\\*"\s*:\s*\\*")[^"\\]*`)

// members calls each with the key of every member of a JSON object, and with
// the bounds of the value's text. A key may come twice.
func members(object string, each func(key string, from, to int)) error {
	dec := json.NewDecoder(strings.NewReader(object))
	first, err := dec.Token()
	if err != nil {
		return err
	}
	if first != json.Delim('{') {
		return errors.New("not an object")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		to := int(dec.InputOffset())
		name, _ := key.(string)
		each(name, to-len(value), to)
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one object")
	}
	return nil
}

// fingerprint returns, as JSON, the fingerprint of the token that is value. A
// token that is no string is taken as it stands.
func fingerprint(value string) []byte {
	var token string
	if json.Unmarshal([]byte(value), &token) != nil {
		token = value
	}
	return []byte(`"` + NewToken(token).Fingerprint() + `"`)
}

// ExtraData returns the sender's extraData, which stands under "data" in every
// type of payload ("" for an alert, which has none).
func (p Payload) ExtraData() (string, error) {
	var body struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal([]byte(p.Data), &body); err != nil {
		return "", fmt.Errorf("read a %s payload: %w", p.Type, err)
	}
	var text string
	if json.Unmarshal(body.Data, &text) == nil {
		return text, nil
	}
	return string(body.Data), nil
}
