// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// DefaultBaseURL is Push Kit's endpoint.
const DefaultBaseURL = "https://push-api.cloud.huawei.com"

// Options configures a Client. Account alone must be set.
type Options struct {
	// Account signs the requests and names the project.
	Account *ServiceAccount
	// BaseURL is the endpoint, DefaultBaseURL if empty. It must be https.
	BaseURL string
	// RootCAs replaces the system's certificate authorities.
	RootCAs *x509.CertPool
	// CAFile is a PEM file of certificate authorities that are trusted besides
	// RootCAs or the system's.
	CAFile string
	// Transport replaces the HTTP transport, TLS settings and all; it cannot be
	// combined with RootCAs or CAFile. What fails in one that is not net/http's
	// after it has begun to read the body has an unknown outcome, but for
	// faults of dialling, of DNS and of the certificate.
	Transport http.RoundTripper
	// Wrap, if not nil, is given the HTTP transport, Transport or the client's
	// own, and returns what is used in its place: one that looks on, say.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Timeout bounds one attempt; zero means 30 seconds.
	Timeout time.Duration
	// Attempts is the most times that a request is sent, where sending it again
	// is right; zero means 4. A renewed JWT is not counted.
	Attempts int
	// Backoff is the time before the second attempt, give or take half of it;
	// it doubles up to 30 seconds. Zero means 500 milliseconds.
	Backoff time.Duration
	// ClientID is the app's OAuth client id, for Revoke alone: its APP ID, and
	// not the project's client id.
	ClientID string
	// InFlight is how many calls SendAll makes at the same time; zero means 4.
	InFlight int
	// Budget is the most attempts of one SendAll, all its calls together; zero
	// means half as many again as there are calls, and eight.
	Budget int
	// Pace is called before every attempt to send with the number of tokens
	// and may wait; its error ends the send. Nil means no pace.
	Pace func(ctx context.Context, tokens int) error
	// Now is the clock of the JWT; nil means time.Now.
	Now func() time.Time
}

// Client sends messages. It is safe for concurrent use. Close it after use.
type Client struct {
	account   *ServiceAccount
	now       func() time.Time
	base      *url.URL
	send      *url.URL
	revoke    *url.URL
	verify    *url.URL
	transport http.RoundTripper
	timeout   time.Duration
	attempts  int
	inFlight  int
	budget    int
	backoff   time.Duration
	pace      func(ctx context.Context, tokens int) error
}

// New returns a client. It does not touch the network.
func New(o Options) (*Client, error) {
	if o.Account == nil || o.Account.key == nil {
		return nil, errors.New("new push client: no service account: load one with LoadServiceAccount")
	}
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	transport, err := o.transport()
	if err != nil {
		return nil, err
	}
	if o.Wrap != nil {
		transport = o.Wrap(transport)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Attempts <= 0 {
		o.Attempts = 4
	}
	if o.Backoff <= 0 {
		o.Backoff = 500 * time.Millisecond
	}
	if o.InFlight <= 0 {
		o.InFlight = 4
	}
	project := url.PathEscape(o.Account.ProjectID)
	c := &Client{
		account:   o.Account,
		now:       o.Now,
		base:      base,
		send:      base.JoinPath("v3", project, string(OpSend)),
		verify:    base.JoinPath("v2", project, string(OpVerifyImage)),
		transport: transport,
		timeout:   o.Timeout, attempts: o.Attempts, backoff: o.Backoff, pace: o.Pace,
		inFlight: o.InFlight, budget: o.Budget,
	}
	if o.ClientID != "" {
		c.revoke = base.JoinPath("v1", url.PathEscape(o.ClientID), string(OpRevoke))
	}
	return c, nil
}

// Close closes idle connections. Sends under way are not disturbed.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func parseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "":
		return nil, fmt.Errorf("push endpoint %q is no URL: write it like %s", text, DefaultBaseURL)
	case u.Scheme != "https":
		return nil, fmt.Errorf("push endpoint %q is not https: the JWT in each request must not be readable on the way; write it like %s", text, DefaultBaseURL)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("push endpoint %q has more than scheme, host and path: write it like %s", u.Redacted(), DefaultBaseURL)
	}
	if u.Path == "" {
		u.Path = "/" // else JoinPath makes a relative path
	}
	return u, nil
}

func (o Options) transport() (http.RoundTripper, error) {
	if o.Transport != nil {
		if o.RootCAs != nil || o.CAFile != "" {
			return nil, errors.New("new push client: Transport brings its own TLS settings: leave RootCAs and CAFile empty, or set them there")
		}
		return o.Transport, nil
	}
	roots := o.RootCAs
	if o.CAFile != "" {
		var err error
		if roots, err = withCAFile(roots, o.CAFile); err != nil {
			return nil, err
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       60 * time.Second,
	}, nil
}

// CAFileError is a file of certificate authorities that cannot be used.
type CAFileError struct {
	Path string
	Err  error
}

// Error says what is wrong with the file.
func (e *CAFileError) Error() string {
	var at *fs.PathError
	switch {
	case errors.Is(e.Err, fs.ErrNotExist):
		return "CA file " + e.Path + ": there is no such file"
	case errors.As(e.Err, &at):
		return "CA file " + e.Path + " cannot be read: " + at.Err.Error()
	}
	return "CA file " + e.Path + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *CAFileError) Unwrap() error { return e.Err }

func withCAFile(roots *x509.CertPool, path string) (*x509.CertPool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &CAFileError{Path: path, Err: err}
	}
	if roots != nil {
		roots = roots.Clone()
	} else if roots, err = x509.SystemCertPool(); err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(data) {
		return nil, &CAFileError{Path: path, Err: errors.New("it has no certificate: it must hold PEM blocks that begin with -----BEGIN CERTIFICATE-----" + hintDER(data))}
	}
	return roots, nil
}

func hintDER(data []byte) string {
	if _, err := x509.ParseCertificate(data); err == nil {
		return "; it is in DER form, convert it: openssl x509 -inform der -in FILE -out ca.pem"
	}
	if strings.Contains(string(data), "PRIVATE KEY") {
		return "; it holds a private key"
	}
	return ""
}
