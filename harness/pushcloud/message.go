// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/pushproof/pushproof/agent/push"
)

// Message is what a push carries: Alert, BadgeRefresh, FormUpdate, Extension,
// Background, LiveView, VoIP, or a RawMessage of any kind.
type Message interface {
	// Kind is zero if the push-type is none of the six.
	Kind() push.Kind
	// PushType is the value of the push-type header.
	PushType() int
	// Payload is the JSON of the request's "payload".
	Payload() (json.RawMessage, error)
}

// RawMessage is a message whose payload is written out. It is checked like the
// others.
type RawMessage struct {
	// Type is the push-type header.
	Type int
	// Body is the JSON of "payload"; numbers keep their digits on the way.
	Body json.RawMessage
}

// Kind implements Message.
func (m RawMessage) Kind() push.Kind {
	kind, err := push.KindOfPushType(m.Type)
	if err != nil {
		return 0
	}
	return kind
}

// PushType implements Message.
func (m RawMessage) PushType() int { return m.Type }

// Payload implements Message: it returns the body without white space between
// its values, since each byte counts.
func (m RawMessage) Payload() (json.RawMessage, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, m.Body); err != nil {
		return nil, fmt.Errorf("payload is no JSON: %w", err)
	}
	return compact.Bytes(), nil
}

// Background is a message that is handed to the app without being shown
// (push-type 6). Source: Push Kit REST API, BackgroundPayload.
type Background struct {
	// ExtraData is handed to the app; it is required, and any text.
	ExtraData string `json:"extraData"`
	// ProxyData is "ENABLE" to have the system write ExtraData into the app's
	// database, or empty.
	ProxyData string `json:"proxyData,omitempty"`
}

// Kind implements Message.
func (m Background) Kind() push.Kind { return push.KindBackground }

// PushType implements Message.
func (m Background) PushType() int { return push.KindBackground.PushType() }

// Payload implements Message.
func (m Background) Payload() (json.RawMessage, error) { return marshal(m) }

// marshal is json.Marshal without its HTML escapes: "<" is one byte of 4096,
// not six.
func marshal(v any) (json.RawMessage, error) {
	w, ok := writers.Get().(*writer)
	if !ok {
		w = new(writer)
		w.enc = json.NewEncoder(&w.buf)
		w.enc.SetEscapeHTML(false)
	}
	w.buf.Reset()
	if err := w.enc.Encode(v); err != nil {
		// An encoder that failed once fails for good: it is not kept.
		return nil, err
	}
	text := bytes.Clone(bytes.TrimSuffix(w.buf.Bytes(), []byte("\n")))
	writers.Put(w)
	return text, nil
}

// writers holds the encoders that marshal has used; a message is small, and
// so is what stays in them.
var writers sync.Pool

type writer struct {
	buf bytes.Buffer
	enc *json.Encoder
}
