// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package world is a whole simulated world on loopback: a Push Cloud on HTTPS,
// an hdc server on TCP and devices of the five types behind it, with apps as
// processes of their own.
//
// It guarantees that a Config it hands out needs nothing else to run the real
// harness, that everything it starts ends with Close, and that its clock is
// moved by name only. It does not guarantee that real devices behave so: what
// was never checked against one is listed in docs/verification.md.
//
// A program or test binary that imports this package serves as the simulated
// app's process too: it is started again with PUSHPROOF_PROCESS=app, which an
// init function here looks for. With Options.Runtime Native it is Node instead,
// which runs the project's own ArkTS.
package world

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// Bundles of the apps on each simulated device.
const (
	// Bundle is an app with an agent.
	Bundle = "com.example.pushproof"
	// PlainBundle is an app without one, as a team has it before it adds the
	// agent.
	PlainBundle = "com.example.plain"
)

// quiet is the window of a simulated run: nothing on loopback takes longer.
const quiet = 250 * time.Millisecond

// Options shape a world. The zero value is the default world.
type Options struct {
	// Types are the device types, each one device; nil means all five.
	Types []string
	// Dir holds the world's files, for one world at a time; "" means a temporary
	// folder that Close removes. A device of a type that an earlier world had in
	// Dir keeps its serial; it is set up afresh, since no cloud knows the tokens
	// of that world any more.
	Dir string
	// CloudAddr and HDCAddr are where to listen; "" means a free port.
	CloudAddr, HDCAddr string
	// Runtime runs the apps; "" means Go.
	Runtime Runtime
	// Cloud, HDC and Device may alter a part before it is made.
	Cloud  func(*cloud.Options)
	HDC    func(*hdcd.Options)
	Device func(*device.Options)
	// Logger gets what a developer of the simulators wants to know.
	Logger *slog.Logger
}

// World is a running world. Its methods may be called from any goroutine.
type World struct {
	Cloud *cloud.Cloud
	HDC   *hdcd.Server
	Clock *clock.Clock

	dir     string
	ownDir  bool
	lock    *journal.Lock
	again   []string
	account string
	ca      string
	keys    []string
	devices map[string]*device.Device

	mu     sync.Mutex
	closed bool
}

// New starts a world. Close it.
func New(ctx context.Context, o Options) (w *World, err error) {
	w = &World{Clock: clock.New(), devices: map[string]*device.Device{}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start the simulated world: %w", err), w.Close(context.WithoutCancel(ctx)))
			w = nil
		}
	}()
	launch, err := o.Runtime.launch(ctx)
	if err != nil {
		return w, err
	}
	if err := w.makeDir(o.Dir); err != nil {
		return w, err
	}
	if err := w.startCloud(o); err != nil {
		return w, err
	}
	hdcOptions := hdcd.Options{Logger: o.Logger}
	if o.HDC != nil {
		o.HDC(&hdcOptions)
	}
	w.HDC = hdcd.New(hdcOptions)
	if err := w.HDC.Start(orLoopback(o.HDCAddr)); err != nil {
		return w, err
	}
	return w, w.addDevices(o, launch)
}

func orLoopback(addr string) string {
	if addr == "" {
		return "127.0.0.1:0"
	}
	return addr
}

func (w *World) startCloud(o Options) error {
	projectID, err := decimal(18)
	if err != nil {
		return err
	}
	account, err := cloud.NewServiceAccount(projectID)
	if err != nil {
		return err
	}
	options := cloud.Options{
		Clock:  w.Clock,
		Logger: o.Logger,
		Projects: []cloud.Project{{
			ID: projectID, ClientID: "100000001", Keys: []cloud.Key{account.Key},
			Apps: []sim.App{
				{Bundle: Bundle, Rights: []string{"kind:extension", "kind:voip", "kind:liveview:TAXI", "category:IM", "category:PLAY_VOICE"}},
				{Bundle: PlainBundle},
			},
		}},
	}
	if o.Cloud != nil {
		o.Cloud(&options)
	}
	if w.Cloud, err = cloud.New(options); err != nil {
		return err
	}
	if err := w.Cloud.Start(orLoopback(o.CloudAddr)); err != nil {
		return err
	}
	w.account = filepath.Join(w.dir, "service-account.json")
	w.ca = filepath.Join(w.dir, "push-ca.pem")
	return errors.Join(
		os.WriteFile(w.account, account.JSON(), 0o600),
		os.WriteFile(w.ca, w.Cloud.CAPEM(), 0o644),
	)
}

