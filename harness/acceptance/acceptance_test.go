// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// phone runs the standard suite, tablet a team's own specs.
var phone, tablet *harness.Device

// verdicts is told of every cell.
type verdicts map[string]report.Cell

// Started implements acceptance.Sink.
func (verdicts) Started(string) {}

// Ended implements acceptance.Sink.
func (v verdicts) Ended(c report.Cell) { v[c.ID] = c }

func TestAcceptance(t *testing.T) {
	RegisterFailHandler(Fail)
	plan, err := acceptance.Make(t.Context(), acceptance.Cells(), simulated(t, "phone"), "")
	if err != nil {
		t.Fatal(err)
	}
	all := verdicts{}
	acceptance.Declare(acceptance.Suite{Device: func() *harness.Device { return phone }, DeviceType: "phone", Plan: plan, Sink: all})
	suite, reporter := GinkgoConfiguration()
	reporter.Succinct, reporter.NoColor = true, true
	RunSpecs(t, "acceptance on simulated devices", suite, reporter)
	for _, c := range plan.Cells {
		// Ginkgo skips an inconclusive cell; here each can be judged.
		if got := all[c.ID("phone")]; got.Verdict != verdict.Pass {
			t.Errorf("%s is %q: %s", c.ID("phone"), got.Verdict, got.Explain())
		}
	}
}

var _ = BeforeSuite(func(ctx SpecContext) {
	w, err := world.New(ctx, world.Options{Types: []string{"phone", "tablet"}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(w.Close(ctx)).To(Succeed()) })
	config := w.Config()
	config.ReportDir = GinkgoT().TempDir()
	run, err := harness.Open(ctx, config, harness.Options{Answer: acceptance.Answer()})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(run.Close(ctx)).To(Succeed()) })
	for i, dev := range []**harness.Device{&phone, &tablet} {
		*dev, err = run.Device(ctx, w.Keys()[i])
		Expect(err).NotTo(HaveOccurred())
		Expect((*dev).Connect(ctx)).To(Succeed())
	}
	// A message that the team's own server sends, for the last spec below.
	ownServer = func(ctx context.Context, extra string) {
		token, err := tablet.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		client, err := harness.NewCloud(config)
		Expect(err).NotTo(HaveOccurred())
		_, err = client.Send(ctx, pushcloud.Request{Message: pushcloud.Background{ExtraData: extra}, Tokens: []push.Token{token}})
		Expect(err).NotTo(HaveOccurred())
	}
}, NodeTimeout(time.Minute))

// ownServer sends as a team's own server would, without the harness.
var ownServer func(ctx context.Context, extra string)

var _ = Describe("a team's own specs", Ordered, func() {
	BeforeAll(func(ctx SpecContext) {
		Expect(tablet.SetState(ctx, harness.Foreground)).To(Succeed())
		Expect(tablet.Authorise(ctx)).To(Succeed())
	})

	It("see an alert shown", func(ctx SpecContext) {
		msg := tablet.Push(ctx, pushcloud.Alert{Title: "Order 7 {{nonce}}", Body: "is ready"})
		Expect(msg).To(harness.BeAccepted())
		Eventually(ctx, msg).Should(harness.BeShown())
	}, SpecTimeout(time.Minute))

	It("see a background message arrive", func(ctx SpecContext) {
		Eventually(ctx, tablet.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`})).Should(harness.ArriveVia(push.Background))
	}, SpecTimeout(time.Minute))

	It("see a message arrive that their own server sent", func(ctx SpecContext) {
		expected := tablet.Expect(harness.MatchingExtra("order", 8))
		other := tablet.Expect(harness.MatchingExtra("order", 9))
		ownServer(ctx, `{"order":8}`)
		Eventually(ctx, expected).Should(harness.ArriveVia(push.Background))
		// Arrivals come in order: what is there before this one is all there was.
		Eventually(ctx, tablet.Push(ctx, pushcloud.Background{ExtraData: `{"order":10}`})).Should(harness.ArriveVia(push.Background))
		Expect(other.Arrivals()).To(BeEmpty())
	}, SpecTimeout(time.Minute))

	It("are told at once, and by every witness, why a message cannot arrive", func(ctx SpecContext) {
		msg := tablet.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`}, harness.To(push.NewToken("MAMadeUp")))
		failures := InterceptGomegaFailures(func() {
			Eventually(ctx, msg).WithTimeout(time.Minute).Should(harness.ArriveVia(push.Background), "never")
			Expect(msg).To(harness.BeAccepted())
		})
		Expect(failures).To(HaveLen(2))
		Expect(failures[1]).To(And(ContainSubstring("tokenFormatError"), ContainSubstring("accepted"), Not(ContainSubstring("MAMadeUp"))))
	}, SpecTimeout(5*time.Second))
})

// A page of testimony must not hold what another team could abuse.
var _ = Describe("what the harness prints", func() {
	It("holds no Push Token", func(ctx SpecContext) {
		token, err := tablet.Token(ctx)
		Expect(err).NotTo(HaveOccurred())
		arrivals, err := json.Marshal(tablet.Arrivals())
		Expect(err).NotTo(HaveOccurred())
		agent, _ := tablet.Agent()
		for _, text := range []string{string(arrivals), format(agent), format(tablet), format(token)} {
			Expect(text).NotTo(ContainSubstring(token.Reveal()))
		}
	})
})

func format(v any) string { return fmt.Sprintf("%+v %#v", v, v) }
