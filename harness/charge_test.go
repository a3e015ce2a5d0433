// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// What may have been taken counts towards the limits, and nothing else does.
func TestWhatCountsAsSent(t *testing.T) {
	token := []push.Token{push.NewToken("MAOne")}
	some := errors.New("something else")
	tests := map[string]struct {
		response *pushcloud.Response
		err      error
		want     bool
	}{
		"accepted":                    {&pushcloud.Response{Accepted: token}, nil, true},
		"accepted in part":            {&pushcloud.Response{Accepted: token}, &pushcloud.Error{Code: "80100000"}, true},
		"refused":                     {&pushcloud.Response{Rejected: []pushcloud.Rejection{{Token: token[0]}}}, &pushcloud.Error{Code: "80300007"}, false},
		"not told":                    {&pushcloud.Response{Unresolved: token}, &pushcloud.Error{Code: "80100000"}, true},
		"the service has failed":      {&pushcloud.Response{}, fmt.Errorf("send: %w", &pushcloud.Error{OutcomeUnknown: true}), true},
		"no answer":                   {nil, fmt.Errorf("send: %w", &pushcloud.TransportError{Err: some, OutcomeUnknown: true}), true},
		"not reached":                 {nil, &pushcloud.TransportError{Err: some}, false},
		"invalid, so it was not sent": {nil, &pushcloud.InvalidError{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := harness.Sent(tt.response, tt.err); got != tt.want {
				t.Errorf("Sent = %v, want %v", got, tt.want)
			}
		})
	}
}
