// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// KeyEncoding says which bytes a key stands for: configurations made lately use
// the first, older ones the second (claim cloud.receipt-key).
type KeyEncoding string

// The encodings.
const (
	// KeyBase64: the key is base64, and its decoded bytes sign.
	KeyBase64 KeyEncoding = "base64"
	// KeyText: the key's own UTF-8 bytes sign.
	KeyText KeyEncoding = "text"
)

// Defaults of Config.
const (
	DefaultSeparator  = "; "
	DefaultQueueLimit = 100_000
	DefaultAttempts   = 8
	DefaultTimeout    = 10 * time.Second
)

// Config is a receipt configuration as AppGallery Connect keeps it, and what a
// simulator must know besides. It holds a key: do not print it.
type Config struct {
	// URL is where receipts go: HTTPS, as Push Kit demands.
	URL string
	// User and Key sign each post; without both the header is left out.
	User, Key string
	// KeyEncoding defaults to KeyBase64.
	KeyEncoding KeyEncoding
	// Separator stands between the parts of X-HUAWEI-CALLBACK-ID; "" means
	// DefaultSeparator. Two pages of the documentation show "; " and ";" (claim
	// cloud.receipt-separator).
	Separator string
	// CA holds PEM certificates of authorities to trust beside the system's.
	CA []byte
	// QueueLimit bounds the statuses that wait; zero means DefaultQueueLimit.
	QueueLimit int
	// Attempts is how often a batch is posted before it is given up; zero means
	// DefaultAttempts (claim cloud.receipt-retry).
	Attempts int
	// Timeout bounds one post, by the real clock; zero means DefaultTimeout.
	Timeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.KeyEncoding == "" {
		c.KeyEncoding = KeyBase64
	}
	if c.Separator == "" {
		c.Separator = DefaultSeparator
	}
	if c.QueueLimit <= 0 {
		c.QueueLimit = DefaultQueueLimit
	}
	if c.Attempts <= 0 {
		c.Attempts = DefaultAttempts
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	return c
}

// Check says what is wrong with the configuration. Its errors hold no key.
func (c Config) Check() error {
	c = c.withDefaults()
	if _, err := c.target(); err != nil {
		return err
	}
	if _, err := c.signer(); err != nil {
		return err
	}
	_, err := c.client()
	return err
}

// target checks the URL.
func (c Config) target() (*url.URL, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		// The parser's text repeats the URL, which may hold a password.
		return nil, errors.New("the receipt URL cannot be read: write https://HOST:PORT/PATH")
	case u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("the receipt URL %s is not https://HOST...: Push Kit posts receipts over HTTPS only; serve TLS, and give the CA of a certificate of your own", place(u))
	}
	return u, nil
}

// place names a URL without what may be secret in it.
func place(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// signer checks user and key; nil means that posts are not signed.
func (c Config) signer() (*signer, error) {
	if (c.User == "") != (c.Key == "") {
		return nil, errors.New("receipts are signed with a user name and a key: give both or neither")
	}
	if c.User == "" {
		return nil, nil
	}
	s := &signer{user: c.User, separator: c.Separator}
	switch c.KeyEncoding {
	case KeyText:
		s.key = []byte(c.Key)
	case KeyBase64:
		key, err := base64.StdEncoding.DecodeString(c.Key)
		if err != nil {
			return nil, errors.New("the key of receipts is not base64: choose the encoding of older configurations (text), or copy the key again")
		}
		s.key = key
	default:
		return nil, fmt.Errorf("unknown encoding %q of the receipt key: it is %s or %s", c.KeyEncoding, KeyBase64, KeyText)
	}
	return s, nil
}

// client makes the HTTP client: TLS is verified, redirects are not followed.
func (c Config) client() (*http.Client, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if len(c.CA) > 0 && !pool.AppendCertsFromPEM(c.CA) {
		return nil, errors.New("the CA of the receipt URL holds no PEM certificate")
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: c.Timeout,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		},
		Timeout:       c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
