// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// Mode says which HTTP status goes with a business code. The documentation
// does not, and what users report differs (claim cloud.http-status).
type Mode int

// The modes.
const (
	// StatusAll200 answers 200 whatever the business code says.
	StatusAll200 Mode = iota
	// StatusMapped answers 400 for a bad request and 401 for bad credentials.
	StatusMapped
)

// Options configure a Cloud. The zero value is a cloud without projects, which
// refuses every request.
type Options struct {
	// Clock drives ttl, offline cache and days; nil means the real time. JWTs
	// are judged by the real time, since their times are on the wire.
	Clock    sim.Clock
	Projects []Project
	Mode     Mode
	// PaddedReasons writes the keys of illegalTokens with a space on each side,
	// as the documentation's sample of 80100000 does.
	PaddedReasons bool
	// QueueLimit bounds the messages that wait for one online device; a request
	// beyond it gets HTTP 503. Zero means DefaultQueueLimit.
	QueueLimit int
	// ActivityLimit bounds the record; zero means DefaultActivityLimit.
	ActivityLimit int
	// Remember bounds how many cards, live views and verified images are known;
	// those that were longest not used are forgotten. Zero means
	// DefaultRemember.
	Remember int
	// HandOver is the time, by the real clock, that a device gets to deal with
	// one message before its context ends. Zero means DefaultHandOver.
	HandOver time.Duration
	// TakeWithin is the time, by the real clock, that a client gets to take an
	// answer before it loses it, or a piece of one whose body a fault makes
	// slow. Zero means DefaultTakeWithin.
	TakeWithin time.Duration
	// Sleep is when users are taken to be asleep; the zero value means never.
	Sleep Sleep
	// Intercept, when set, is called with each request before anything of it is
	// judged. It may wait until the request's context ends. An Answer that is
	// not nil is given instead of the cloud's own, and nothing is delivered.
	Intercept func(*http.Request) *Answer
	// Delivering, when set, is called before each hand-over to a device. It may
	// wait until ctx ends.
	Delivering func(ctx context.Context, m sim.Message)
	// Logger gets a debug line for each request; nil means none.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.QueueLimit <= 0 {
		o.QueueLimit = DefaultQueueLimit
	}
	if o.ActivityLimit <= 0 {
		o.ActivityLimit = DefaultActivityLimit
	}
	if o.Remember <= 0 {
		o.Remember = DefaultRemember
	}
	if o.HandOver <= 0 {
		o.HandOver = DefaultHandOver
	}
	if o.TakeWithin <= 0 {
		o.TakeWithin = DefaultTakeWithin
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Project is a project of AppGallery Connect.
type Project struct {
	// ID is what stands in the URL.
	ID string
	// ClientID is the OAuth client id of the first of Apps, for the calls whose
	// URL names an app; "" means that they have none.
	ClientID string
	// ClientIDs are those of the other apps, by bundle.
	ClientIDs map[string]string
	Keys      []Key
	// Apps are the project's apps with their rights: "category:IM" and the like
	// let a category stand, "kind:extension" and "kind:voip" let a kind pass,
	// "kind:liveview:TAXI" and the like a live view of that event, and
	// "licence:news" raises the daily limit of marketing messages.
	//
	// Marks stand among the rights: "form:unreleased", "form:social" and the
	// like choose how often a day a card may be refreshed (fixtures/limits,
	// form.refresh.day.*), "app:atomic" makes it an atomic service,
	// "penalty:silent" makes all its notifications MARKETING, and
	// "penalty:disabled" makes its tokens illegal.
	Apps []sim.App
	// Penalised means that sends get 80300037 (claim cloud.penalty).
	Penalised bool
	// VerifyImages has sends with an image that was not verified get 80100022.
	VerifyImages bool
	// NoImageCheck has image checks get 83010004.
	NoImageCheck bool
	// QPS bounds to how many devices each app may send in a second of the
	// cloud's clock; a request beyond it gets HTTP 503. Zero means no bound.
	QPS int
	// Inactive means that Push Kit is not enabled: sends get 80300002, and
	// getToken gets 1000900012.
	Inactive bool
	// Callbacks are the receipt configurations: without one, no receipt is
	// posted.
	Callbacks []Callback
}

// Key is the public half of a service account.
type Key struct {
	// ID is the JWT's kid.
	ID string
	// SubAccount is the JWT's iss.
	SubAccount string
	Public     *rsa.PublicKey
}

type project struct {
	Project
	apps    map[string]app
	callers []*caller
}

type app struct {
	sim.App
	rights map[string]bool
}

type signer struct {
	Key
	project *project
}
