// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// remembering is a cloud that keeps three cards, live views and images.
func remembering(o *cloud.Options) { o.Remember = 3 }

// What a sender names without end pushes out what was named longest ago, and
// what is still in use stays.
func TestCardsAreBounded(t *testing.T) {
	w := newWorld(t, remembering)
	var says atomic.Int64
	says.Store(int64(sim.FormMissing))
	token := w.token(bundle, &device{id: "phone", deal: func(context.Context, sim.Message) sim.Receipt { return sim.Receipt(says.Load()) }})
	refresh := func(id int) sim.Receipt { return w.receipt(w.accepted(1, real(t, token, id))) }
	for id := range 2 {
		if got := refresh(id); got != sim.FormMissing {
			t.Errorf("form %d: receipt %d", id, got)
		}
	}
	says.Store(int64(sim.Delivered))
	for id := 10; id < 15; id++ {
		if got := refresh(id); got != sim.Delivered {
			t.Errorf("form %d: receipt %d", id, got)
		}
		if got := refresh(0); got != sim.FormMissing {
			t.Errorf("form 0 after form %d: receipt %d, want that it is still blocked", id, got)
		}
	}
	if got := refresh(1); got != sim.Delivered {
		t.Errorf("form 1: receipt %d, want that it is forgotten", got)
	}
}

func TestViewsAreBounded(t *testing.T) {
	s := newStage(t, remembering)
	for id := range 2 {
		s.expect("create", sim.Delivered, fmt.Sprint("payload.activityId=", id))
	}
	for id := 10; id < 15; id++ {
		s.expect("another", sim.Delivered, fmt.Sprint("payload.activityId=", id))
		s.expect("one in use", sim.LiveViewDuplicate, "payload.activityId=0")
	}
	s.expect("one that is forgotten", sim.Delivered, "payload.activityId=1")
}

func TestImagesAreBounded(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) {
		remembering(o)
		o.Projects[0].VerifyImages = true
	})
	token := w.token(bundle, &device{id: "phone"})
	send := func(url string) string {
		return w.send(1, form(t, token, fmt.Sprintf(`payload.images=[{"keyName":"i","url":%q}]`, url))).Code
	}
	first := w.verified(1, "https://example.com/first.png")
	second := w.verified(1, "https://example.com/second.png")
	for i := range 5 {
		w.verified(1, fmt.Sprintf("https://example.com/%d.png", i))
		if code := send(first); code != "80000000" {
			t.Errorf("the image in use: code %s", code)
		}
	}
	if code := send(second); code != "80100022" {
		t.Errorf("the image that is forgotten: code %s", code)
	}
}
