// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// boot is what changes with every start of the device.
type boot struct {
	id string
	// at is by the world's clock, real by the device's.
	at, real time.Time
	// locked is set until the screen is unlocked for the first time.
	locked bool
}

func (d *Device) startUp() {
	var id [16]byte
	_, _ = rand.Read(id[:])
	d.boot = boot{id: hex.EncodeToString(id[:]), at: d.now(), real: d.date(), locked: d.pin}
	d.lockedAway = nil
	d.hilog = newHilog(d.build, d.persist)
	d.screen = screen{on: true, locked: d.pin}
	d.power = power{}
	d.shade, d.recent, d.front, d.dialog, d.banner = nil, nil, nil, nil, banner{}
	d.calling, d.cellular = nil, false
}

// Reboot ends every process as a power cut would and starts the device again:
// the shade is empty, appMessageIds are forgotten, netcopilot is off, storage
// is as it was.
func (d *Device) Reboot(ctx context.Context) error {
	// Twice: whoever holds the lifecycle may be waiting for a frozen app, or
	// start another one.
	d.powerCut()
	if err := d.life.enter(ctx); err != nil {
		return fmt.Errorf("reboot %s: %w", d.opts.Key, err)
	}
	defer d.life.leave()
	d.powerCut()
	d.changeNetwork(func(n *network) bool {
		n.on, n.active = false, 0
		for _, a := range d.apps {
			clear(a.seen)
			a.waiting, a.ended = nil, ""
			a.forgetViews()
		}
		d.startUp()
		return true
	})
	return nil
}

func (d *Device) powerCut() {
	d.mu.Lock()
	procs := d.processes()
	d.mu.Unlock()
	for _, p := range procs {
		p.kill()
		<-p.done
	}
}

// info is what deviceInfo gives an app.
func (d *Device) info() wire.Device {
	p := d.opts.Profile
	return wire.Device{
		Type: p.DeviceType, Model: p.Params["const.product.model"], API: p.API,
		OSVersion: p.Params["const.product.software.version"], BootID: d.boot.id,
	}
}
