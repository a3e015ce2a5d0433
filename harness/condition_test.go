// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

var offline = device.Condition{Kind: device.ConditionNetwork, Value: device.NetworkOffline}

// Conditions hold until the spec's end, whatever has become of its context, and
// are taken back one by one.
func TestWithConditions(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	s := newScene(t, nil)
	g.Expect(s.phone.Connect(t.Context())).To(Succeed())
	sim := s.world.Device(s.phone.Key())
	var undo []func(context.Context) error
	cleanup := func(args ...any) { undo = append(undo, args[0].(func(context.Context) error)) }

	spec, end := context.WithCancel(t.Context())
	g.Expect(s.phone.WithConditions(spec, cleanup, offline)).To(Succeed())
	g.Expect(sim.Online()).To(BeFalse())
	msg := s.phone.Push(spec, pushcloud.Background{ExtraData: `{"order":7}`})
	g.Expect(msg).To(harness.BeAccepted())
	end()
	for _, f := range undo {
		g.Expect(f(spec)).To(Succeed())
	}
	g.Expect(sim.Online()).To(BeTrue())
	g.Eventually(t.Context(), msg).WithTimeout(time.Minute).Should(harness.ArriveVia(push.Background))

	var none *device.ConditionError
	err := s.phone.WithConditions(t.Context(), cleanup, device.Condition{Kind: "weather", Value: "rain"})
	if !errors.As(err, &none) || len(undo) != 1 {
		t.Errorf("WithConditions = %v, and %d are to be taken back; want a *device.ConditionError, and 1", err, len(undo))
	}
}

// What a spec forgets, the session's end takes back.
func TestCloseTakesConditionsBack(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	s := newScene(t, nil)
	run := s.another(t, harness.Options{})
	phone := run.connected(t)
	sim := s.world.Device(phone.Key())
	g.Expect(phone.SetState(t.Context(), harness.Locked)).To(Succeed())
	_, err := phone.SetCondition(t.Context(), offline)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(sim.State().Locked).To(BeTrue())
	g.Expect(sim.Online()).To(BeFalse())
	g.Expect(run.session.Close(t.Context())).To(Succeed())
	g.Expect(sim.State().Locked).To(BeFalse())
	g.Expect(sim.Online()).To(BeTrue())
}

// A lock screen that a person put up is no reason to stop, and is up again at
// the end.
func TestLockScreenOfSomebodyElse(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	s := newScene(t, nil)
	run := s.another(t, harness.Options{})
	phone := run.connected(t)
	sim := s.world.Device(phone.Key())
	g.Expect(phone.SetState(t.Context(), harness.Background)).To(Succeed())
	sim.SetLocked(true)
	g.Expect(phone.SetState(t.Context(), harness.Background)).To(Succeed())
	g.Expect(sim.State().Locked).To(BeFalse())
	g.Expect(phone.SetState(t.Context(), harness.Foreground)).To(Succeed())
	g.Expect(run.session.Close(t.Context())).To(Succeed())
	g.Expect(sim.State().Locked).To(BeTrue())
}
