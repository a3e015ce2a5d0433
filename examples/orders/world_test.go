// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package orders_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// TestMain has the specs run on a simulated phone where no PUSHPROOF_* variable
// names a real one. A team's own suite needs neither this file nor the import
// of world.
func TestMain(m *testing.M) {
	_, err := harness.FromEnv()
	if !errors.Is(err, harness.ErrNotConfigured) {
		os.Exit(m.Run())
	}
	os.Exit(simulate(m))
}

// limit bounds the start and the end of the world.
const limit = time.Minute

func simulate(m *testing.M) int {
	starting, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	w, err := world.New(starting, world.Options{Types: []string{"phone"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	name(w.Config())
	fmt.Println("SIMULATED: no PUSHPROOF_* variable names a real device or the real Push Cloud")
	code := m.Run()
	ending, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.Close(ending); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// name sets the variables that FromEnv reads.
func name(c harness.Config) {
	for variable, value := range map[string]string{
		"PUSHPROOF_SERVICE_ACCOUNT": c.ServiceAccount,
		"PUSHPROOF_BUNDLE":          c.Bundle,
		"PUSHPROOF_HDC_SERVER":      c.HDCServer,
		"PUSHPROOF_PUSH_ENDPOINT":   c.PushEndpoint,
		"PUSHPROOF_PUSH_CA":         c.PushCA,
		"PUSHPROOF_REPORT_DIR":      filepath.Dir(c.ServiceAccount),
	} {
		if err := os.Setenv(variable, value); err != nil {
			panic(err)
		}
	}
}
