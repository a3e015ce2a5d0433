// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
)

// Endpoint is what the push endpoint says of itself.
type Endpoint struct {
	// Issuer is the common name of who issued its certificate.
	Issuer string
	// TLSVersion is the version that was agreed on, e.g. "TLS 1.3".
	TLSVersion string
}

// Check connects to the push endpoint and returns what it says of itself. No
// message and no JWT is sent; whether the account is accepted is not seen.
// The error is a *TransportError if the endpoint cannot be reached.
func (c *Client) Check(ctx context.Context) (Endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String(), http.NoBody)
	if err != nil {
		return Endpoint{}, fmt.Errorf("check the push endpoint: %w", err)
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return Endpoint{}, &TransportError{Err: fmt.Errorf("GET %s: %w", c.base, explain(err)), Attempts: 1}
	}
	defer response.Body.Close()
	// The answer does not matter; it is read so that the connection can serve
	// the next request.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswerBytes))
	e := Endpoint{Issuer: issuer(response.TLS)}
	if response.TLS != nil {
		e.TLSVersion = tls.VersionName(response.TLS.Version)
	}
	return e, nil
}

func issuer(state *tls.ConnectionState) string {
	if state == nil || len(state.PeerCertificates) == 0 {
		return ""
	}
	return state.PeerCertificates[0].Issuer.CommonName
}
