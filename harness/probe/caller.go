// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 1 << 20

// jwtAudience is the aud that Push Kit's guide names.
const jwtAudience = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"

// caller sends requests as they are written, faults and all; pushcloud.Client
// would not.
type caller struct {
	base      *url.URL
	transport http.RoundTripper
	client    *pushcloud.Client
	key       *rsa.PrivateKey
	account   *pushcloud.ServiceAccount
	token     push.Token
	clientID  string
	scrub     scrubber
	bearer    string

	pace time.Duration
	next time.Time
	sent int
	most int

	// issuer is of the endpoint's certificate.
	issuer string
	// messageFirst is set where a faulty message with tokens that are none was
	// refused for the message, faultyToken what such messages are sent to
	// otherwise. soundSeen is set where a sound message with tokens that are
	// none was refused for these.
	messageFirst, soundSeen bool
	faultyToken             string
}

// newCaller reads the service account and makes the transport that pushcloud
// makes, with the same rules for its endpoint.
func newCaller(o CloudOptions) (*caller, error) {
	account, err := pushcloud.LoadServiceAccount(o.ServiceAccount)
	if err != nil {
		return nil, err
	}
	c := &caller{account: account, token: o.Token, clientID: o.ClientID, pace: o.Pace, most: o.Requests}
	c.client, err = pushcloud.New(pushcloud.Options{
		Account: account, BaseURL: o.BaseURL, CAFile: o.CAFile,
		Wrap: func(t http.RoundTripper) http.RoundTripper {
			c.transport = t
			return t
		},
	})
	if err != nil {
		return nil, err
	}
	if o.BaseURL == "" {
		o.BaseURL = pushcloud.DefaultBaseURL
	}
	if c.base, err = url.Parse(o.BaseURL); err != nil {
		return nil, err
	}
	if c.key, err = signingKey(o.ServiceAccount); err != nil {
		return nil, err
	}
	c.bearer, err = c.sign(jwt.SigningMethodPS256, nil)
	c.scrub = newScrubber(account.ProjectID, account.KeyID, account.SubAccount, o.Token.Reveal(), o.ClientID, strings.TrimPrefix(c.bearer, "Bearer "))
	return c, err
}

func (c *caller) close() { c.client.Close() }

// signingKey reads the private key, which pushcloud keeps to itself: some claims
// are about JWTs that it would never sign.
func signingKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &file); err != nil {
		return nil, errors.New("read the service account's key: it is no JSON")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(file.PrivateKey)))
	if err != nil {
		return nil, errors.New("read the service account's key: it is no RSA key") // the cause could quote it
	}
	return key, nil
}

// sign makes the value of an Authorization header; alter may change what the JWT
// says.
func (c *caller) sign(method jwt.SigningMethod, alter func(jwt.MapClaims)) (string, error) {
	now := time.Now()
	claims := jwt.MapClaims{"iss": c.account.SubAccount, "aud": jwtAudience, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	if alter != nil {
		alter(claims)
	}
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = c.account.KeyID
	signed, err := token.SignedString(c.key)
	if err != nil {
		return "", fmt.Errorf("sign a JWT: %w", err)
	}
	return "Bearer " + signed, nil
}

// answer is what a cloud said.
type answer struct {
	status               int
	code, msg, requestID string
}

func (a answer) String() string {
	if a.code == "" {
		return fmt.Sprintf("HTTP %d without a code", a.status)
	}
	return fmt.Sprintf("%s with HTTP %d", a.code, a.status)
}

// request is a call of the REST API; an empty auth means a JWT that is right,
// "none" no header.
type request struct {
	path     []string
	pushType int
	auth     string
	body     []byte
}

const noAuth = "none"

// errEnough says that the bound of requests is reached.
var errEnough = errors.New("the bound of requests is reached: allow more with --requests")

// post sends one request, not before its turn. The error is one of the way, not
// of the answer.
func (c *caller) post(ctx context.Context, r request) (answer, error) {
	if c.sent >= c.most {
		return answer{}, errEnough
	}
	if err := c.await(ctx); err != nil {
		return answer{}, err
	}
	c.sent++
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(r.path...).String(), bytes.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Push-Type", strconv.Itoa(r.pushType))
	switch r.auth {
	case "":
		req.Header.Set("Authorization", c.bearer)
	case noAuth:
	default:
		req.Header.Set("Authorization", r.auth)
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	if res.TLS != nil && len(res.TLS.PeerCertificates) > 0 {
		c.issuer = res.TLS.PeerCertificates[0].Issuer.CommonName
	}
	a := answer{status: res.StatusCode}
	var body struct {
		Code      any    `json:"code"`
		Msg       string `json:"msg"`
		RequestID string `json:"requestId"`
	}
	if json.Unmarshal(data, &body) == nil {
		a.code, _ = body.Code.(string)
		a.msg, a.requestID = body.Msg, body.RequestID
	}
	return a, nil
}

// await waits for the next request's turn.
func (c *caller) await(ctx context.Context) error {
	wait := time.Until(c.next)
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.next = time.Now().Add(c.pace)
	return ctx.Err()
}

// send posts a body to messages:send of the account's project.
func (c *caller) send(ctx context.Context, pushType int, auth string, body []byte) (answer, error) {
	return c.post(ctx, request{path: []string{"v3", c.account.ProjectID, "messages:send"}, pushType: pushType, auth: auth, body: body})
}

// madeUp returns texts that no cloud ever issued as Push Tokens.
func madeUp(n int) []string {
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = "pushproof-probe-" + rand.Text() + rand.Text() + rand.Text()
	}
	return tokens
}

// caseOf returns a message case; a test holds that those exist which are named.
func caseOf(name string) fixtures.MessageCase {
	for _, m := range fixtures.Messages() {
		if m.Name == name {
			return m
		}
	}
	return fixtures.MessageCase{Name: name}
}
