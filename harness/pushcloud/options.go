// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// PushOptions says how a message is sent. The zero value makes it a test
// message with Push Kit's defaults.
// Source: Push Kit REST API, pushOptions.
type PushOptions struct {
	// TestMessage nil or true sends a test message, which costs none of the
	// app's quota but goes to at most 10 tokens; new(false) sends for real.
	TestMessage *bool
	// TTL is how long the message waits for an offline device, in whole
	// seconds, at most 15 days; zero means one day.
	TTL time.Duration
	// BiTag is echoed in the receipt: at most 64 bytes.
	BiTag string
	// ReceiptID selects a receipt configuration.
	ReceiptID string
	// CollapseKey is a group 0 to 100 of which an offline device gets the
	// newest only; nil or -1 keeps all. It has effect for alert and extension.
	CollapseKey *int
	// BackgroundMode 1 wakes an IM app (push-type 6 only, needs a permission);
	// nil or 0 does not.
	BackgroundMode *int
	// Extra holds members that are sent as they are, in place of those above
	// that have the same name: what a later version of Push Kit adds, or a
	// wrong value sent on purpose.
	Extra map[string]json.RawMessage
}

// isTest reports whether a test message is sent, as far as Extra can be read.
func (o PushOptions) isTest() bool {
	if raw, ok := o.Extra["testMessage"]; ok {
		return string(raw) == "true"
	}
	return o.TestMessage == nil || *o.TestMessage
}

// members returns the options by name.
func (o PushOptions) members() (map[string]json.RawMessage, error) {
	m := map[string]json.RawMessage{"testMessage": json.RawMessage(strconv.FormatBool(o.isTest()))}
	if o.TTL != 0 {
		// A part of a second is rounded up: the message lives no shorter than
		// was asked for.
		seconds := o.TTL / time.Second
		if o.TTL%time.Second > 0 {
			seconds++
		}
		m["ttl"] = strconv.AppendInt(nil, int64(seconds), 10)
	}
	for name, text := range map[string]string{"biTag": o.BiTag, "receiptId": o.ReceiptID} {
		if text == "" {
			continue
		}
		quoted, err := marshal(text)
		if err != nil {
			return nil, fmt.Errorf("pushOptions.%s: %w", name, err)
		}
		m[name] = quoted
	}
	for name, number := range map[string]*int{"collapseKey": o.CollapseKey, "backgroundMode": o.BackgroundMode} {
		if number != nil {
			m[name] = strconv.AppendInt(nil, int64(*number), 10)
		}
	}
	maps.Copy(m, o.Extra)
	return m, nil
}

// encode returns the JSON of the options, its members in alphabetical order.
func (o PushOptions) encode() ([]byte, error) {
	members, err := o.members()
	if err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			out = append(out, ',')
		}
		quoted, err := marshal(name)
		if err != nil {
			return nil, err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, members[name]); err != nil {
			return nil, fmt.Errorf("pushOptions.%s is no JSON: %w", name, err)
		}
		out = append(append(append(out, quoted...), ':'), compact.Bytes()...)
	}
	return append(out, '}'), nil
}

// maxTTLSeconds is the longest time that a time.Duration can hold.
const maxTTLSeconds = int64((1<<63 - 1) / time.Second)

// parseOptions reads options from a file. A value that does not fit its field
// goes to Extra and reaches Validate, or Push Cloud, unchanged.
func parseOptions(members map[string]json.RawMessage) PushOptions {
	var o PushOptions
	for name, raw := range members {
		if o.set(name, raw) {
			continue
		}
		if o.Extra == nil {
			o.Extra = map[string]json.RawMessage{}
		}
		o.Extra[name] = raw
	}
	return o
}

// set takes a value into its field and reports whether it would come out of it
// byte for byte.
func (o *PushOptions) set(name string, raw json.RawMessage) bool {
	switch name {
	case "testMessage":
		if s := string(raw); s == "true" || s == "false" {
			o.TestMessage = new(s == "true")
			return true
		}
	case "ttl":
		n, ok := exactInt(raw)
		if ok && n != 0 && n <= maxTTLSeconds && n >= -maxTTLSeconds {
			o.TTL = time.Duration(n) * time.Second
			return true
		}
	case "biTag":
		return exactText(raw, &o.BiTag)
	case "receiptId":
		return exactText(raw, &o.ReceiptID)
	case "collapseKey":
		return exactPointer(raw, &o.CollapseKey)
	case "backgroundMode":
		return exactPointer(raw, &o.BackgroundMode)
	}
	return false
}

func exactInt(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == string(raw)
}

func exactPointer(raw json.RawMessage, to **int) bool {
	n, ok := exactInt(raw)
	if !ok || int64(int(n)) != n {
		return false
	}
	*to = new(int(n))
	return true
}

func exactText(raw json.RawMessage, to *string) bool {
	var text string
	if json.Unmarshal(raw, &text) != nil || text == "" {
		return false
	}
	quoted, err := marshal(text)
	if err != nil || !bytes.Equal(quoted, raw) {
		return false
	}
	*to = text
	return true
}
