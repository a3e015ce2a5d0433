// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package orders_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestOrders(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "orders")
}

var _ = Describe("an order that is ready", Ordered, func() {
	var phone *harness.Device

	BeforeAll(func(ctx SpecContext) {
		config, err := harness.FromEnv() // PUSHPROOF_SERVICE_ACCOUNT, PUSHPROOF_BUNDLE and so on
		Expect(err).NotTo(HaveOccurred())
		session, err := harness.Open(ctx, config, harness.Options{})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(session.Close)
		phone, err = session.Device(ctx, "") // the only one, or that of PUSHPROOF_TARGET
		Expect(err).NotTo(HaveOccurred())
		Expect(phone.Connect(ctx)).To(Succeed())   // starts the app and waits for its agent
		Expect(phone.Authorise(ctx)).To(Succeed()) // notifications are off until somebody allows them
	}, NodeTimeout(3*time.Minute))

	It("is shown while the app is in the background", func(ctx SpecContext) {
		Expect(phone.SetState(ctx, harness.Background)).To(Succeed())
		msg := phone.Push(ctx, pushcloud.Alert{Title: "Order 7 {{nonce}}", Body: "is ready"})
		Expect(msg).To(harness.BeAccepted())
		Eventually(ctx, msg).Should(harness.BeShown()) // ends by itself, after config.Arrive at the latest
	}, SpecTimeout(3*time.Minute))

	It("reaches the app while it is open", func(ctx SpecContext) {
		Expect(phone.SetState(ctx, harness.Foreground)).To(Succeed())
		msg := phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":8}`})
		Eventually(ctx, msg).Should(harness.ArriveVia(push.Background))
	}, SpecTimeout(3*time.Minute))

	It("arrives when our own server sends it", func(ctx SpecContext) {
		Expect(phone.SetState(ctx, harness.Foreground)).To(Succeed())
		token, err := phone.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		msg := phone.Expect(harness.MatchingExtra("order", 9))
		Expect(shop.OrderReady(ctx, token, 9)).To(Succeed()) // your server: no nonce, no help of ours
		Eventually(ctx, msg).WithTimeout(time.Minute).Should(harness.ArriveVia(push.Background))
	}, SpecTimeout(3*time.Minute))
})
