// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"crypto/rsa"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/fixtures"
)

// clockSkew is how far a JWT's iat may lie ahead of the cloud's clock (claim
// cloud.jwt-skew).
const clockSkew = 5 * time.Minute

var jwtLifeMax = time.Duration(fixtures.LimitOf("jwt.life.max")) * time.Second

// jwtParser takes PS256 only (claim cloud.jwt-alg). The claims are checked here,
// since each mistake has a code of its own.
var jwtParser = jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodPS256.Alg()}), jwt.WithoutClaimsValidation())

// authorise judges the Authorization header of a request for a project.
func (c *Cloud) authorise(header, projectID string, now time.Time) (*project, *fault) {
	key, f := c.signer(header, now)
	if f != nil {
		return nil, f
	}
	if key.project.ID != projectID {
		return nil, refuse(codeAuth, "the key belongs to project %s, the URL names another", key.project.ID)
	}
	return key.project, key.project.inactive()
}

// authoriseClient judges the Authorization header of a request for the app of
// a client id (claim cloud.client-id).
func (c *Cloud) authoriseClient(header, clientID string, now time.Time) (*project, string, *fault) {
	key, f := c.signer(header, now)
	if f != nil {
		return nil, "", f
	}
	at, known := c.clients[clientID]
	switch {
	case !known:
		return nil, "", refuse(codeInactive, "the URL's client id is none of an app: a project's own is not enough")
	case at.project != key.project:
		return nil, "", refuse(codeAuth, "the key belongs to project %s, the client id to another", key.project.ID)
	}
	return at.project, at.bundle, at.project.inactive()
}

// inactive is the fault of a project without Push Kit.
func (p *project) inactive() *fault {
	if !p.Inactive {
		return nil
	}
	return refuse(codeInactive, "Push Kit is not enabled for project %s", p.ID)
}

// signer returns the key that an Authorization header was signed with. The JWT
// must never reach an error text: the parser's may quote parts of it.
func (c *Cloud) signer(header string, now time.Time) (signer, *fault) {
	bearer, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return signer{}, refuse(codeAuth, "the Authorization header is missing or does not start with %q", "Bearer ")
	}
	var claims jwt.RegisteredClaims
	var key signer
	_, err := jwtParser.ParseWithClaims(bearer, &claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		var known bool
		if key, known = c.keys[kid]; !known {
			return (*rsa.PublicKey)(nil), errUnknownKey
		}
		return key.Public, nil
	})
	switch {
	case errors.Is(err, errUnknownKey):
		return signer{}, refuse(codeAuth, "the JWT's kid is no key of this cloud")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return signer{}, refuse(codeAuth, "the bearer is no JWT; OAuth access tokens are not taken by v3")
	case err != nil:
		return signer{}, refuse(codeAuth, "the JWT's algorithm is not PS256, or its signature does not fit its key")
	}
	return key, judgeClaims(claims, key, now)
}

var errUnknownKey = errors.New("unknown kid")

// judgeClaims judges iss, aud, iat and exp (claim cloud.jwt-aud). Source: Push Kit guide,
// service-account JWT.
func judgeClaims(claims jwt.RegisteredClaims, key signer, now time.Time) *fault {
	switch {
	case claims.Issuer != key.SubAccount:
		return refuse(codeAuth, "the JWT's iss is not the key's sub_account")
	case len(claims.Audience) != 1 || claims.Audience[0] != audience:
		return refuse(codeAuth, "the JWT's aud is not %s", audience)
	case claims.IssuedAt == nil || claims.ExpiresAt == nil:
		return refuse(codeAuth, "the JWT lacks iat or exp")
	case claims.IssuedAt.After(now.Add(clockSkew)):
		return refuse(codeAuth, "the JWT's iat lies in the future: set the sender's clock")
	case !now.Before(claims.ExpiresAt.Time):
		return refuse(codeExpired, "the JWT expired %v ago", now.Sub(claims.ExpiresAt.Time).Round(time.Second))
	case claims.ExpiresAt.Sub(claims.IssuedAt.Time) > jwtLifeMax:
		return refuse(codeLifetime, "the JWT lives for %v", claims.ExpiresAt.Sub(claims.IssuedAt.Time))
	}
	return nil
}
