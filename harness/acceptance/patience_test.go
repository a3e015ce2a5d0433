// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// A spec that waits for what never comes ends with a verdict that names the
// silent witness, not with Ginkgo's time-out and its goroutines.
func TestEventuallyEndsByItself(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	var failure string
	g := gomega.NewGomega(func(message string, _ ...int) { failure = message })
	msg := s.phone.Push(t.Context(), pushcloud.Background{ExtraData: `{"order":7}`})
	g.Eventually(t.Context(), msg).WithTimeout(time.Hour).Should(harness.ArriveVia(push.IM))
	for _, says := range []string{"arrival:IM was silent", "closed by the time of " + patience.String(), "What to check next", "No future change"} {
		if !strings.Contains(failure, says) {
			t.Errorf("the failure does not say %q:\n%s", says, failure)
		}
	}
	g.Eventually(t.Context(), msg).Should(harness.ArriveVia(push.Background))
}
