// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sourcegraph/jsonrpc2"

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

// AskForTest asks the system in the name of the app's main process, as its code
// would by the seam.
func (d *Device) AskForTest(ctx context.Context, bundle, method string, params any) (any, error) {
	d.mu.Lock()
	p := d.find(bundle).main
	d.mu.Unlock()
	if p == nil {
		return nil, errDied
	}
	req := &jsonrpc2.Request{Method: method}
	if err := req.SetParams(params); err != nil {
		return nil, err
	}
	result, after, err := handler{p}.answer(ctx, req)
	if after != nil {
		after()
	}
	return result, seam.Failure(err)
}

// BannerLifeForTest is how long a banner stays.
const BannerLifeForTest = bannerLife

// ActiveForTest returns what getActiveNotifications gives the app.
func (d *Device) ActiveForTest(bundle string) []seam.Active {
	d.mu.Lock()
	a := d.find(bundle)
	d.mu.Unlock()
	return d.active(a)
}

// LogForTest writes a line of a system service.
func (d *Device) LogForTest(level, tag, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.systemLog(level, tag, text)
}

// HoldUITest runs a uitest command until leave is called; inside is unset where
// one runs already.
func (d *Device) HoldUITest() (inside bool, leave func()) {
	return d.uitest.tryEnter(), d.uitest.leave
}

// RunForTest runs a tool with those arguments, as no quoting could spell them;
// one that follows the log, or draws, is not run.
func (d *Device) RunForTest(ctx context.Context, words []string, out io.Writer) {
	run, ok := d.tool(words[0])
	if !ok || words[0] == "snapshot_display" && len(words) < 3 || words[0] == "sleep" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	run(&call{ctx: ctx, d: d, idle: func() {}, args: words[1:], dir: "/", in: strings.NewReader(""), out: out, err: out})
}
