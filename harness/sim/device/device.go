// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package device is a simulated HarmonyOS device: a push service for all six
// kinds, apps and their extensions as processes of the operating system, one
// store for notifications, live views, cards, calls, badges and the switches, a
// screen with shade, desktop and dialogs, and a shell.
//
// It guarantees the rules of Push Kit that its tests name by number, that
// every view of the device (getActiveNotifications, the UI tree, pictures of
// the screen, the window list, the dumps, the log) is made from the one store,
// that the shell reaches no command and no file of the host, and that no
// process outlives Close. Which tools there are, and what they refuse, follows
// from the profile's parameters: user or engineering build, developer mode, log
// firmware, API level. Timers run on the world's clock; time stamps that leave
// the device are real, unless the device's date was set.
//
// It does not play or vibrate, a picture is made of boxes and ASCII text, a bad
// network that loses less than everything changes nothing, and it knows no live
// views that depend on a place. A card shows the texts that it is bound to,
// whatever its page looks like. Where the documentation is silent the choice
// made here is a claim in fixtures/claims.
package device

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim"
)

// SuspendMode says what becomes of a main process in the background.
type SuspendMode uint8

const (
	// SuspendAfterGrace stops it (SIGSTOP) after Options.SuspendGrace.
	SuspendAfterGrace SuspendMode = iota
	// SuspendNever lets it run, as an app with a continuous task would.
	SuspendNever
)

// Options describe a device.
type Options struct {
	Profile fixtures.Profile
	// Key is the hdc connect key, and the device's id for the cloud.
	Key   string
	Clock sim.Clock
	Cloud sim.Cloud
	// Dir is the device's storage. It survives processes, Reboot and Close.
	Dir  string
	Apps []InstalledApp
	// SuspendBackground is SuspendAfterGrace by default. With a grace below
	// zero every background process is stopped as soon as its onBackground has
	// answered.
	SuspendBackground SuspendMode
	// SuspendGrace is on the world's clock; 0 means DefaultSuspendGrace.
	SuspendGrace time.Duration
	// Launch says how a process of the app is started; nil starts the current
	// executable again as "app".
	Launch func(app InstalledApp, role wire.Role) (process.Options, error)
	// AppTimeout is how long (real time) an app may take to answer a call of
	// its lifecycle before it is killed as frozen; 0 means 30 s.
	AppTimeout time.Duration
	// Advance moves the world's clock, for an extension that answers late
	// while nothing else of this device is unanswered; nil leaves the clock
	// alone.
	Advance func(time.Duration)
	// KeepUnregistered holds a message for whose type the app has not yet
	// registered until it does. By default it is lost.
	KeepUnregistered bool
	// KeepLocked has messages that come before the first unlocking dealt with
	// behind it; by default they are lost.
	KeepLocked bool
	// OpaqueDialog hides the buttons of the authorisation dialog from the UI
	// tree, as UI extensions often are, until the method of that name says
	// otherwise.
	OpaqueDialog bool
	// InstallError is asked before a package of that bundle is installed; a
	// code that it returns is what bm refuses with. Nil refuses nothing.
	InstallError func(bundle string) InstallCode
	// Fetch downloads the picture of a card, which it may bound at 512 KB; nil
	// fails each download, since a simulated device reaches no Internet.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// CardLimit is how often (pushes a day and card) the device itself lets a
	// card be refreshed before it gives receipt 262; no page gives the number,
	// and 0 is no limit.
	CardLimit int
	// Logger receives what a developer of the simulator wants to know; nil
	// discards it.
	Logger *slog.Logger
}

