// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// changedNetwork is what netcopilot changes, as RestoreError.What.
const changedNetwork = "the network"

// ownScenario begins the name of each scenario that is added here.
const ownScenario = "pushproof-"

// setNetwork makes the network bad: by a scenario's name or by numbers.
func (d *Device) setNetwork(ctx context.Context, value string) error {
	if _, err := d.Method(fixtures.ActionNetwork); err != nil {
		return err
	}
	row, named := fixtures.NetworkScenarioOf(value)
	if !named {
		numbers, err := ParseNetwork(value)
		if err != nil {
			return err
		}
		return d.customNetwork(ctx, numbers)
	}
	doing := "simulate the network " + value
	if err := d.networkFree(doing, row.CutsWLAN); err != nil {
		return err
	}
	if err := d.openNetwork(ctx); err != nil {
		return err
	}
	err := d.simulate(ctx, row.Number)
	if refused := (*OutputError)(nil); errors.As(err, &refused) {
		return &ManualError{What: doing, Why: err.Error(), Do: "see that the device has what the scenario needs: " + row.Needs, Err: err}
	}
	return err
}

// goOffline loses every packet. (Claim device.network.offline.)
func (d *Device) goOffline(ctx context.Context) error {
	const doing = "take the device off the network"
	if _, err := d.Method(fixtures.ActionOffline); err != nil {
		return &ManualError{What: doing, Why: err.Error(), Do: offlineByHand, Err: err}
	}
	if err := d.networkFree(doing, true); err != nil {
		return err
	}
	err := d.customNetwork(ctx, NetworkNumbers{UplinkBandwidth: 1, DownlinkBandwidth: 1, UplinkDropRate: maxDropRate, DownlinkDropRate: maxDropRate})
	absent, refused := (*NotOfferedError)(nil), (*OutputError)(nil)
	if errors.As(err, &absent) || errors.As(err, &refused) {
		return &ManualError{What: doing, Why: err.Error(), Do: offlineByHand, Err: err}
	}
	return err
}

const offlineByHand = "connect it by USB and turn its network off in the settings, " +
	"or block the ports 5223 and 443 to the internet on its access point (Push Kit, ports of the push service)"

// networkFree refuses where the network is not ours to alter: what an emulator
// is connected by stays up (claim device.emulator.network), and a device that
// hdc reaches by the network would be lost.
func (d *Device) networkFree(doing string, cuts bool) error {
	if d.Profile().Emulator {
		return &ManualError{What: doing, Why: "an emulator's virtual Ethernet stays up whatever is simulated (Emulator guide)", Do: "use a real device"}
	}
	if _, _, err := net.SplitHostPort(d.key); err == nil && cuts {
		return &ManualError{What: doing, Why: "hdc reaches the device by the network, which is cut", Do: "connect it by USB"}
	}
	return nil
}

// openNetwork turns netcopilot on. Whatever is simulated before is no longer
// known afterwards, so the undo ends any simulation.
func (d *Device) openNetwork(ctx context.Context) error {
	if err := d.offered(rowOf("network.enable")); err != nil {
		return err
	}
	if err := d.onRestore(changedNetwork, manually("end the network simulation",
		"end it in Settings > System > Developer options > Network navigator, or type: hdc -t "+d.key+" shell netcopilot -e 0",
		d.closeNetwork)); err != nil {
		return err
	}
	return d.say(ctx, "turn netcopilot on", "network.enable", nil)
}

func (d *Device) simulate(ctx context.Context, number int) error {
	if err := d.say(ctx, "simulate a network", "network.simulate", map[string]string{"number": strconv.Itoa(number)}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.scenario = number
	return nil
}

// closeNetwork ends the simulation, deletes the scenarios of this project, and
// turns netcopilot off. Each is tried: the last one ends everything.
func (d *Device) closeNetwork(ctx context.Context) error {
	d.mu.Lock()
	active := d.scenario
	d.mu.Unlock()
	var failed []error
	if active > 0 {
		failed = append(failed, d.say(ctx, "end the simulation", "network.clear", map[string]string{"number": strconv.Itoa(active)}))
	}
	scenarios, err := d.scenarios(ctx)
	failed = append(failed, err)
	for _, s := range scenarios {
		if strings.HasPrefix(s.name, ownScenario) {
			failed = append(failed, d.say(ctx, "delete scenario "+s.name, "network.delete", map[string]string{"number": strconv.Itoa(s.number)}))
		}
	}
	if err := errors.Join(append(failed, d.say(ctx, "turn netcopilot off", "network.disable", nil))...); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.scenario = 0
	return nil
}

// customNetwork adds a scenario, sees that the device took the numbers as they
// are, and simulates it. (Claim device.network.custom.)
func (d *Device) customNetwork(ctx context.Context, n NetworkNumbers) error {
	const doing = "simulate a network by numbers"
	if err := d.networkFree(doing, max(n.UplinkDropRate, n.DownlinkDropRate) == maxDropRate); err != nil {
		return err
	}
	if err := d.openNetwork(ctx); err != nil {
		return err
	}
	name := ownScenario + strings.ToLower(rand.Text()[:8])
	said, err := d.do(ctx, "network.add", map[string]string{"scenario": n.scenario(name)})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	scenarios, err := d.scenarios(ctx)
	if err != nil {
		return err
	}
	for _, s := range scenarios {
		if s.name != name {
			continue
		}
		args := map[string]string{"number": strconv.Itoa(s.number)}
		shown, err := d.do(ctx, "network.show", args)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		if got, err := parseNumbers(shown); err != nil || got != n {
			return newOutputError(doing+": compare what the device took", "netcopilot -P", shown, err)
		}
		return d.simulate(ctx, s.number)
	}
	return newOutputError(doing+": the device does not list what was added", "netcopilot -a", said, nil)
}

// scenario is one row of netcopilot's list.
type scenario struct {
	number int
	name   string
}

func (d *Device) scenarios(ctx context.Context) ([]scenario, error) {
	const doing = "list the networks that can be simulated"
	text, err := d.do(ctx, "network.list", nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if !answered("network.list", text, nil) {
		return nil, newOutputError(doing, "netcopilot -p", text, nil)
	}
	return parseScenarios(text), nil
}

// parseScenarios reads the rows of netcopilot -p: `4            | NAME`.
func parseScenarios(text string) []scenario {
	var rows []scenario
	for line := range strings.Lines(text) {
		number, name, ok := strings.Cut(strings.Trim(line, "| \t\r\n"), "|")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if name = strings.TrimSpace(name); ok && err == nil && n > 0 && name != "" {
			rows = append(rows, scenario{n, name})
		}
	}
	return rows
}
