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

// IsTest reports whether a test message is sent, as far as Extra can be read.
func (o PushOptions) IsTest() bool {
	if raw, ok := o.Extra["testMessage"]; ok {
		return string(raw) == "true"
	}
	return o.TestMessage == nil || *o.TestMessage
}

// encode returns the JSON of the options.
func (o PushOptions) encode() ([]byte, error) {
	e := optionsEncoder{out: make([]byte, 1, 128), extra: o.Extra}
	e.out[0] = '{'
	e.member("testMessage", strconv.FormatBool(o.IsTest()))
	if o.TTL != 0 {
		// A part of a second is rounded up: the message lives no shorter than
		// was asked for.
		seconds := o.TTL / time.Second
		if o.TTL%time.Second > 0 {
			seconds++
		}
		e.member("ttl", strconv.FormatInt(int64(seconds), 10))
	}
	e.text("biTag", o.BiTag)
	e.text("receiptId", o.ReceiptID)
	e.number("collapseKey", o.CollapseKey)
	e.number("backgroundMode", o.BackgroundMode)
	if len(o.Extra) == 0 {
		return append(e.out, '}'), nil
	}
	for _, name := range slices.Sorted(maps.Keys(o.Extra)) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, o.Extra[name]); err != nil {
			return nil, fmt.Errorf("pushOptions.%s is no JSON: %w", name, err)
		}
		e.append(name, compact.String())
	}
	return append(e.out, '}'), nil
}

// optionsEncoder writes members, but for those that Extra replaces.
type optionsEncoder struct {
	out   []byte
	extra map[string]json.RawMessage
}

func (e *optionsEncoder) append(name, value string) {
	if len(e.out) > 1 {
		e.out = append(e.out, ',')
	}
	e.out = append(append(appendQuoted(e.out, name), ':'), value...)
}

func (e *optionsEncoder) member(name, value string) {
	if _, replaced := e.extra[name]; !replaced {
		e.append(name, value)
	}
}

func (e *optionsEncoder) text(name, text string) {
	if text != "" {
		e.member(name, string(appendQuoted(nil, text)))
	}
}

func (e *optionsEncoder) number(name string, number *int) {
	if number != nil {
		e.member(name, strconv.Itoa(*number))
	}
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
