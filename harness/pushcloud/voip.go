// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
)

// VoIP announces a call (push-type 10): the system starts the app's main
// process, and the app reports the incoming call within 10 seconds. Give it a
// TTL of 30 to 60 seconds: nobody waits longer for an answer.
// Source: Push Kit REST API, VoIPCallPayload.
type VoIP struct {
	// ExtraData is handed to the app; it is required, and any text, often JSON.
	ExtraData string `json:"extraData"`
}

// Kind implements Message.
func (m VoIP) Kind() push.Kind { return push.KindVoIP }

// PushType implements Message.
func (m VoIP) PushType() int { return push.KindVoIP.PushType() }

// Payload implements Message.
func (m VoIP) Payload() (json.RawMessage, error) { return marshal(m) }
