// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Revocation says which message is taken back.
// Source: Push Kit REST API, message revoke.
type Revocation struct {
	// Kind is the message's: push.KindAlert or push.KindExtension.
	Kind push.Kind
	// NotifyID is the notifyId with which it was sent, 0 to 2147483647. One
	// that the system chose cannot be revoked.
	NotifyID int
	// Tokens are for whom, 1 to 1000.
	Tokens []push.Token
}

// Revoke takes back messages that were not delivered yet, or are shown and were
// not clicked. Success means that Push Cloud will do so, not that the
// notification is gone; a badge stays as it is. Options.ClientID must be set.
//
// Response and error are those of Send, for tokens whose message is revoked in
// place of tokens that were sent to.
func (c *Client) Revoke(ctx context.Context, r Revocation) (*Response, error) {
	revealed := reveal(r.Tokens)
	if faults := c.revocationFaults(r, revealed); len(faults) > 0 {
		return nil, &InvalidError{Op: OpRevoke, Faults: faults}
	}
	body := append([]byte(`{"notifyId":`), strconv.Itoa(r.NotifyID)...)
	body = append(body, `,"token":[`...)
	for i, t := range revealed {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendQuoted(body, t)
	}
	return c.deliver(ctx, &call{
		op: OpRevoke, url: c.revoke, pushType: r.Kind.PushType(), body: append(body, `]}`...),
		secrets: secrets{tokens: r.Tokens, revealed: revealed},
	})
}

func (c *Client) revocationFaults(r Revocation, tokens []string) []Fault {
	check := newChecker()
	defer check.release()
	if c.revoke == nil {
		check.add("clientId", "there is none: set Options.ClientID to the app's OAuth client id (its APP ID in AppGallery Connect; the project's client id in agconnect-services.json is another)")
	}
	if r.Kind != push.KindAlert && r.Kind != push.KindExtension {
		check.add("push-type", "only alert and extension messages can be revoked")
	}
	if most := fixtures.LimitOf("notifyId.max"); r.NotifyID < 0 || int64(r.NotifyID) > most {
		check.add("notifyId", fmt.Sprintf("it is %d, and must be a whole number from 0 to %d", r.NotifyID, most))
	}
	least, most := fixtures.LimitOf("tokens.min"), fixtures.LimitOf("tokens.max")
	if n := int64(len(tokens)); n < least || n > most {
		check.add("token", fmt.Sprintf("there are %d tokens, a call has %d to %d", n, least, most))
	}
	check.tokens("token", tokens)
	return check.faults
}
