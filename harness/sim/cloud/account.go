// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
)

// The endpoints that a service-account file names; audience is the JWT's aud.
// Source: Push Kit guide, service-account JWT.
const (
	audience   = "https://oauth-login.cloud.huawei.com/oauth2/v3/token"
	authURI    = "https://oauth-login.cloud.huawei.com/oauth2/v3/authorize"
	certsURI   = "https://oauth-login.cloud.huawei.com/oauth2/v3/certs"
	certPrefix = "https://oauth-login.cloud.huawei.com/oauth2/v3/x509?client_id="
)

// rsaBits is half of what the official sample has: the simulator's keys live
// for minutes, and are made anew in each.
const rsaBits = 2048

// ServiceAccount is a made-up service account: the file that a sender gets and
// the public half that the cloud verifies with.
type ServiceAccount struct {
	file []byte
	// Key goes into Project.Keys.
	Key Key
}

// NewServiceAccount makes an RSA key and a service account of the project
// around it.
func NewServiceAccount(projectID string) (*ServiceAccount, error) {
	private, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("make a service account: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("make a service account: %w", err)
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("make a service account: %w", err)
	}
	number, err := rand.Int(rand.Reader, big.NewInt(900_000_000))
	if err != nil {
		return nil, fmt.Errorf("make a service account: %w", err)
	}
	key := Key{ID: hex.EncodeToString(id), SubAccount: fmt.Sprint(100_000_000 + number.Int64()), Public: &private.PublicKey}
	file, err := json.MarshalIndent(map[string]string{
		"project_id":             projectID,
		"key_id":                 key.ID,
		"private_key":            string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"sub_account":            key.SubAccount,
		"auth_uri":               authURI,
		"token_uri":              audience,
		"auth_provider_cert_uri": certsURI,
		"client_cert_uri":        certPrefix + key.SubAccount,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make a service account: %w", err)
	}
	return &ServiceAccount{file: append(file, '\n'), Key: key}, nil
}

// JSON returns the file as a sender reads it. It holds the private key.
func (s *ServiceAccount) JSON() []byte { return append([]byte(nil), s.file...) }

// String names the account without its key.
func (s *ServiceAccount) String() string { return "service account " + s.Key.SubAccount }

// Format keeps the private key out of every verb.
func (s *ServiceAccount) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue keeps the private key out of logs.
func (s *ServiceAccount) LogValue() slog.Value { return slog.StringValue(s.String()) }
