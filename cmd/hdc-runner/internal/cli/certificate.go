// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"crypto/tls"
	"errors"
	"os"
	"sync"
	"time"
)

// certificate is read again when its files change: Push Cloud posts nothing to
// a server whose certificate has expired, and they live for some weeks only.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	current *tls.Certificate
	changed [2]time.Time
}

// get returns the newest certificate that could be read; it fails only if none
// ever could.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed, err := c.times()
	if err == nil && (c.current == nil || changed != c.changed) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.current, c.changed = &pair, changed
		}
	}
	if c.current == nil {
		return nil, err
	}
	// A pair of which one file has not been renewed yet is read again at the
	// next handshake; the old one serves until then.
	return c.current, nil
}

// times says when the files were written last.
func (c *certificate) times() ([2]time.Time, error) {
	cert, certErr := os.Stat(c.certFile)
	key, keyErr := os.Stat(c.keyFile)
	if err := errors.Join(certErr, keyErr); err != nil {
		return [2]time.Time{}, err
	}
	return [2]time.Time{cert.ModTime(), key.ModTime()}, nil
}
