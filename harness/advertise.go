// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/internal/loopback"
)

// hubFlag is the flag of Config.HubAdvertise.
const hubFlag = "--hub-advertise"

// examplePort is the hub's port in advice: below the ports that systems give
// away by themselves.
const examplePort = 18787

// NewHDC returns a client of the hdc server that cfg names. A server that is not
// on this machine reads another disk, so files go through the client then.
func NewHDC(cfg Config, log *slog.Logger) *hdc.Client {
	o := hdc.Options{Addr: cfg.HDCServer, Logger: log}
	if cfg.HubAdvertise != "" {
		o.Files = hdc.FilesByClient
	}
	return hdc.New(o)
}

// ForDevice returns the Config for the nth device of a run, from 0: where the
// hub is advertised, each device has a hub of its own, on a port of its own. The
// error is a *UsageError if there is no such port.
func (c Config) ForDevice(n int) (Config, error) {
	if c.HubAdvertise == "" || n == 0 {
		return c, nil
	}
	host, port, err := advertised(c.HubAdvertise)
	if err != nil {
		return c, err
	}
	if port += n; port > 65535 {
		return c, usage("%s %s: each device of a run takes the next port, and device %d has none; begin with a smaller one, such as %d",
			Origin(hubFlag, c.HubAdvertise), c.HubAdvertise, n+1, examplePort)
	}
	c.HubAdvertise = net.JoinHostPort(host, strconv.Itoa(port))
	return c, nil
}

// WayHome returns HubAdvertise in one form, or says why no agent could find the
// hub: sessions name loopback hubs only, and a reverse rule ends on the loopback
// of the machine on which the hdc server runs.
func (c Config) WayHome() (string, error) {
	if c.HubAdvertise != "" {
		host, port, err := advertised(c.HubAdvertise)
		return net.JoinHostPort(host, strconv.Itoa(port)), err
	}
	if loopback.Addr(c.HDCServer) {
		return "", nil
	}
	host, _, _ := net.SplitHostPort(c.HDCServer)
	return "", usage("%s %s is not this machine, and a device's way to the hub ends on the loopback of the machine on which the hdc server runs: "+
		"have a port of that machine lead here, and name it by %s 127.0.0.1:%d. By ssh, for one device: %s; "+
		"each further device of the run takes the next port, and one more -R",
		Origin("--hdc-server", c.HDCServer), c.HDCServer, hubFlag, examplePort, tunnel(examplePort, host))
}

// tunnel is the command by which a port of a machine leads to the same port here.
func tunnel(port int, host string) string {
	return fmt.Sprintf("ssh -N -R %d:127.0.0.1:%d %s", port, port, host)
}

// advertised splits a HubAdvertise. hdc dials 127.0.0.1 at the end of a reverse
// rule, and nothing else (facts of `rport`); sessions accept loopback hubs only,
// so that an app can be sent to no other machine.
func advertised(addr string) (host string, port int, err error) {
	from := Origin(hubFlag, addr)
	host, text, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return "", 0, usage("%s %q is not HOST:PORT, for example 127.0.0.1:%d", from, addr, examplePort)
	case !isPort(text):
		return "", 0, usage("%s %q has no port from 1 to 65535", from, addr)
	}
	port, _ = strconv.Atoi(text)
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if host != "127.0.0.1" {
		return "", 0, usage("%s %q is not 127.0.0.1: an app may be sent to a hub on the loopback only, and hdc's reverse rule ends on 127.0.0.1 of the machine "+
			"on which the hdc server runs; write 127.0.0.1:%d and have that port of the server's machine lead to the same port here: %s",
			from, addr, port, tunnel(port, "SERVER"))
	}
	return host, port, nil
}

// wayAdvice says what may be wrong with the way from a device to the hub, to
// which nobody came.
func (c Config) wayAdvice() string {
	host, _, _ := net.SplitHostPort(c.HDCServer)
	if c.HubAdvertise != "" {
		_, port, _ := advertised(c.HubAdvertise)
		if loopback.Host(host) {
			host = "SERVER"
		}
		return fmt.Sprintf("nobody came to the hub: does port %d of the hdc server's machine lead to the same port here? by ssh: %s", port, tunnel(port, host))
	}
	return fmt.Sprintf("nobody came to the hub: if the hdc server at %s runs elsewhere (behind a tunnel, outside of this container, on Windows below WSL), "+
		"have a port of its machine lead here and name it by %s 127.0.0.1:%d; by ssh: %s", c.HDCServer, hubFlag, examplePort, tunnel(examplePort, "SERVER"))
}
