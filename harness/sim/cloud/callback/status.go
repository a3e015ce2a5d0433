// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"encoding/json"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Status is the receipt of one message for one token.
type Status struct {
	Token     push.Token
	PushType  int
	Bundle    string
	BiTag     string
	RequestID string
	// Result is the code: 0 delivered, 6 notifications off, and so on.
	Result int
	// FormID is the card's id; it is posted with push-type 1 only.
	FormID int64
	// At is when the result was there.
	At time.Time
}

// The body of a post, field by field as the documentation has it. Source: Push
// Kit, message receipt (V2).
type (
	wireBody struct {
		Statuses []wireStatus `json:"statuses"`
	}
	wireStatus struct {
		Token          string      `json:"token"`
		PushType       int         `json:"pushType"`
		AppPackageName string      `json:"appPackageName"`
		BiTag          string      `json:"biTag"`
		RequestID      string      `json:"requestId"`
		DeliveryStatus *wireResult `json:"deliveryStatus,omitempty"`
		FormStatus     *wireForm   `json:"formStatus,omitempty"`
	}
	wireResult struct {
		Result    int   `json:"result"`
		Timestamp int64 `json:"timestamp"`
	}
	wireForm struct {
		FormID int64 `json:"formId"`
		wireResult
	}
)

// encode writes the body of a post. It holds Push Tokens.
func encode(batch []Status) []byte {
	body := wireBody{Statuses: make([]wireStatus, len(batch))}
	for i, s := range batch {
		w := wireStatus{
			Token: s.Token.Reveal(), PushType: s.PushType, AppPackageName: s.Bundle,
			BiTag: s.BiTag, RequestID: s.RequestID,
		}
		result := wireResult{Result: s.Result, Timestamp: s.At.UnixMilli()}
		if s.PushType == push.KindForm.PushType() {
			w.FormStatus = &wireForm{FormID: s.FormID, wireResult: result}
		} else {
			w.DeliveryStatus = &result
		}
		body.Statuses[i] = w
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic("marshal receipts: " + err.Error()) // strings and numbers only
	}
	return data
}
