// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// networkCustom begins the value of a network by numbers.
const networkCustom = "custom:"

// Bounds of the numbers. The guide gives none; these keep a slip of the keyboard
// from the device.
const (
	maxBandwidth = 100_000_000 // Kbps
	maxLatency   = 60_000      // ms
	maxDropRate  = 100         // per cent
)

// NetworkNumbers are those of a simulated network, as netcopilot -a takes them.
type NetworkNumbers struct {
	// Bandwidths are in Kbps, 1 to 100 000 000.
	UplinkBandwidth   int `json:"uplinkBandwidth"`
	DownlinkBandwidth int `json:"downlinkBandwidth"`
	// Latencies are in ms, 0 to 60 000.
	UplinkLatency   int `json:"uplinkLatency"`
	DownlinkLatency int `json:"downlinkLatency"`
	// DropRates are in per cent, 0 to 100. (Claim device.network.offline.)
	UplinkDropRate   float64 `json:"uplinkDropRate"`
	DownlinkDropRate float64 `json:"downlinkDropRate"`
}

// networkFields are the numbers' names, and what they are called in the
// listing of netcopilot -P.
var networkFields = []struct{ name, listed, unit string }{
	{"uplinkBandwidth", "Uplink Bandwidth", "Kbps"},
	{"downlinkBandwidth", "Downlink Bandwidth", "Kbps"},
	{"uplinkLatency", "Uplink Latency", "ms"},
	{"downlinkLatency", "Downlink Latency", "ms"},
	{"uplinkDropRate", "Uplink Drop Rate", "%"},
	{"downlinkDropRate", "Downlink Drop Rate", "%"},
}

// Value is the numbers as the value of a condition:
// custom:uplinkBandwidth=500,downlinkBandwidth=500,uplinkLatency=200,...
func (n NetworkNumbers) Value() string {
	texts := n.texts()
	var parts []string
	for i, f := range networkFields {
		parts = append(parts, f.name+"="+texts[i])
	}
	return networkCustom + strings.Join(parts, ",")
}

// texts are the numbers in the order of networkFields.
func (n NetworkNumbers) texts() []string {
	rate := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return []string{
		strconv.Itoa(n.UplinkBandwidth), strconv.Itoa(n.DownlinkBandwidth),
		strconv.Itoa(n.UplinkLatency), strconv.Itoa(n.DownlinkLatency),
		rate(n.UplinkDropRate), rate(n.DownlinkDropRate),
	}
}

// scenario is the numbers as netcopilot -a reads them.
func (n NetworkNumbers) scenario(name string) string {
	text, err := json.Marshal(struct {
		Name string `json:"scenarioName"`
		NetworkNumbers
	}{name, n})
	if err != nil {
		panic(fmt.Sprintf("device: numbers that were checked cannot be written: %v", err))
	}
	return string(text)
}

// set takes one number, within its bounds.
func (n *NetworkNumbers) set(i int, text string) error {
	whole := func(to *int, least, most int) error {
		v, err := strconv.Atoi(text)
		if err != nil || v < least || v > most {
			return fmt.Errorf("%s is %q and must be a whole number of %s from %d to %d", networkFields[i].name, text, networkFields[i].unit, least, most)
		}
		*to = v
		return nil
	}
	rate := func(to *float64) error {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= maxDropRate) { // NaN is neither
			return fmt.Errorf("%s is %q and must be a number of per cent from 0 to %d", networkFields[i].name, text, maxDropRate)
		}
		*to = v
		return nil
	}
	switch i {
	case 0:
		return whole(&n.UplinkBandwidth, 1, maxBandwidth)
	case 1:
		return whole(&n.DownlinkBandwidth, 1, maxBandwidth)
	case 2:
		return whole(&n.UplinkLatency, 0, maxLatency)
	case 3:
		return whole(&n.DownlinkLatency, 0, maxLatency)
	case 4:
		return rate(&n.UplinkDropRate)
	default:
		return rate(&n.DownlinkDropRate)
	}
}

// ParseNetwork reads what Value writes; each number must be there once, in any
// order. The error is a *ConditionError.
func ParseNetwork(value string) (NetworkNumbers, error) {
	bad := func(format string, args ...any) (NetworkNumbers, error) {
		return NetworkNumbers{}, &ConditionError{Condition{ConditionNetwork, value}, fmt.Sprintf(format, args...)}
	}
	list, ok := strings.CutPrefix(value, networkCustom)
	if !ok {
		return bad("it does not begin with %s", networkCustom)
	}
	var n NetworkNumbers
	seen := map[int]bool{}
	for part := range strings.SplitSeq(list, ",") {
		name, text, _ := strings.Cut(part, "=")
		i := slices.IndexFunc(networkFields, func(f struct{ name, listed, unit string }) bool { return f.name == name })
		if i < 0 || seen[i] {
			return bad("%q is no number of a network, or stands twice; all of them: %s", part, NetworkNumbers{}.Value())
		}
		seen[i] = true
		if err := n.set(i, text); err != nil {
			return bad("%v", err)
		}
	}
	for i, f := range networkFields {
		if !seen[i] {
			return bad("%s is missing", f.name)
		}
	}
	return n, nil
}

// parseNumbers reads the listing of netcopilot -P.
func parseNumbers(text string) (NetworkNumbers, error) {
	var n NetworkNumbers
	for i, f := range networkFields {
		_, rest, ok := strings.Cut(text, f.listed+":")
		if !ok {
			return NetworkNumbers{}, fmt.Errorf("it has no %s", f.listed)
		}
		line, _, _ := strings.Cut(rest, "\n")
		if err := n.set(i, strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), f.unit))); err != nil {
			return NetworkNumbers{}, err
		}
	}
	return n, nil
}
