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

// signer hands out the account's JWT and signs a new one when it is due. One
// signature serves everybody: signing takes milliseconds with RSA-4096, during
// which other callers wait for its result.
type signer struct {
	account *ServiceAccount
	now     func() time.Time

	mu     sync.Mutex
	bearer string
	due    time.Time
}

// authorization returns the value of the Authorization header.
func (s *signer) authorization() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.bearer != "" && now.Before(s.due) {
		return s.bearer, nil
	}
	life := time.Duration(fixtures.LimitOf("jwt.life")) * time.Second
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": s.account.SubAccount,
		"aud": audience,
		"iat": now.Unix(),
		"exp": now.Add(life).Unix(),
	})
	token.Header["kid"] = s.account.KeyID
	signed, err := token.SignedString(s.account.key)
	if err != nil {
		return "", fmt.Errorf("sign a JWT for the %v: %w", s.account, err)
	}
	s.bearer, s.due = "Bearer "+signed, now.Add(life-renewBefore)
	return s.bearer, nil
}

// discard forgets a JWT that Push Cloud called expired. A newer one stays: of
// many senders that were refused with the same JWT only the first renews it.
func (s *signer) discard(bearer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bearer == bearer {
		s.bearer = ""
	}
}
