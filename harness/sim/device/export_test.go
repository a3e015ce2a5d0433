// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"maps"
	"slices"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// CodesForTest returns the codes that the device gives by itself.
func CodesForTest() []InstallCode { return slices.Collect(maps.Keys(installTexts)) }

// EnableForTest turns the notification switch on without a dialog.
func (d *Device) EnableForTest(bundle string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(bundle)
	a.kept.Enabled, a.kept.Asked = true, true
	d.save(a)
}

// Waiting returns how many processes wait on the world's clock.
func (d *Device) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.pending.until)
}

// RowsForTest returns the rows of the app's table.
func (d *Device) RowsForTest(bundle string) ([]seam.Row, error) {
	d.mu.Lock()
	a := d.find(bundle)
	d.mu.Unlock()
	return d.queryRows(a, a.spec.ProxyTable)
}

// TokenForTest gives the app a token.
func (d *Device) TokenForTest(bundle, token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.find(bundle).kept.Token = token
}

// TokenOfTest returns the app's token.
func (d *Device) TokenOfTest(bundle string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.find(bundle).kept.Token
}
