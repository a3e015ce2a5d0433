// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/control"
)

// simControl is the control plane of sim's hdc server.
type simControl struct {
	server *control.Server
	// tokenFile holds the token that requests bear.
	tokenFile string
}

// openSimControl opens the control plane and writes its token below dir.
func openSimControl(server *hdcd.Server, dir, addr string) (*simControl, error) {
	secret := rand.Text()
	c := &simControl{tokenFile: filepath.Join(dir, "hdc-control-token.txt")}
	var err error
	if c.server, err = control.New(server, secret); err != nil {
		return nil, err
	}
	if err := os.WriteFile(c.tokenFile, []byte(secret+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write the token of the control plane: %w", err)
	}
	if err := c.server.Start(addr); err != nil {
		return nil, errors.Join(err, os.Remove(c.tokenFile))
	}
	return c, nil
}

// describe says how to reach it, and how to take the device of that key away.
func (c *simControl) describe(key string) string {
	return fmt.Sprintf(`control plane of the hdc server  %[1]s (its token is in %[2]s; docs/simulated-hdc.md)
  curl -sS -H "Authorization: Bearer $(cat %[2]s)" %[1]s/faults
  curl -sS -H "Authorization: Bearer $(cat %[2]s)" -X PUT -d '{"key":"%[3]s","state":"Offline"}' %[1]s/devices
`, c.server.URL(), word(c.tokenFile), key)
}

// close ends it and removes its token.
func (c *simControl) close() error {
	return errors.Join(c.server.Close(), os.Remove(c.tokenFile))
}
