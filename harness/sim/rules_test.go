// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rules is how many rules of Push Kit the simulators keep to: they are numbered,
// and each is tested by its number, by the device, the cloud or both.
const rules = 45

// untested are those that no test can be about, and why.
var untested = map[int]string{
	35: "what becomes of proxyData without a table is not documented: TestProxyDataWithoutTable shows what was chosen",
}

var ruleName = regexp.MustCompile(`(?:func TestRule|// Rule )0?(\d+)`)

func TestEachRuleHasATest(t *testing.T) {
	tested := map[int]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path.Base(file), "_test.go") {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, found := range ruleName.FindAllStringSubmatch(string(source), -1) {
			n, err := strconv.Atoi(found[1])
			if err != nil {
				return err
			}
			tested[n] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= rules; n++ {
		if _, excused := untested[n]; !tested[n] && !excused {
			t.Errorf("no test is about rule %d", n)
		}
	}
}
