// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	projectID = "388421841221199137"
	bundle    = "com.example.shop"
	patience  = 30 * time.Second
)

// world is a simulated cloud with an app that has every right, and a client.
type world struct {
	cloud  *cloud.Cloud
	client *pushcloud.Client
	// tokens are of one device each.
	tokens []push.Token
	// since counts what was sent since the cloud was last reset.
	since int
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	account, err := cloud.NewServiceAccount(projectID)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := cloud.New(cloud.Options{
		QueueLimit: 1 << 20, ActivityLimit: 16,
		Projects: []cloud.Project{{ID: projectID, Keys: []cloud.Key{account.Key}, Apps: []sim.App{{Bundle: bundle, Rights: everyRight()}}}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := c.Start(""); err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.CAPEM())
	key, err := pushcloud.ParseServiceAccount(account.JSON())
	if err != nil {
		tb.Fatal(err)
	}
	client, err := pushcloud.New(pushcloud.Options{Account: key, BaseURL: c.URL(), RootCAs: roots, Attempts: 1, Timeout: patience})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return &world{cloud: c, client: client}
}

func everyRight() []string {
	rights := []string{"kind:extension", "kind:voip"}
	for _, event := range fixtures.ValuesOf("liveview.event") {
		rights = append(rights, "kind:liveview:"+event)
	}
	for _, category := range fixtures.ValuesOf("category") {
		rights = append(rights, "category:"+category)
	}
	return rights
}

// token returns the token of the device of that number.
func (w *world) token(i int) (push.Token, error) {
	for len(w.tokens) <= i {
		issued, err := w.cloud.IssueToken(context.Background(), sim.App{Bundle: bundle}, sink(fmt.Sprint("device ", len(w.tokens))))
		if err != nil {
			return push.Token{}, err
		}
		w.tokens = append(w.tokens, push.NewToken(issued))
	}
	return w.tokens[i], nil
}

// sink is a device that takes everything.
type sink string

func (s sink) ID() string                                     { return string(s) }
func (sink) Online() bool                                     { return true }
func (sink) Deliver(context.Context, sim.Message) sim.Receipt { return sim.Delivered }

// ask sends a request, faults and all, over the socket and returns the
// simulator's code and what it saw.
func (w *world) ask(ctx context.Context, r pushcloud.Request) (code, detail string, err error) {
	if w.since++; w.since > int(fixtures.LimitOf("test.requests.day")) {
		// A day has no more test messages.
		w.cloud.Reset()
		w.since = 1
	}
	r.Unchecked = true
	response, err := w.client.Send(ctx, r)
	var refused *pushcloud.Error
	if err != nil && !errors.As(err, &refused) {
		return "", "", err
	}
	if response.Code == "" {
		return "", "", err
	}
	for _, a := range w.cloud.Activity() {
		if a.RequestID == response.RequestID {
			detail = a.Detail
		}
	}
	return response.Code, detail, nil
}