// Device satisfies sim.Device, and hdcd.Target with Key, Name and Shell,
// hdcd.Storage with its files, hdcd.Rebooter with Reboot. Its methods may be
// called from any goroutine.
type Device struct {
	opts   Options
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	// running counts goroutines; Close waits for them.
	running sync.WaitGroup
	// life is held by whoever changes which app is in front.
	life turnstile
	// uitest is held by a uitest call: the real tool is not re-entrant.
	uitest turnstile
	// forming is held by who calls a FormExtensionAbility.
	forming turnstile

	// build says which tools there are; nothing changes it.
	build build
	// drawing is held by who draws a picture of the screen.
	drawing turnstile

	mu      sync.Mutex
	changed chan struct{}
	// closed forbids new processes, off new goroutines as well.
	closed bool
	off    bool
	net    network
	boot   boot
	apps   []*app
	front  *app
	// shade holds what is shown, recent also what was; the newest first.
	shade, recent []*notification
	screen        screen
	banner        banner
	pin           bool
	// calling are the newest calls, cellular is set during one by the carrier.
	calling  []*phoneCall
	cellular bool
	dialog   *dialog
	opaque   bool
	// account is the Huawei account that is logged in, otherUser is set while
	// another user of the system is in front.
	account   string
	otherUser bool
	// lockedAway waits for the first unlocking.
	lockedAway []sim.Message
	power      power
	calendar   calendar
	hilog      hilog
	// persist holds the levels of the log that outlast a reboot.
	persist logLevels
	files   *files
	params  map[string]string
	calls   ring[Call]
	pending waits
	ids     struct {
		notification, mission, record int
		card                          int64
	}
}

var _ sim.Device = (*Device)(nil)

// DefaultSuspendGrace is how long an app runs on in the background. No page
// gives the number: claim pushservice.suspend.grace.
const DefaultSuspendGrace = 500 * time.Millisecond

const defaultAppTimeout = 30 * time.Second

// New makes a device from what Dir holds and boots it. Close it.
func New(o Options) (*Device, error) {
	switch {
	case o.Key == "":
		return nil, errors.New("make a device: it needs a key")
	case o.Clock == nil || o.Cloud == nil:
		return nil, fmt.Errorf("make device %s: it needs a clock and a cloud", o.Key)
	case o.Dir == "":
		return nil, fmt.Errorf("make device %s: it needs a folder for its storage", o.Key)
	}
	if o.SuspendGrace == 0 {
		o.SuspendGrace = DefaultSuspendGrace
	}
	if o.AppTimeout <= 0 {
		o.AppTimeout = defaultAppTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Launch == nil {
		o.Launch = func(InstalledApp, wire.Role) (process.Options, error) { return process.Self("app") }
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make device %s: %w", o.Key, err)
	}
	d := &Device{opts: o, log: o.Logger.With("device", o.Key), changed: make(chan struct{}), persist: newLogLevels(),
		build: buildOf(o.Profile), opaque: o.OpaqueDialog,
		life: newTurnstile(), forming: newTurnstile(), uitest: newTurnstile(), drawing: newTurnstile(), files: newFiles(), calls: newRing[Call](maxCalls)}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.startUp()
	for _, spec := range o.Apps {
		if err := d.Install(spec); err != nil {
			d.cancel()
			return nil, fmt.Errorf("make device %s: %w", o.Key, err)
		}
	}
	return d, nil
}

// ID returns the key.
func (d *Device) ID() string { return d.opts.Key }

// Key returns the hdc connect key.
func (d *Device) Key() string { return d.opts.Key }

// Name returns the host name.
func (d *Device) Name() string { return d.opts.Profile.Name }

// Changed returns a channel that is closed at the next change of the device's
// state. Take it, look at State, then wait.
func (d *Device) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// notify wakes those who wait on Changed; d.mu is held.
func (d *Device) notify() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// now is the world's clock.
func (d *Device) now() time.Time { return d.opts.Clock.Now() }

// closeGrace is how long (real time) a process may take to end at Close.
const closeGrace = 5 * time.Second

// Close ends every process and waits for all that runs. What the apps have on
// storage stays. What has not ended after 5 s, or when ctx ends, is killed.
func (d *Device) Close(ctx context.Context) error {
	d.mu.Lock()
	d.closed = true
	procs := d.processes()
	d.notify()
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, closeGrace)
	defer cancel()
	var ending sync.WaitGroup
	for _, p := range procs {
		ending.Go(func() { p.end(ctx) })
	}
	ending.Wait()
	d.mu.Lock()
	d.off = true
	d.mu.Unlock()
	d.cancel()
	d.running.Wait()
	return nil
}

// goRun runs f in a goroutine that Close waits for, unless the device is off;
// d.mu is held.
func (d *Device) goRun(f func()) {
	if d.off {
		return
	}
	d.running.Add(1)
	go func() {
		defer d.running.Done()
		f()
	}()
}
