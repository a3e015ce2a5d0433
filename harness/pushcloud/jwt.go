// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/fixtures"
)

// audience is the JWT's aud, a constant of the service and not the file's
// token_uri. Source: Push Kit guide, service-account JWT.
const audience = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"

// renewBefore is the time before its expiry at which a JWT is replaced: longer
// than a send with all its attempts may take.
const renewBefore = 5 * time.Minute

// signer keeps the account's JWT until it is due. It is part of the account, so
// that one signature serves all clients of a key: signing takes milliseconds
// with RSA-4096, during which other callers wait for its result.
type signer struct {
	mu     sync.Mutex
	bearer string
	// keyID and subAccount are what bearer says: a copy of the account may have
	// got others.
	keyID, subAccount string
	// from and due are the times between which bearer is used.
	from, due time.Time
}

// authorization returns the value of the Authorization header by that clock.
func (a *ServiceAccount) authorization(clock func() time.Time) (string, error) {
	s := a.signer
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	// Clients may have different clocks: a JWT from the future serves nobody.
	ours := s.bearer != "" && s.keyID == a.KeyID && s.subAccount == a.SubAccount
	if ours && !now.Before(s.from) && now.Before(s.due) {
		return s.bearer, nil
	}
	life := time.Duration(fixtures.LimitOf("jwt.life")) * time.Second
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": a.SubAccount,
		"aud": audience,
		"iat": now.Unix(),
		"exp": now.Add(life).Unix(),
	})
	token.Header["kid"] = a.KeyID
	signed, err := token.SignedString(a.key)
	if err != nil {
		return "", fmt.Errorf("sign a JWT for the %v: %w", a, err)
	}
	s.bearer, s.keyID, s.subAccount = "Bearer "+signed, a.KeyID, a.SubAccount
	s.from, s.due = now, now.Add(life-renewBefore)
	return s.bearer, nil
}

// discard forgets a JWT that Push Cloud called expired. A newer one stays: of
// many senders that were refused with the same JWT only the first renews it.
func (a *ServiceAccount) discard(bearer string) {
	s := a.signer
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bearer == bearer {
		s.bearer = ""
	}
}
