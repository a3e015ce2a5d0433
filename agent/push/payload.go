// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Payload is pushCommon.PushPayload: what the system hands to receiveMessage
// and to the extension ability. Source: Push Kit, ArkTS API pushCommon.
type Payload struct {
	// Type is IM, VoIP, BACKGROUND, EMERGENCY or ALERT.
	Type string `json:"type"`
	// Data is a JSON text; its shape depends on Type.
	Data string `json:"data"`
}

// Redact returns the payload with the Push Token in Data's header replaced by
// its fingerprint. Data that is not a JSON object is returned as it is: it
// then has no header. Other values keep their bytes.
func (p Payload) Redact() Payload {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(p.Data), &object) != nil {
		return p
	}
	raw, ok := object["header"]
	if !ok {
		return p
	}
	var header map[string]json.RawMessage
	if json.Unmarshal(raw, &header) != nil {
		return p
	}
	var token string
	if json.Unmarshal(header["token"], &token) != nil {
		return p
	}
	header["token"] = quote(NewToken(token).Fingerprint())
	object["header"] = mustMarshal(header)
	return Payload{Type: p.Type, Data: string(mustMarshal(object))}
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

func quote(s string) json.RawMessage { return mustMarshal(s) }

// mustMarshal marshals what has been unmarshalled before, which cannot fail.
func mustMarshal(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("marshal %T: %v", v, err))
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