// decimal returns a random number of n digits without a leading zero.
func decimal(n int) (string, error) {
	low := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n-1)), nil)
	v, err := rand.Int(rand.Reader, new(big.Int).Mul(low, big.NewInt(9)))
	if err != nil {
		return "", fmt.Errorf("make a project id: %w", err)
	}
	return v.Add(v, low).String(), nil
}

func (w *World) addDevices(o Options, launch launcher) error {
	for _, profile := range fixtures.Profiles() {
		if o.Types != nil && !slices.Contains(o.Types, profile.DeviceType) {
			continue
		}
		key, err := w.serial(profile.DeviceType)
		if err != nil {
			return err
		}
		options := device.Options{
			Profile: profile, Key: key, Clock: w.Clock, Cloud: w.Cloud,
			Dir:  filepath.Join(w.dir, key),
			Apps: []device.InstalledApp{device.DemoApp(Bundle), plainApp()},
			// A tenth of the default: every background state of a run would
			// otherwise wait for it.
			SuspendGrace: device.DefaultSuspendGrace / 10,
			Advance:      w.Clock.Advance,
			Launch:       launch,
			Logger:       o.Logger,
		}
		if o.Device != nil {
			o.Device(&options)
		}
		d, err := device.New(options)
		if err != nil {
			return err
		}
		if err := addCard(d, profile); err != nil {
			return errors.Join(err, d.Close(context.Background()))
		}
		w.devices[key] = d
		w.keys = append(w.keys, key)
		w.Cloud.Connect(d)
		w.HDC.Attach(d)
	}
	if len(w.keys) == 0 {
		return fmt.Errorf("no device type of %v is known: %v", o.Types, fixtures.DeviceTypes())
	}
	return nil
}

// addCard puts a card of the app on the desktop, as a tester does by hand, where
// a push refreshes cards. One that stands there from an earlier world stays.
func addCard(d *device.Device, profile fixtures.Profile) error {
	row, _ := fixtures.Support(push.KindForm, profile.DeviceType)
	a, installed := d.State().App(Bundle)
	if ok, _ := row.On(profile.API, false); !ok || !installed || len(a.Cards) > 0 {
		return nil
	}
	_, err := d.AddCard(Bundle, cardName)
	return err
}

// cardName is the form that the demo app offers.
const cardName = "widget"

func plainApp() device.InstalledApp {
	app := device.DemoApp(PlainBundle)
	app.Behavior.Agent = false
	app.Behavior.AskNotifications = true
	return app
}

// Keys returns the connect keys, in the order of fixtures.Profiles.
func (w *World) Keys() []string { return slices.Clone(w.keys) }

// Device returns the device of that key, or nil.
func (w *World) Device(key string) *device.Device { return w.devices[key] }

// Advance moves the world's clock.
func (w *World) Advance(d time.Duration) { w.Clock.Advance(d) }

// Config returns what a run needs to use this world: exactly what flags would
// say. Target is "all".
func (w *World) Config() harness.Config {
	window := map[push.Kind]harness.Duration{}
	for _, kind := range push.Kinds() {
		window[kind] = harness.Duration(quiet)
	}
	return harness.Config{
		ServiceAccount: w.account,
		Bundle:         Bundle,
		Target:         "all",
		HDCServer:      w.HDC.Addr(),
		PushEndpoint:   w.Cloud.URL(),
		PushCA:         w.ca,
		Connect:        harness.Duration(20 * time.Second),
		Arrive:         harness.Duration(15 * time.Second),
		Quiet:          window,
	}
}

// Close ends everything that the world started. It can be called again.
func (w *World) Close(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	if w.HDC != nil {
		w.HDC.Close()
	}
	var errs []error
	if w.Cloud != nil {
		errs = append(errs, w.Cloud.Close())
	}
	for _, d := range w.devices {
		errs = append(errs, d.Close(ctx))
	}
	w.Clock.Close()
	errs = append(errs, w.leaveDir())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the simulated world: %w", err)
	}
	return nil
}
