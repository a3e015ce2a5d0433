// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import "encoding/json"

// Binding is formBindingData.FormBindingData: what a card shows at first, and
// the keys that a push may write. Source: Form Kit, ArkTS API formBindingData.
type Binding struct {
	Data    map[string]json.RawMessage `json:"data"`
	Proxies []Proxy                    `json:"proxies,omitempty"`
}

// Proxy is formBindingData.ProxyData. SubscriberID is the card's form id, ""
// for any card.
type Proxy struct {
	Key          string `json:"key"`
	SubscriberID string `json:"subscriberId,omitempty"`
}

// FormUpdate is the argument of formProvider.updateForm.
type FormUpdate struct {
	FormID string                     `json:"formId"`
	Data   map[string]json.RawMessage `json:"data"`
}
