// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/pushcloud"
)

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestServiceAccount(t *testing.T) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(testKey())
	if err != nil {
		t.Fatal(err)
	}
	for name, private := range map[string]string{
		"PKCS#8":             encodePEM("PRIVATE KEY", pkcs8),
		"PKCS#1":             encodePEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())),
		"literal \\n":        strings.ReplaceAll(encodePEM("PRIVATE KEY", pkcs8), "\n", `\n`),
		"literal \\r\\n":     strings.ReplaceAll(encodePEM("PRIVATE KEY", pkcs8), "\n", `\r\n`),
		"one long line":      "-----BEGIN PRIVATE KEY-----\n" + strings.ReplaceAll(strings.Trim(strings.NewReplacer("-----BEGIN PRIVATE KEY-----", "", "-----END PRIVATE KEY-----", "").Replace(encodePEM("PRIVATE KEY", pkcs8)), "\n"), "\n", "") + "\n-----END PRIVATE KEY-----\n",
		"white space around": "\n  " + encodePEM("PRIVATE KEY", pkcs8) + "  \n",
	} {
		t.Run(name, func(t *testing.T) {
			a, err := pushcloud.ParseServiceAccount(accountJSON(t, testKey(), map[string]any{"private_key": private}))
			if err != nil {
				t.Fatal(err)
			}
			if a.ProjectID != testProject || a.KeyID == "" || a.SubAccount != "123456789" || !a.PublicKey().Equal(&testKey().PublicKey) {
				t.Errorf("got %v", a)
			}
		})
	}
	t.Run("byte order mark", func(t *testing.T) {
		if _, err := pushcloud.ParseServiceAccount(append([]byte("\ufeff"), accountJSON(t, testKey(), nil)...)); err != nil {
			t.Error(err)
		}
	})
}

func TestServiceAccountRefused(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edDER, err := x509.MarshalPKCS8PrivateKey(ed)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	shortDER, err := x509.MarshalPKCS8PrivateKey(short)
	if err != nil {
		t.Fatal(err)
	}
	with := func(field string, value any) []byte {
		return accountJSON(t, testKey(), map[string]any{field: value})
	}
	private := string(with("x", 1))
	for name, test := range map[string]struct {
		data    []byte
		problem pushcloud.AccountProblem
		field   string
		says    string
	}{
		"empty":           {nil, pushcloud.AccountNotJSON, "", "download the file"},
		"text":            {[]byte("my key"), pushcloud.AccountNotJSON, "", "is no JSON object"},
		"cut off":         {[]byte(private[:len(private)/2]), pushcloud.AccountNotJSON, "", "is no JSON object"},
		"array":           {[]byte("[]"), pushcloud.AccountNotJSON, "", "is no JSON object"},
		"null":            {[]byte("null"), pushcloud.AccountNotJSON, "", "is no JSON object"},
		"app's file":      {[]byte(`{"agcgw":{"url":"x"},"client":{"project_id":"1"}}`), pushcloud.AccountFieldMissing, "project_id", "agconnect-services.json"},
		"no project_id":   {with("project_id", nil), pushcloud.AccountFieldMissing, "project_id", "has no project_id"},
		"no key_id":       {with("key_id", nil), pushcloud.AccountFieldMissing, "key_id", "has no key_id"},
		"no sub_account":  {with("sub_account", nil), pushcloud.AccountFieldMissing, "sub_account", "has no sub_account"},
		"no private_key":  {with("private_key", nil), pushcloud.AccountFieldMissing, "private_key", "has no private_key"},
		"blank key_id":    {with("key_id", "  "), pushcloud.AccountFieldMissing, "key_id", "has no key_id"},
		"numeric project": {with("project_id", 388421841221111111), pushcloud.AccountFieldWrong, "project_id", "put it in quotes"},
		"no PEM":          {with("private_key", "MIIEvQIBADANBg"), pushcloud.AccountBadPEM, "", "-----BEGIN PRIVATE KEY-----"},
		"first line only": {with("private_key", "-----BEGIN PRIVATE KEY-----"), pushcloud.AccountBadPEM, "", "no complete PEM block"},
		"PEM of nothing":  {with("private_key", encodePEM("PRIVATE KEY", []byte("nothing"))), pushcloud.AccountBadPEM, "", "no readable key"},
		"EC":              {with("private_key", encodePEM("PRIVATE KEY", ecDER)), pushcloud.AccountWrongKey, "", "an EC key"},
		"EC, SEC 1":       {with("private_key", encodePEM("EC PRIVATE KEY", sec1)), pushcloud.AccountWrongKey, "", "an EC key"},
		"Ed25519":         {with("private_key", encodePEM("PRIVATE KEY", edDER)), pushcloud.AccountWrongKey, "", "an Ed25519 key"},
		"public key":      {with("private_key", encodePEM("PUBLIC KEY", public)), pushcloud.AccountWrongKey, "", "a public key"},
		"certificate":     {with("private_key", encodePEM("CERTIFICATE", []byte{1})), pushcloud.AccountWrongKey, "", "a certificate"},
		"encrypted":       {with("private_key", encodePEM("ENCRYPTED PRIVATE KEY", []byte{1})), pushcloud.AccountWrongKey, "", "an encrypted key"},
		"other block":     {with("private_key", encodePEM("PARAMETERS", []byte{1})), pushcloud.AccountWrongKey, "", "another type"},
		"short key":       {with("private_key", encodePEM("PRIVATE KEY", shortDER)), pushcloud.AccountWrongKey, "", "1024 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pushcloud.ParseServiceAccount(test.data)
			var bad *pushcloud.AccountError
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want an AccountError", err)
			}
			if bad.Problem != test.problem || bad.Field != test.field {
				t.Errorf("got problem %q and field %q, want %q and %q", bad.Problem, bad.Field, test.problem, test.field)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
		})
	}
}

func TestLoadServiceAccount(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "account.json")
	if err := os.WriteFile(path, accountJSON(t, testKey(), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pushcloud.LoadServiceAccount(path); err != nil {
		t.Error(err)
	}
	_, err := pushcloud.LoadServiceAccount(filepath.Join(dir, "none.json"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("no such file: %v", err)
	}
	if _, err := pushcloud.LoadServiceAccount(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder: %v", err)
	}
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pushcloud.LoadServiceAccount(bad); err == nil || !strings.Contains(err.Error(), "bad.json") {
		t.Errorf("the error does not name the file: %v", err)
	}
}

func TestServiceAccountPrintsNoKey(t *testing.T) {
	a := testAccount(t)
	if err := pushcloud.Signer(a, true)(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("loaded", "account", a)
	exponent := testKey().D.String()
	for _, text := range []string{fmt.Sprint(a), fmt.Sprintf("%v %+v %#v %s %x %q", a, a, a, a, a, a), fmt.Sprintf("%+v", *a), log.String()} {
		if leaks(text, exponent, exponent[:20], "Bearer", "eyJ") || !strings.Contains(text, testProject) {
			t.Errorf("printed %s", text)
		}
	}
}
