// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// Both runtimes bar the same modules in an extension's process.
func TestBarredModulesAreThoseOfTheGoRuntime(t *testing.T) {
	text, err := os.ReadFile("../../../ohos/runtime/blocklist.json")
	if err != nil {
		t.Fatal(err)
	}
	kits := map[string][]string{}
	if err := json.Unmarshal(text, &kits); err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, of := range kits {
		modules = append(modules, of...)
	}
	slices.Sort(modules)
	if diff := cmp.Diff(seam.Barred(), modules); diff != "" {
		t.Errorf("ohos/runtime/blocklist.json (+) and seam.Barred (-) differ\n%s", diff)
	}
}
