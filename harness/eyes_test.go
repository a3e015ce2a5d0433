// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// connected returns a simulated device whose app has an agent and may show
// notifications.
func connected(t *testing.T, deviceType string) *harness.Device {
	t.Helper()
	ctx := t.Context()
	w, err := world.New(ctx, world.Options{Types: []string{deviceType}})
	if err != nil {
		t.Fatal(err)
	}
	ends := func(what string, end func(context.Context) error) {
		t.Cleanup(func() {
			closing, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if err := end(closing); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
	ends("close the world", w.Close)
	config := w.Config()
	config.ReportDir = t.TempDir()
	session, err := harness.Open(ctx, config, harness.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ends("close the session", session.Close)
	d, err := session.Device(ctx, w.Keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := d.Authorise(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

// A watch has no list of notifications that could be opened, so that only the
// app itself can say what is shown, and only in front: a suspended one is not
// asked, since it would never answer.
func TestTheAppIsAskedInFrontOnly(t *testing.T) {
	g := NewWithT(t)
	d := connected(t, "wearable")
	ctx := t.Context()
	if err := d.SetState(ctx, harness.Background); err != nil {
		t.Fatal(err)
	}
	msg := d.Push(ctx, pushcloud.Alert{Title: "Order 7 {{nonce}}", Body: "is ready"})
	if err := msg.Err(); err != nil {
		t.Fatal(err)
	}
	said := msg.Ask(ctx, verdict.Eyes)
	if said.Answer != verdict.Waiting || !strings.Contains(said.Detail, "the app is background") {
		t.Errorf("in the background the app's eyes say %v", said)
	}
	// Nobody brings it forward while the spec waits: that is told at once.
	failure := ""
	failing := NewGomega(func(text string, _ ...int) { failure = text })
	failing.Eventually(ctx, msg).Should(harness.BeShown())
	for _, says := range []string{"ui-tree cannot speak here: no method is known for \"open-shade\" on a wearable", "own-eyes cannot speak here: the app is background", "bring it forward with SetState"} {
		if !strings.Contains(failure, says) {
			t.Errorf("the failure does not say %q:\n%s", says, failure)
		}
	}
	if strings.Contains(failure, "the time of") {
		t.Errorf("it waited until the time was over:\n%s", failure)
	}
	if err := d.SetState(ctx, harness.Foreground); err != nil {
		t.Fatal(err)
	}
	g.Eventually(ctx, msg).WithTimeout(30 * time.Second).Should(harness.BeShown())
}
