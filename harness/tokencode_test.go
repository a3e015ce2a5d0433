// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// What the platform refuses a token with comes with what to do about it.
func TestARefusedTokenSaysWhatToDo(t *testing.T) {
	ctx := t.Context()
	w, err := world.New(ctx, world.Options{Types: []string{"phone"}, Cloud: func(o *cloud.Options) { o.Projects[0].Inactive = true }})
	if err != nil {
		t.Fatal(err)
	}
	ends := func(end func(context.Context) error) {
		closing, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := end(closing); err != nil {
			t.Error(err)
		}
	}
	defer ends(w.Close)
	config := w.Config()
	config.ReportDir = t.TempDir()
	session, err := harness.Open(ctx, config, harness.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ends(session.Close)
	d, err := session.Device(ctx, w.Keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err = d.Connect(ctx); err == nil {
		_, err = d.Token(ctx)
	}
	var refused *wire.Failure
	if !errors.As(err, &refused) || refused.Code != "1000900012" || !strings.Contains(err.Error(), "activate it in AppGallery Connect") {
		t.Errorf("got %v, want 1000900012 and what to do", err)
	}
}
