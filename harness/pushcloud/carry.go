// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
)

// NoCarrierError is a message in which no witness on the device could see a
// nonce.
type NoCarrierError struct {
	// Kind is the message's kind.
	Kind push.Kind
	// Fields could have carried it, had its author left them free or written
	// {{nonce}} into one of them.
	Fields []string
}

// Error says which fields could carry the nonce.
func (e *NoCarrierError) Error() string {
	return fmt.Sprintf("no place is left for the nonce in the %v message, so nobody on the device could recognise it: "+
		"write %s into %s, or leave a field free that Pushproof may fill", e.Kind, noncePlace, strings.Join(e.Fields, ", "))
}

// NonceError is a nonce that cannot travel in every carrier.
type NonceError struct{}

// Error says what a nonce is made of.
func (e *NonceError) Error() string {
	return "carry a nonce: it must have 1 to 64 of the characters a-z, A-Z, 0-9, - and _"
}

// noncePlace is where the author of a message wants the nonce.
const noncePlace = "{{nonce}}"

// nonceKey is the member that a nonce gets in an extraData that is a JSON
// object.
const nonceKey = "_pp"

// Carry returns the request with the nonce in it, its payload written out as a
// RawMessage, and the places where the nonce stands. {{nonce}} is replaced
// wherever it stands in a text; a biTag that is not set is filled, and so is
// the appMessageId of a notification; an extraData that is a JSON object gets
// the member "_pp". With Verbatim, {{nonce}} alone is replaced, and there may
// be no carrier at all.
//
// The error is a *NoCarrierError if no witness on the device could see the
// nonce; the request that comes along is still good for a receipt. A
// badge-refresh message has no such field and gives no error; neither does a
// live view, which is recognised by its activityId: that one is the caller's to
// choose, and to remember whose nonce it stands for.
func Carry(r Request, nonce string) (Request, Carriers, error) {
	if !isNonce(nonce) {
		return r, nil, &NonceError{}
	}
	if r.Message == nil {
		return r, nil, fmt.Errorf("carry a nonce: the request has no message")
	}
	payload, err := r.Message.Payload()
	if err != nil {
		return r, nil, fmt.Errorf("carry a nonce: %w", err)
	}
	payload = bytes.ReplaceAll(payload, []byte(noncePlace), []byte(nonce))
	r.Options = r.Options.withNonce(nonce)
	kind := r.Message.Kind()
	if !r.Verbatim {
		if payload, err = fill(payload, kind, nonce); err != nil {
			return r, nil, fmt.Errorf("carry a nonce: %w", err)
		}
		if _, own := r.Options.Extra["biTag"]; !own && r.Options.BiTag == "" {
			r.Options.BiTag = nonce
		}
	}
	r.Message = RawMessage{Type: r.Message.PushType(), Body: payload}
	carriers := carriersOf(r, kind, nonce)
	onDevice := slices.ContainsFunc(carriers, func(c Carrier) bool { return c.Witness != WitnessReceipt })
	if fields := fieldsOf(payload, kind); !onDevice && !r.Verbatim && len(fields) > 0 {
		return r, carriers, &NoCarrierError{Kind: kind, Fields: fields}
	}
	return r, carriers, nil
}

func isNonce(text string) bool {
	const longest = 64 // of appMessageId and biTag alike
	return len(text) >= 1 && len(text) <= longest && !strings.ContainsAny(text, "+/= \t\n\v\f\r") && isAppMessageID(text)
}

func (o PushOptions) withNonce(nonce string) PushOptions {
	o.BiTag = strings.ReplaceAll(o.BiTag, noncePlace, nonce)
	if raw, ok := o.Extra["biTag"]; ok {
		extra := map[string]json.RawMessage{}
		for name, value := range o.Extra {
			extra[name] = value
		}
		extra["biTag"] = bytes.ReplaceAll(raw, []byte(noncePlace), []byte(nonce))
		o.Extra = extra
	}
	return o
}

// fill puts the nonce into the fields that may be filled or altered.
func fill(payload []byte, kind push.Kind, nonce string) ([]byte, error) {
	quoted := []byte(`"` + nonce + `"`)
	if n := notificationOf(payload, kind); n != nil && member(n, "appMessageId") == nil {
		n, err := setMember(n, "appMessageId", quoted)
		if err != nil {
			return nil, err
		}
		if payload, err = setMember(payload, "notification", n); err != nil {
			return nil, err
		}
	}
	extra, ok := extraDataOf(payload, kind)
	if !ok || strings.Contains(extra, nonce) || !json.Valid([]byte(extra)) || !isObject([]byte(extra)) {
		return payload, nil
	}
	altered, err := setMember([]byte(extra), nonceKey, quoted)
	if err != nil {
		return nil, err
	}
	text, err := marshal(string(altered))
	if err != nil {
		return nil, err
	}
	return setMember(payload, "extraData", text)
}

// notificationOf returns the notification of a kind that shows one, nil if
// there is none, or a badge-refresh message in its place.
func notificationOf(payload []byte, kind push.Kind) json.RawMessage {
	if kind != push.KindAlert && kind != push.KindExtension {
		return nil
	}
	raw := member(payload, "notification")
	if n, ok := new(checker).document("", raw); !ok || n.badgeOnly() {
		return nil
	}
	return raw
}

// extraDataOf returns the text that is handed to the app.
func extraDataOf(payload []byte, kind push.Kind) (string, bool) {
	switch kind {
	case push.KindExtension, push.KindBackground, push.KindVoIP:
	default:
		return "", false
	}
	var text string
	raw := member(payload, "extraData")
	return text, raw != nil && json.Unmarshal(raw, &text) == nil
}
