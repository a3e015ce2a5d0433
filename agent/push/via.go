// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push

import "fmt"

// Via says where a message entered the app.
type Via uint8

// The ways into an app. The first four are the PushType arguments of
// pushService.receiveMessage; Extension is onReceiveMessage of a
// RemoteNotificationExtensionAbility; OnCreate and OnNewWant are a clicked
// notification's want; Row is a row of the proxyData table; Call is what the
// user did with a call that a message announced (voipCall.on
// 'voipCallUiEvent').
const (
	Default Via = iota + 1
	IM
	Background
	VoIP
	Extension
	OnCreate
	OnNewWant
	Row
	Call
)

// vias is the one table of names, as they stand on the wire and in the type
// declarations of the native module.
var vias = [...]struct {
	via  Via
	name string
}{
	{Default, "DEFAULT"},
	{IM, "IM"},
	{Background, "BACKGROUND"},
	{VoIP, "VoIP"},
	{Extension, "extension"},
	{OnCreate, "onCreate"},
	{OnNewWant, "onNewWant"},
	{Row, "row"},
	{Call, "call"},
}

// Vias returns every way in, in a fixed order.
func Vias() []Via {
	all := make([]Via, len(vias))
	for i, v := range vias {
		all[i] = v.via
	}
	return all
}

// Valid reports whether it is one of Vias.
func (v Via) Valid() bool { return v >= Default && v <= Call }

// String returns the name that stands on the wire.
func (v Via) String() string {
	for _, row := range vias {
		if row.via == v {
			return row.name
		}
	}
	return fmt.Sprintf("via(%d)", uint8(v))
}

// ParseVia is the inverse of String.
func ParseVia(name string) (Via, error) {
	for _, row := range vias {
		if row.name == name {
			return row.via, nil
		}
	}
	return 0, fmt.Errorf("unknown via %q: it is one of DEFAULT, IM, BACKGROUND, VoIP, extension, onCreate, onNewWant, row, call", name)
}

// Click reports whether the message entered by a clicked notification.
func (v Via) Click() bool { return v == OnCreate || v == OnNewWant }

// MarshalText writes the name that stands on the wire.
func (v Via) MarshalText() ([]byte, error) {
	if _, err := ParseVia(v.String()); err != nil {
		return nil, fmt.Errorf("marshal %v: not a via", v)
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads a name from the wire.
func (v *Via) UnmarshalText(text []byte) error {
	parsed, err := ParseVia(string(text))
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
