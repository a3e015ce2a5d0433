// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Witness is one that recognises a message by its nonce.
type Witness string

// The witnesses.
const (
	// WitnessReceipt is Push Cloud's receipt, which echoes biTag.
	WitnessReceipt Witness = "receipt"
	// WitnessEyes is the app, which sees its own notifications.
	WitnessEyes Witness = "own eyes"
	// WitnessTree is the system's UI tree, which has texts.
	WitnessTree Witness = "ui tree"
	// WitnessArrival is the app, which is handed the message.
	WitnessArrival Witness = "arrival"
	// WitnessClick is the app, which is opened by the notification.
	WitnessClick Witness = "click"
)

// Carrier is a field in which the nonce travels, and a witness that sees it
// there.
type Carrier struct {
	Field   string  `json:"field"`
	Witness Witness `json:"witness"`
}

// Carriers are all places in which a message's nonce travels.
type Carriers []Carrier

// For reports whether a witness can recognise the message.
func (c Carriers) For(w Witness) bool {
	return slices.ContainsFunc(c, func(one Carrier) bool { return one.Witness == w })
}

// places says who sees which field of a notification.
// Source: Push Kit, pushCommon.PushPayload, and the want of a click.
var places = []struct {
	field     string
	witnesses []Witness
}{
	{"title", []Witness{WitnessTree, WitnessEyes, WitnessArrival}},
	{"body", []Witness{WitnessTree, WitnessEyes, WitnessArrival}},
	{"inboxContent", []Witness{WitnessTree}},
	{"appMessageId", []Witness{WitnessEyes}},
}

func carriersOf(r Request, kind push.Kind, nonce string) Carriers {
	var found Carriers
	biTag := r.Options.BiTag
	if raw, ok := r.Options.Extra["biTag"]; ok {
		biTag = string(raw)
	}
	if strings.Contains(biTag, nonce) && int64(len(biTag)) <= fixtures.LimitOf("biTag.max")+2 {
		found = append(found, Carrier{"pushOptions.biTag", WitnessReceipt})
	}
	raw := r.Message.(RawMessage)
	if n := notificationOf(raw.Body, kind); n != nil {
		for _, place := range places {
			if !bytes.Contains(member(n, place.field), []byte(nonce)) {
				continue
			}
			for _, w := range place.witnesses {
				found = append(found, Carrier{"payload.notification." + place.field, w})
			}
		}
		if bytes.Contains(member(member(n, "clickAction"), "data"), []byte(nonce)) {
			found = append(found, Carrier{"payload.notification.clickAction.data", WitnessClick})
		}
	}
	if extra, ok := extraDataOf(raw.Body, kind); ok && strings.Contains(extra, nonce) {
		found = append(found, Carrier{"payload.extraData", WitnessArrival})
	}
	switch kind {
	case push.KindForm:
		found = append(found, formCarriers(raw.Body, nonce)...)
	case push.KindLiveView:
		found = append(found, liveViewCarriers(raw.Body, nonce)...)
	}
	return found
}

// fieldsOf names the fields of a kind that could carry the nonce, none if the
// message can be recognised without one.
func fieldsOf(payload []byte, kind push.Kind) []string {
	var fields []string
	if notificationOf(payload, kind) != nil {
		for _, place := range places {
			if place.field != "inboxContent" {
				fields = append(fields, "payload.notification."+place.field)
			}
		}
	}
	if _, ok := extraDataOf(payload, kind); ok {
		fields = append(fields, "payload.extraData")
	}
	if kind == push.KindForm {
		fields = append(fields, formFields(payload)...)
	}
	return fields
}
