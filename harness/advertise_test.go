// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// otherLoopback plays the loopback of another machine, on which the hdc server
// seems to run.
const otherLoopback = "127.0.0.2"

func TestHubOfAServerElsewhere(t *testing.T) {
	const far = "192.0.2.7:8710"
	tests := map[string]struct {
		server, hub, want string
		says              []string
	}{
		"a server here":                   {harness.DefaultHDCServer, "", "", nil},
		"a server here, advertised":       {harness.DefaultHDCServer, "127.0.0.1:18787", "127.0.0.1:18787", nil},
		"a server elsewhere":              {far, "127.0.0.1:18787", "127.0.0.1:18787", nil},
		"a port alone":                    {far, ":18787", "127.0.0.1:18787", nil},
		"by name":                         {far, "localhost:18787", "127.0.0.1:18787", nil},
		"elsewhere, not advertised":       {far, "", "", []string{"--hdc-server 192.0.2.7:8710 is not this machine", "--hub-advertise 127.0.0.1:18787", "ssh -N -R 18787:127.0.0.1:18787 192.0.2.7", "one more -R"}},
		"no port":                         {far, "127.0.0.1", "", []string{`--hub-advertise "127.0.0.1" is not HOST:PORT`}},
		"port 0":                          {far, "127.0.0.1:0", "", []string{"no port from 1 to 65535"}},
		"this machine's own address":      {far, "192.0.2.9:18787", "", []string{"is not 127.0.0.1", "loopback only", "ssh -N -R 18787:127.0.0.1:18787 SERVER"}},
		"IPv6, which rport does not dial": {far, "[::1]:18787", "", []string{"is not 127.0.0.1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			clearEnv(t)
			c, err := harness.Config{ServiceAccount: "key.json", Bundle: "com.example.app", HDCServer: tt.server, HubAdvertise: tt.hub}.Complete()
			var usage *harness.UsageError
			if tt.says == nil {
				if err != nil || c.HubAdvertise != tt.want {
					t.Errorf("HubAdvertise = %q, %v, want %q", c.HubAdvertise, err, tt.want)
				}
				return
			}
			if !errors.As(err, &usage) {
				t.Fatalf("Complete = %v, want a *harness.UsageError", err)
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q:\n%v", part, err)
				}
			}
		})
	}
}

func TestEachDeviceHasAHubPortOfItsOwn(t *testing.T) {
	c := harness.Config{HubAdvertise: "127.0.0.1:65534"}
	for n, want := range []string{"127.0.0.1:65534", "127.0.0.1:65535"} {
		if got, err := c.ForDevice(n); err != nil || got.HubAdvertise != want {
			t.Errorf("device %d: %q, %v, want %q", n, got.HubAdvertise, err, want)
		}
	}
	var usage *harness.UsageError
	if _, err := c.ForDevice(2); !errors.As(err, &usage) || !strings.Contains(err.Error(), "device 3 has none") {
		t.Errorf("device 2: %v, want a *harness.UsageError", err)
	}
	if got, err := (harness.Config{}).ForDevice(70000); err != nil || got.HubAdvertise != "" {
		t.Errorf("not advertised: %q, %v", got.HubAdvertise, err)
	}
}

// The hdc server seems to run on another machine, whose loopback is another one.
// What joins the two is a relay, as `ssh -R` would be.
func TestServerElsewhere(t *testing.T) {
	t.Parallel()
	s := newSceneIn(t, world.Options{Types: []string{"phone"}, HDC: farServer(t)}, func(c *harness.Config) {
		c.HDCServer = fromAfar(t, c.HDCServer)
		c.HubAdvertise = freePort(t)
	})
	tunnel(t, s.config.HubAdvertise)
	if got := s.session.Hub().Addr().String(); got != s.config.HubAdvertise {
		t.Fatalf("the hub listens on %s, want %s", got, s.config.HubAdvertise)
	}
	if err := s.phone.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	msg := s.phone.Push(t.Context(), pushcloud.Background{ExtraData: `{"order":7}`})
	NewWithT(t).Eventually(t.Context(), msg).WithTimeout(time.Minute).Should(harness.ArriveVia(push.Background))
}

// Nothing joins the two machines, or nobody knows that there are two.
func TestServerElsewhereWithoutAWay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		alter func(*testing.T, *harness.Config)
		says  []string
	}{
		"advertised, and no tunnel": {
			func(t *testing.T, c *harness.Config) {
				c.HDCServer, c.HubAdvertise = fromAfar(t, c.HDCServer), freePort(t)
			},
			[]string{"nobody came to the hub", "lead to the same port here? by ssh: ssh -N -R "},
		},
		"it looks like a server here": {
			func(*testing.T, *harness.Config) {},
			[]string{"nobody came to the hub", "runs elsewhere (behind a tunnel, outside of this container, on Windows below WSL)", "--hub-advertise 127.0.0.1:18787"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSceneIn(t, world.Options{Types: []string{"phone"}, HDC: farServer(t)}, func(c *harness.Config) {
				shortConnect(c)
				tt.alter(t, c)
			})
			s.noAgent(t, tt.says...)
		})
	}
}

// farServer has the simulated server end its rules on another loopback, where
// the system has one.
func farServer(t *testing.T) func(*hdcd.Options) {
	t.Helper()
	probe, err := net.Listen("tcp", otherLoopback+":0")
	if err != nil {
		t.Skipf("this system has no second loopback address, as Linux has: %v", err)
	}
	_ = probe.Close()
	return func(o *hdcd.Options) { o.Loopback = otherLoopback }
}

// fromAfar is an address that leads to the server and is none of the loopback.
func fromAfar(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("0.0.0.0", port)
}

// freePort is an address on this machine's loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// tunnel joins the port on the other loopback to the same port on this one.
func tunnel(t *testing.T, here string) {
	t.Helper()
	_, port, err := net.SplitHostPort(here)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(otherLoopback, port))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	t.Cleanup(func() { stop(); _ = l.Close(); group.Wait() })
	group.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() { join(ctx, near, here) })
		}
	})
}

// join carries one connection until either side or ctx ends.
func join(ctx context.Context, near net.Conn, to string) {
	defer near.Close()
	far, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	stop := context.AfterFunc(ctx, func() { _ = near.Close(); _ = far.Close() })
	defer stop()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}()
	_, _ = io.Copy(far, near)
	_ = far.Close()
	<-back
}
