// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pushproof/pushproof/agent/wire"
)

const stateName = "state.json"

// state is what an outbox's folder holds besides records.
type state struct {
	Install string    `json:"install"`
	Role    wire.Role `json:"role"`
	Epoch   string    `json:"epoch"`
	// Boot is the boot during which the outbox was last opened, "" if the
	// system does not tell.
	Boot string `json:"boot"`
	// Clean says that it was closed with everything synced.
	Clean bool `json:"clean"`
	// Acked is the cursor.
	Acked uint64 `json:"acked"`
	// Known are damaged records that a Loss has reported.
	Known []span `json:"known,omitempty"`
}

// span is a range of sequence numbers, both ends included.
type span struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// errNoState means that there is no state, or none that can be read.
var errNoState = errors.New("the outbox has no readable state")

func readState(dir string) (state, error) {
	var st state
	b, err := os.ReadFile(filepath.Join(dir, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return st, errNoState
	}
	if err != nil {
		return st, fmt.Errorf("read the outbox's state: %w", err)
	}
	if json.Unmarshal(b, &st) != nil || st.Epoch == "" {
		return state{}, errNoState
	}
	return st, nil
}

// writeState replaces the state at once: whoever reads finds the old one or
// the new one.
func writeState(dir string, st state, sync bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the outbox's state: %w", err)
		}
	}()
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, stateName)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil && sync {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
