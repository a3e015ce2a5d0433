// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package push holds the words of Push Kit that device and host share: the
// six kinds of message, the ways by which one enters the app, the Push Token
// and the payload as the device gets it.
//
// It guarantees that a Token never prints itself and that a Payload loses the
// token in its header before anything is stored. It does not validate what a
// server sends; that is the work of harness/pushcloud.
package push

import "fmt"

// Kind is one of the six message types of Push Kit.
type Kind uint8

// The kinds, in the order of their push-type.
const (
	KindAlert Kind = iota + 1
	KindForm
	KindExtension
	KindBackground
	KindLiveView
	KindVoIP
)

// kinds is the one table of names and push-type header values.
// Source: Push Kit, REST API, request header "push-type".
var kinds = [...]struct {
	kind     Kind
	name     string
	pushType int
}{
	{KindAlert, "alert", 0},
	{KindForm, "form", 1},
	{KindExtension, "extension", 2},
	{KindBackground, "background", 6},
	{KindLiveView, "liveview", 7},
	{KindVoIP, "voip", 10},
}

// Kinds returns all six kinds in the order of their push-type.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i, k := range kinds {
		all[i] = k.kind
	}
	return all
}

// Valid reports whether it is one of Kinds.
func (k Kind) Valid() bool { return k >= KindAlert && k <= KindVoIP }

// PushType returns the value of the push-type header (0, 1, 2, 6, 7 or 10),
// or -1 for a Kind that is none of the six.
func (k Kind) PushType() int {
	for _, row := range kinds {
		if row.kind == k {
			return row.pushType
		}
	}
	return -1
}

// String returns the kind's name: alert, form, extension, background,
// liveview or voip.
func (k Kind) String() string {
	for _, row := range kinds {
		if row.kind == k {
			return row.name
		}
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind is the inverse of String.
func ParseKind(name string) (Kind, error) {
	for _, row := range kinds {
		if row.name == name {
			return row.kind, nil
		}
	}
	return 0, fmt.Errorf("unknown kind %q: the kinds are alert, form, extension, background, liveview, voip", name)
}

// KindOfPushType is the inverse of PushType.
func KindOfPushType(pushType int) (Kind, error) {
	for _, row := range kinds {
		if row.pushType == pushType {
			return row.kind, nil
		}
	}
	return 0, fmt.Errorf("unknown push-type %d: Push Kit knows 0 (alert), 1 (form), 2 (extension), 6 (background), 7 (liveview), 10 (voip)", pushType)
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) {
	if k.PushType() < 0 {
		return nil, fmt.Errorf("marshal %v: not a kind", k)
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(text []byte) error {
	parsed, err := ParseKind(string(text))
	if err != nil {
		return err
	}
	*k = parsed
	return nil
}
