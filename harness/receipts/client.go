// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/internal/loopback"
)

// ClientOptions say which reader to ask.
type ClientOptions struct {
	// URL is the collector's: https://HOST[:PORT], to which Path is added, or
	// with a path of its own. http:// is for a loopback address only: the
	// token would travel in the clear.
	URL string
	// Token is the reader's.
	Token Secret
	// CA holds PEM certificates of authorities to trust beside the system's.
	CA []byte
	// Timeout bounds a question, beside the time that it waits for a receipt.
	// Zero means DefaultTimeout.
	Timeout time.Duration
}

// Client asks a reader. Its methods may be called from any goroutine.
type Client struct {
	url     *url.URL
	token   Secret
	timeout time.Duration
	http    *http.Client
}

// pageBytes bounds an answer: PageMax receipts of the longest texts.
const pageBytes = 2 << 20

// NewClient makes a client, or says which option is wrong. It connects to
// nothing yet. Close it.
func NewClient(o ClientOptions) (*Client, error) {
	u, err := readURL(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Token.IsZero() {
		return nil, errors.New("the collector of receipts wants a token: give the one that it was started with")
	}
	def(&o.Timeout, DefaultTimeout)
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if len(o.CA) > 0 && !pool.AppendCertsFromPEM(o.CA) {
		return nil, errors.New("the CA of the collector of receipts holds no PEM certificate")
	}
	return &Client{url: u, token: o.Token, timeout: o.Timeout, http: &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: o.Timeout,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		},
		// The token goes to the named address and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func readURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		// The text may hold a password.
		return nil, errors.New("the URL of the collector of receipts is not https://HOST[:PORT][/PATH]")
	case u.Scheme == "http" && loopback.Host(u.Hostname()):
	case u.Scheme != "https":
		return nil, fmt.Errorf("the URL of the collector of receipts, %s, is not https://: its token is never sent in the clear, but to a loopback address", u)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = Path
	}
	return u, nil
}

// String names the address that is asked.
func (c *Client) String() string { return c.url.String() }

// Close gives its connections up.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// AnswerError is a reader's answer that is no page.
type AnswerError struct {
	// URL is what was asked, without its query.
	URL string
	// Status is the HTTP status.
	Status int
	// Reason is the refusal's text, or "".
	Reason string
}

// Error says what to do about it.
func (e *AnswerError) Error() string {
	text := fmt.Sprintf("the collector of receipts at %s answered HTTP %d", e.URL, e.Status)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return text + "; give the token that it was started with (--read-token-file)"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return text + "; is " + Path + " of that host served by `hdc-runner receipts serve`?"
	}
	return text
}

// ByTag asks for the receipts of a biTag with an ID above after. If there are
// none yet it waits for them, at most wait (and at most WaitMax); a page
// without receipts means that none came.
//
// The error is an *AnswerError if the collector refused, else that of the
// connection.
func (c *Client) ByTag(ctx context.Context, biTag string, after int64, wait time.Duration) (Page, error) {
	wait = max(0, min(wait, WaitMax))
	ctx, cancel := context.WithTimeout(ctx, wait+c.timeout)
	defer cancel()
	asked := *c.url
	query := url.Values{"biTag": {biTag}, "wait": {wait.String()}}
	if after > 0 {
		query.Set("after", strconv.FormatInt(after, 10))
	}
	asked.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.String(), nil)
	if err != nil {
		return Page{}, fmt.Errorf("ask for receipts: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	res, err := c.http.Do(req)
	if err != nil {
		return Page{}, fmt.Errorf("ask the collector of receipts at %s: %w", c.url, unwrapURL(err))
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, pageBytes+1))
	if err != nil {
		return Page{}, fmt.Errorf("read the answer of the collector of receipts at %s: %w", c.url, err)
	}
	if res.StatusCode != http.StatusOK {
		var said answer
		_ = json.Unmarshal(data, &said)
		return Page{}, &AnswerError{URL: c.url.String(), Status: res.StatusCode, Reason: printable(said.Message)}
	}
	var page struct {
		Receipts *[]Receipt `json:"receipts"`
		Counts   Counts     `json:"counts"`
	}
	if len(data) > pageBytes || json.Unmarshal(data, &page) != nil || page.Receipts == nil {
		return Page{}, fmt.Errorf("the answer of %s is no page of receipts: is %s of that host served by `hdc-runner receipts serve`?", c.url, Path)
	}
	return Page{Receipts: *page.Receipts, Counts: page.Counts}, nil
}

// unwrapURL leaves out the URL that net/http puts in front.
func unwrapURL(err error) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var refused *net.OpError
	if errors.As(err, &refused) && refused.Op == "dial" {
		return fmt.Errorf("%w; is it started, and does a firewall let this host through?", err)
	}
	return err
}

// printable bounds a text that comes from elsewhere.
func printable(text string) string {
	const most = 300
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
