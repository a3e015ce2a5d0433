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
	at time.Time
}

func (d *Device) startUp() {
	var id [16]byte
	_, _ = rand.Read(id[:])
	d.boot = boot{id: hex.EncodeToString(id[:]), at: d.now()}
	d.hilog = newHilog(d.opts.Profile)
	d.screen = screen{on: true}
	d.shade, d.front, d.dialog = nil, nil, nil
}

// Reboot ends every process as a power cut would and starts the device again:
// the shade is empty, appMessageIds are forgotten, storage is as it was.
func (d *Device) Reboot(ctx context.Context) error {
	// Twice: whoever holds the lifecycle may be waiting for a frozen app, or
	// start another one.
	d.powerCut()
	if err := d.life.enter(ctx); err != nil {
		return fmt.Errorf("reboot %s: %w", d.opts.Key, err)
	}
	defer d.life.leave()
	d.powerCut()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.apps {
		clear(a.seen)
		a.waiting = nil
	}
	d.startUp()
	d.notify()
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
