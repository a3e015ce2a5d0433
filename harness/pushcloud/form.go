// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"

	"github.com/pushproof/pushproof/agent/push"
)

// FormUpdate writes new data into a card on the desktop (push-type 1); no code
// of the app runs. It goes to exactly one token.
// Source: Push Kit REST API, FormUpdatePayload.
type FormUpdate struct {
	// ModuleName is the module's name in its module.json5.
	ModuleName string `json:"moduleName"`
	// AbilityName is the name of the card's extension ability.
	AbilityName string `json:"abilityName"`
	// FormName is the card's name in its form configuration.
	FormName string `json:"formName"`
	// FormID is the id that onAddForm was given for the card on the device. One
	// that is not there gets blocked: for 30 days after receipt 261.
	FormID int64 `json:"formId"`
	// Version is 0 to 2^31-1 and must be greater than the card's current one; 0
	// starts anew, and is itself still applied.
	Version int `json:"version"`
	// FormData holds what the card shows, by the names that its page binds. A
	// value may be anything but nil.
	FormData map[string]any `json:"formData"`
	// Images holds at most one picture, which the device downloads.
	Images []FormImage `json:"images,omitzero"`
}

// FormImage is a picture of a card.
type FormImage struct {
	// KeyName is the name that the card's page binds; it is no key of FormData.
	KeyName string `json:"keyName,omitempty"`
	// URL is an https URL of a PNG or JPEG (WEBP from 6.1.0(23)) of at most 512
	// KB.
	URL string `json:"url,omitempty"`
	// Require 0 refreshes the text alone if the download fails; nil or 1
	// refreshes nothing then.
	Require *int `json:"require,omitempty"`
}

// Kind implements Message.
func (m FormUpdate) Kind() push.Kind { return push.KindForm }

// PushType implements Message.
func (m FormUpdate) PushType() int { return push.KindForm.PushType() }

// Payload implements Message.
func (m FormUpdate) Payload() (json.RawMessage, error) { return marshal(m) }
