// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// ServiceAccount is the identity with which messages are sent. It prints
// without its key. It is safe for concurrent use, and any number of clients may
// have the same one: they share one JWT. It must not be copied, nor changed once
// a client has it.
// Source: Push Kit guide, service-account JWT.
type ServiceAccount struct {
	// ProjectID is the project in AppGallery Connect; it stands in the URL.
	ProjectID string
	// KeyID is the JWT's kid.
	KeyID string
	// SubAccount is the JWT's issuer.
	SubAccount string

	key    *rsa.PrivateKey
	signer *signer // a pointer: a copy that is printed shows no JWT
}

// PublicKey returns the public half of the account's key.
func (a *ServiceAccount) PublicKey() *rsa.PublicKey { return &a.key.PublicKey }

// String names the project and the key id, never the key.
func (a *ServiceAccount) String() string {
	return fmt.Sprintf("service account of project %s (key id %s)", a.ProjectID, a.KeyID)
}

// GoString is String, so that %#v is no leak.
func (a *ServiceAccount) GoString() string { return a.String() }

// Format prints String whatever the verb.
func (a *ServiceAccount) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// LogValue logs String.
func (a *ServiceAccount) LogValue() slog.Value { return slog.StringValue(a.String()) }

// maxAccountBytes bounds the file: a real one has about 4 KB.
const maxAccountBytes = 1 << 20

// LoadServiceAccount reads the JSON file that AppGallery Connect hands out for
// a service-account key. Errors are *AccountError.
func LoadServiceAccount(path string) (*ServiceAccount, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &AccountError{Path: path, Problem: AccountUnreadable, Err: err}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxAccountBytes+1))
	if err != nil {
		return nil, &AccountError{Path: path, Problem: AccountUnreadable, Err: err}
	}
	account, err := ParseServiceAccount(data)
	var bad *AccountError
	if errors.As(err, &bad) {
		bad.Path = path
	}
	return account, err
}

// ParseServiceAccount reads the contents of a service-account file. Literal \n
// escapes in private_key, which some exports have, become line ends; a key in
// PKCS#1 form is accepted like one in PKCS#8. Errors are *AccountError.
func ParseServiceAccount(data []byte) (*ServiceAccount, error) {
	if len(data) > maxAccountBytes {
		return nil, &AccountError{Problem: AccountNotJSON, Err: errors.New("it has more than 1 MiB")}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, &AccountError{Problem: AccountNotJSON, Err: err}
	}
	if members == nil {
		return nil, &AccountError{Problem: AccountNotJSON, Err: errors.New("it is null")}
	}
	var a ServiceAccount
	var text string
	for _, field := range []struct {
		name string
		to   *string
	}{
		{"project_id", &a.ProjectID}, {"key_id", &a.KeyID},
		{"sub_account", &a.SubAccount}, {"private_key", &text},
	} {
		raw, ok := members[field.name]
		if !ok {
			return nil, &AccountError{Problem: AccountFieldMissing, Field: field.name, otherFile: otherFile(members)}
		}
		if json.Unmarshal(raw, field.to) != nil {
			return nil, &AccountError{Problem: AccountFieldWrong, Field: field.name}
		}
		*field.to = strings.TrimSpace(*field.to)
		if *field.to == "" {
			return nil, &AccountError{Problem: AccountFieldMissing, Field: field.name}
		}
	}
	key, err := parseKey(text)
	if err != nil {
		return nil, err
	}
	a.key, a.signer = key, new(signer)
	return &a, nil
}

// otherFile recognises the file that is most often taken for this one.
func otherFile(members map[string]json.RawMessage) string {
	if _, ok := members["agcgw"]; ok {
		return "agconnect-services.json"
	}
	return ""
}

// minKeyBits is the least that PS256 allows (RFC 7518, section 3.5).
const minKeyBits = 2048

func parseKey(text string) (*rsa.PrivateKey, error) {
	text = strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(text)
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, &AccountError{Problem: AccountBadPEM, Err: errors.New("there is no complete PEM block in it")}
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, wrongKey("an encrypted key")
		}
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, wrongKey("an encrypted key")
	case "EC PRIVATE KEY":
		return nil, wrongKey("an EC key")
	case "PUBLIC KEY", "RSA PUBLIC KEY":
		return nil, wrongKey("a public key")
	case "CERTIFICATE":
		return nil, wrongKey("a certificate")
	default:
		return nil, wrongKey("a PEM block of another type")
	}
	if err != nil {
		// The parser's text is left out: it could quote the key.
		return nil, &AccountError{Problem: AccountBadPEM, Err: errors.New("its PEM block holds no readable key")}
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		name := strings.NewReplacer("*ecdsa.PrivateKey", "an EC key", "ed25519.PrivateKey", "an Ed25519 key",
			"*ecdh.PrivateKey", "an X25519 key").Replace(fmt.Sprintf("%T", key))
		return nil, wrongKey(name)
	}
	if bits := private.N.BitLen(); bits < minKeyBits {
		return nil, wrongKey(fmt.Sprintf("an RSA key of %d bits, PS256 asks for %d or more", bits, minKeyBits))
	}
	return private, nil
}

func wrongKey(what string) *AccountError {
	return &AccountError{Problem: AccountWrongKey, Err: errors.New(what)}
}
