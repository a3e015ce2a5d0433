// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// target is what a click on a notification starts: the ability that an
// extension named, or what the message's clickAction says.
type target struct {
	action     clickAction
	ability    string
	parameters json.RawMessage
}

// callerKey is a parameter that the system adds to a want.
const callerKey = "ohos.aafwk.param.callerBundleName"

// tap clicks on a notification: it leaves the shade, and the ability that it
// points to is started or called. The badge stays.
func (d *Device) tap(ctx context.Context, n *notification) error {
	d.mu.Lock()
	// A live view stays: claim kinds.liveview.click.
	d.withdraw(deletedByClick, func(other *notification) bool { return other == n && n.view == nil })
	d.screen.shade = false
	spec := &n.app.spec
	want := seam.Want{}
	ability := spec.home()
	data := n.click.action.Data
	switch {
	case n.click.ability != "":
		data = n.click.parameters
		if named := spec.ability(n.click.ability); named != nil {
			ability = named
		}
	case n.click.action.ActionType == 1:
		ability = spec.clicked(n.click.action.Action, n.click.action.URI)
		want.Action, want.URI = n.click.action.Action, n.click.action.URI
	}
	d.mu.Unlock()
	var err error
	if want.Parameters, err = parameters(data); err != nil {
		return fmt.Errorf("click a notification of %s: %w", spec.Bundle, err)
	}
	_, err = d.bringForward(ctx, spec.Bundle, ability.Name, want)
	return err
}

// parameters flattens a message's data into the parameters of a want.
func parameters(data json.RawMessage) (json.RawMessage, error) {
	flat := map[string]json.RawMessage{}
	if len(data) > 0 && string(data) != "null" {
		if err := json.Unmarshal(data, &flat); err != nil {
			return nil, fmt.Errorf("read the data of a clickAction: %w", err)
		}
	}
	// The launcher starts it, not the push service. Source: Push Kit FAQ.
	flat[callerKey] = json.RawMessage(`"com.ohos.sceneboard"`)
	return json.Marshal(flat)
}
