// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// statusesMax is how many statuses a post holds at most.
var statusesMax = int(fixtures.LimitOf("receipt.statuses.max"))

// The bounds of a status' texts. Only biTag has a documented one (64 bytes);
// the others are for the store's sake.
const (
	tokenMax = 4 << 10
	textMax  = 256
)

// timeMax is the last millisecond that RFC 3339 can write.
const timeMax = 253402300799999

// Fault is a status that was left out: it names the place, never a value.
type Fault struct {
	// Index is its place in statuses, from 0.
	Index int
	// Problem says what is wrong with it.
	Problem string
}

// Error returns place and problem.
func (f Fault) Error() string { return fmt.Sprintf("statuses[%d]: %s", f.Index, f.Problem) }

// The body of a post. Numbers are pointers, to tell 0 from nothing. Source:
// Push Kit, message receipt (V2).
type (
	wireBody struct {
		Statuses []json.RawMessage `json:"statuses"`
	}
	wireStatus struct {
		Token          string      `json:"token"`
		PushType       *int        `json:"pushType"`
		AppPackageName string      `json:"appPackageName"`
		BiTag          string      `json:"biTag"`
		RequestID      string      `json:"requestId"`
		DeliveryStatus *wireResult `json:"deliveryStatus"`
		FormStatus     *wireForm   `json:"formStatus"`
	}
	wireResult struct {
		Result    *int   `json:"result"`
		Timestamp *int64 `json:"timestamp"`
	}
	wireForm struct {
		FormID *int64 `json:"formId"`
		wireResult
	}
)

// Parse reads the body of a post: up to 100 statuses, of which each has its
// deliveryStatus, or formStatus if it is of a form. A status that cannot be
// read is a fault and does not cost the others; unknown fields are ignored. The
// error is for a body that has no readable status. Received and ID are not set.
func Parse(data []byte) ([]Receipt, []Fault, error) {
	var body wireBody
	if json.Unmarshal(data, &body) != nil {
		// The decoder's own text could quote the body.
		return nil, nil, errors.New(`the body is no JSON object with an array "statuses"`)
	}
	switch {
	case body.Statuses == nil:
		return nil, nil, errors.New(`the body has no "statuses"`)
	case len(body.Statuses) > statusesMax:
		return nil, nil, fmt.Errorf("the body has %d statuses: %d are the most", len(body.Statuses), statusesMax)
	}
	list := make([]Receipt, 0, len(body.Statuses))
	var faults []Fault
	for i, raw := range body.Statuses {
		r, err := parseStatus(raw)
		if err != nil {
			faults = append(faults, Fault{i, err.Error()})
			continue
		}
		list = append(list, r)
	}
	if len(list) == 0 && len(faults) > 0 {
		return nil, faults, fmt.Errorf("no status can be read: %w", faults[0])
	}
	return list, faults, nil
}

func parseStatus(raw json.RawMessage) (Receipt, error) {
	var s wireStatus
	if json.Unmarshal(raw, &s) != nil {
		return Receipt{}, errors.New("it is no object, or a field is not of its type")
	}
	for _, text := range []struct {
		name, value string
		required    bool
		most        int
	}{
		{"token", s.Token, true, tokenMax},
		{"appPackageName", s.AppPackageName, true, textMax},
		{"requestId", s.RequestID, true, textMax},
		{"biTag", s.BiTag, false, textMax},
	} {
		switch {
		case text.required && text.value == "":
			return Receipt{}, fmt.Errorf("it has no %s", text.name)
		case len(text.value) > text.most:
			return Receipt{}, fmt.Errorf("its %s is longer than %d bytes", text.name, text.most)
		}
	}
	if s.PushType == nil {
		return Receipt{}, errors.New("it has no pushType")
	}
	r := Receipt{
		RequestID: s.RequestID, BiTag: s.BiTag, Bundle: s.AppPackageName, PushType: *s.PushType,
		Token: push.NewToken(s.Token).Fingerprint(),
	}
	result := s.DeliveryStatus
	if s.FormStatus != nil && (result == nil || *s.PushType == push.KindForm.PushType()) {
		if s.FormStatus.FormID == nil {
			return Receipt{}, errors.New("its formStatus has no formId")
		}
		r.FormID, result = *s.FormStatus.FormID, &s.FormStatus.wireResult
	}
	switch {
	case result == nil:
		return Receipt{}, errors.New("it has neither deliveryStatus nor formStatus: receipts of version 2 have one")
	case result.Result == nil || result.Timestamp == nil:
		return Receipt{}, errors.New("its result or timestamp is missing")
	case *result.Timestamp < 0 || *result.Timestamp > timeMax:
		return Receipt{}, errors.New("its timestamp is no time in milliseconds")
	}
	r.Result, r.At = *result.Result, time.UnixMilli(*result.Timestamp).UTC()
	return r, nil
}
