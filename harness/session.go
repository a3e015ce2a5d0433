// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package harness is the Go API for tests that push to a HarmonyOS app and
// prove on the device that it arrived.
//
//	session, err := harness.Open(ctx, config, harness.Options{})
//	phone, err := session.Device(ctx, "")
//	err = phone.Connect(ctx)
//	msg := phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`})
//	Expect(msg).To(harness.BeAccepted())
//	Eventually(ctx, msg).Should(harness.ArriveVia(push.Background))
//
// It guarantees that a witness that cannot speak (no agent, no known gesture,
// no receipts) is told apart from one that is silent, and that everything it
// sets up on a device is removed by Close. It does not know whether an
// endpoint is simulated other than by what the endpoint says of itself.
package harness

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
)

// Options are what a Session can be given beside its Config.
type Options struct {
	// Run is the run's id; "" makes a random one.
	Run string
	// Answer is what the extension process shall return; nil leaves it to the
	// app.
	Answer *session.Answer
	// JournalDir is the folder of the hub's journal; "" means
	// ReportDir/journal/RUN. One hub at a time has it open.
	JournalDir string
	// Logger gets what happens; nil discards it. It never gets a token.
	Logger *slog.Logger
	// Ledger counts what is sent and keeps it below Push Kit's limits; nil
	// neither counts nor limits, as is right for simulators.
	Ledger *quota.Ledger
	// OnWay is told of each way to the hub before it is made, so that somebody
	// can remove it (RemoveWays) when this process is killed.
	OnWay func(Way)
}

// Session is one run's connection to Push Cloud, hdc server and hub. Its
// methods may be called from any goroutine.
type Session struct {
	cfg    Config
	run    string
	token  []byte
	answer *session.Answer
	log    *slog.Logger
	hdc    *hdc.Client
	cloud  *pushcloud.Client
	hub    *hub.Hub
	ledger *quota.Ledger
	// project is the service account's.
	project string
	// desk is nil where no collector of receipts is configured.
	desk  *desk
	onWay func(Way)

	mu      sync.Mutex
	devices []*Device
	// stopWatch ends watchWays, and watched is closed when it has ended.
	stopWatch context.CancelFunc
	watched   chan struct{}
}

// Open checks cfg and connects: it reads the service account, asks the
// collector of receipts, where one is configured, and the hdc server for its
// version, and opens a hub on loopback. Close the Session.
//
// The error is a *UsageError for a Config that cannot be used, or the one of
// the part that failed, e.g. *hdc.ServerError.
func Open(ctx context.Context, cfg Config, o Options) (*Session, error) {
	cfg, err := cfg.Complete()
	if err != nil {
		return nil, err
	}
	s := &Session{cfg: cfg, run: o.Run, answer: o.Answer, log: o.Logger, ledger: o.Ledger, onWay: o.OnWay, token: make([]byte, 32)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.run == "" {
		s.run = NewRun()
	}
	if _, err := rand.Read(s.token); err != nil {
		return nil, fmt.Errorf("make the run's token: %w", err)
	}
	if s.cloud, err = NewCloud(cfg); err != nil {
		return nil, err
	}
	if s.project, err = Project(cfg); err != nil {
		return nil, err
	}
	if err := CheckReceipts(ctx, cfg); err != nil {
		return nil, err
	}
	s.hdc = NewHDC(cfg, s.log)
	if _, err := s.hdc.CheckServer(ctx); err != nil {
		return nil, err
	}
	dir := o.JournalDir
	if dir == "" {
		dir = filepath.Join(cfg.ReportDir, "journal", s.run)
	}
	s.hub, err = hub.Open(ctx, hub.Options{Addr: cfg.HubAdvertise, Dir: dir, Logger: s.log, Runs: map[string][]byte{s.run: s.token}})
	if err != nil {
		return nil, fmt.Errorf("open the hub: %w", err)
	}
	if s.desk, err = openDesk(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.hub.Close(ctx))
	}
	return s, nil
}

// NewRun makes a run's id: the time, then a random part.
func NewRun() string {
	b := make([]byte, 3)
	_, _ = rand.Read(b)
	return time.Now().UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b)
}

// NewCloud returns the Push Cloud client that cfg describes, its options altered
// by whoever wants to. The error is a *pushcloud.AccountError or a *UsageError.
func NewCloud(cfg Config, alter ...func(*pushcloud.Options)) (*pushcloud.Client, error) {
	account, err := pushcloud.LoadServiceAccount(cfg.ServiceAccount)
	if err != nil {
		return nil, err
	}
	options := pushcloud.Options{Account: account, BaseURL: cfg.PushEndpoint, CAFile: cfg.PushCA}
	for _, f := range alter {
		f(&options)
	}
	client, err := pushcloud.New(options)
	var ca *pushcloud.CAFileError
	if errors.As(err, &ca) {
		return nil, usage("%s: %v", Origin("--push-ca", cfg.PushCA), ca)
	}
	if err != nil {
		return nil, &UsageError{Problems: []string{err.Error()}}
	}
	return client, nil
}

// Run returns the run's id.
func (s *Session) Run() string { return s.run }

// Config returns the Config with its defaults filled in.
func (s *Session) Config() Config { return s.cfg }

// Hub returns the hub that the agents report to.
func (s *Session) Hub() *hub.Hub { return s.hub }

// Close takes back what was changed on the devices (for which each has 10 s),
// disconnects them, ends the run at the agents and closes the hub. ctx bounds
// the rest; what could not be undone is in the error.
func (s *Session) Close(ctx context.Context) error {
	s.unwatch()
	s.mu.Lock()
	devices := s.devices
	s.devices = nil
	s.mu.Unlock()
	var errs []error
	for _, d := range devices {
		// First: an app is not started behind a lock screen, and what follows may
		// take up the time that is left.
		errs = append(errs, d.Restore(ctx))
	}
	for _, d := range devices {
		errs = append(errs, d.endSession(ctx))
	}
	if err := s.hub.End(ctx, s.run); err != nil {
		errs = append(errs, fmt.Errorf("end the run at the agents: %w", err))
	}
	for _, d := range devices {
		errs = append(errs, d.disconnect(ctx))
	}
	s.desk.close()
	errs = append(errs, s.hub.Close(ctx))
	return errors.Join(errs...)
}

// safeName makes a connect key (127.0.0.1:5555) a file name.
func safeName(key string) string {
	return strings.Map(func(r rune) rune {
		if r == ':' || r == '/' || r == '\\' || r < ' ' {
			return '_'
		}
		return r
	}, key)
}
