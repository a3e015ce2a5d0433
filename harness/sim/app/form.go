// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// formIdentity is formInfo.FormParam.IDENTITY_KEY.
const formIdentity = "ohos.extra.param.key.form_identity"

// cardKeys are what the card's page is bound to. Source: Push Kit, card
// refresh, whose example has the same.
var cardKeys = []string{"text_key", "image_key"}

// onAddForm is what the FormExtensionAbility does: bind every key, and let a
// push write each through a proxy of its own. A real app would now upload form
// id, module, ability and form name to its server.
func (p *proc) onAddForm(want seam.Want) (*seam.Binding, error) {
	var parameters map[string]string
	if err := json.Unmarshal(want.Parameters, &parameters); err != nil {
		return nil, fmt.Errorf("read the want of a card: %w", err)
	}
	b := &seam.Binding{Data: map[string]json.RawMessage{}}
	for _, key := range cardKeys {
		b.Data[key] = json.RawMessage(`""`)
		if !contains(p.spec.Behavior.NoProxy, key) {
			b.Proxies = append(b.Proxies, seam.Proxy{Key: key, SubscriberID: parameters[formIdentity]})
		}
	}
	return b, nil
}
