// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pushproof/pushproof/harness/hub"
)

// simRun is the id of the run for which the hub of sim takes agents.
const simRun = "sim"

// simHub is a hub that stays open beside a simulated world, for whoever writes
// an agent: the runs against the world have hubs of their own.
type simHub struct {
	hub *hub.Hub
	// tokenFile holds the run's token in hex.
	tokenFile string
}

// openSimHub opens the hub and writes its token below dir.
func openSimHub(ctx context.Context, dir string) (*simHub, error) {
	token := make([]byte, 32)
	if _, err := rand.Read(token); err != nil {
		return nil, fmt.Errorf("make the hub's token: %w", err)
	}
	s := &simHub{tokenFile: filepath.Join(dir, "hub-token.txt")}
	if err := os.WriteFile(s.tokenFile, []byte(hex.EncodeToString(token)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write the hub's token: %w", err)
	}
	var err error
	s.hub, err = hub.Open(ctx, hub.Options{Dir: filepath.Join(dir, "hub"), Runs: map[string][]byte{simRun: token}})
	if err != nil {
		return nil, fmt.Errorf("open the hub: %w", err)
	}
	return s, nil
}

// describe says how to reach the hub. Nothing is said to an agent before the
// challenge, so that one frame is enough to see it alive.
func (s *simHub) describe() string {
	return fmt.Sprintf(`hub           %[1]s (run %[2]s, its token in hex in %[3]s; frames: docs/schemas/wire.schema.json)
  echo '{"type":"open","versions":[1],"run":"%[2]s","nonce":"00112233445566778899aabbccddeeff"}' | websocat -n1 %[1]s`,
		s.hub.URL(), simRun, word(s.tokenFile))
}

// close ends the hub and removes its token and journal.
func (s *simHub) close(ctx context.Context) error {
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.hub.Close(closing)
	return errors.Join(err, os.Remove(s.tokenFile), os.RemoveAll(filepath.Join(filepath.Dir(s.tokenFile), "hub")))
}
