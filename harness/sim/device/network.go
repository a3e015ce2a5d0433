// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
)

// network is what lies between the device and the cloud; d.mu guards it. The
// cable to the hdc server is none of it.
type network struct {
	// cut is set by SetOnline.
	cut bool
	// since is when the network was last there, zero while it is.
	since time.Time
	// on is the switch of netcopilot, active the scenario that it simulates, 0
	// for none.
	on     bool
	active int
	// own are the scenarios that were added, last the number of the newest.
	own  map[int]scenario
	last int
}

// scenario is a condition of the network as netcopilot -a takes it: Kbps,
// milliseconds and per cent. Source: netcopilot guide.
type scenario struct {
	Name              string  `json:"scenarioName"`
	UplinkBandwidth   int     `json:"uplinkBandwidth"`
	DownlinkBandwidth int     `json:"downlinkBandwidth"`
	UplinkLatency     int     `json:"uplinkLatency"`
	DownlinkLatency   int     `json:"downlinkLatency"`
	UplinkDropRate    float64 `json:"uplinkDropRate"`
	DownlinkDropRate  float64 `json:"downlinkDropRate"`
}

// firstOwn is the number of the first scenario that is added, maxOwn how many
// the simulated tool keeps. Source of the former: netcopilot guide.
const (
	firstOwn = 1000
	maxOwn   = 64
)

// reachable reports whether the cloud reaches the device. Only total loss is
// simulated: every other scenario lets a push through, at once. That a scenario
// with a loss of 100 % in either direction takes the device off the net is
// claim device.network.offline.
func (n *network) reachable() bool {
	s := n.own[n.active]
	return !n.cut && !(n.on && (s.UplinkDropRate >= 100 || s.DownlinkDropRate >= 100))
}

// Online reports whether the network reaches the device: SetOnline has not cut
// it, and no scenario of netcopilot loses everything.
func (d *Device) Online() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.net.reachable() && !d.closed
}

// OfflineSince implements sim.Absentee.
func (d *Device) OfflineSince() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.net.since
}

// SetOnline cuts the network or restores it. A cloud that has a method
// Connect(sim.Device) is told when the device can be reached again.
func (d *Device) SetOnline(online bool) {
	d.changeNetwork(func(n *network) bool { n.cut = !online; return true })
}

// changeNetwork changes the network and tells the cloud of a device that is
// back. It returns what change returned.
func (d *Device) changeNetwork(change func(*network) bool) bool {
	d.mu.Lock()
	before := d.net.reachable()
	ok := change(&d.net)
	back := !before && d.net.reachable()
	switch {
	case d.net.reachable():
		d.net.since = time.Time{}
	case before:
		d.net.since = d.now()
	}
	d.notify()
	d.mu.Unlock()
	if c, is := d.opts.Cloud.(interface{ Connect(sim.Device) }); is && back {
		c.Connect(d)
	}
	return ok
}

// add keeps a scenario and returns its number.
func (n *network) add(s scenario) (int, error) {
	if len(n.own) >= maxOwn {
		return 0, errors.New("too many scenarios")
	}
	n.last = max(n.last+1, firstOwn)
	if n.own == nil {
		n.own = map[int]scenario{}
	}
	n.own[n.last] = s
	return n.last, nil
}

// numbers returns those of the own scenarios, in order.
func (n *network) numbers() []int { return slices.Sorted(maps.Keys(n.own)) }

// parseScenario reads the argument of netcopilot -a.
func parseScenario(text string) (scenario, error) {
	var s scenario
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, err
	}
	per := func(rate float64) bool { return rate >= 0 && rate <= 100 }
	if s.Name == "" || min(s.UplinkBandwidth, s.DownlinkBandwidth, s.UplinkLatency, s.DownlinkLatency) < 0 ||
		!per(s.UplinkDropRate) || !per(s.DownlinkDropRate) {
		return s, errors.New("a value is missing or out of range")
	}
	return s, nil
}
