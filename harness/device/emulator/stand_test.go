// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device/emulator"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/device"
	program "github.com/pushproof/pushproof/harness/sim/emulator"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// limit bounds what a test waits for; it is never waited out.
const limit = time.Minute

// noCloud is a cloud that nobody asks.
type noCloud struct{}

func (noCloud) IssueToken(context.Context, sim.App, sim.Device) (string, error) {
	return "", errors.New("no cloud")
}
func (noCloud) DropToken(string, sim.Receipt) {}

// rising is a simulated device whose system has come up when that is asked for
// the second time, or never.
type rising struct {
	*device.Device
	down  bool
	asked atomic.Int32
}

func (r *rising) Shell(ctx context.Context, command string, stdin io.Reader, out io.Writer) {
	const question = "param get bootevent.boot.completed"
	if strings.Contains(command, question) && (r.asked.Add(1) < 2 || r.down) {
		command = strings.Replace(command, question, "echo false", 1)
	}
	r.Device.Shell(ctx, command, stdin, out)
}

// stage is an installation of the simulated emulator with an hdc server.
type stage struct {
	t       *testing.T
	program *program.Program
	tool    *emulator.Tool
	server  *hdcd.Server
	client  *hdc.Client
	// called is the name that a machine gives itself; "" means its own.
	called string
	// cache is the user's cache folder.
	cache string
	// down keeps a machine's system from coming up.
	down bool
	// onCall is told of each call of the program; set it by whenCalled.
	mu     sync.Mutex
	onCall func(args []string)
	// running is set when an instance runs, looks counts the lists that the hdc
	// server has given since it has printed says, and enough is called then.
	running atomic.Bool
	says    string
	looks   atomic.Int32
	enough  context.CancelFunc
}

func newStage(t *testing.T, o program.Options) *stage {
	t.Helper()
	s := &stage{t: t}
	s.server = hdcd.New(hdcd.Options{CloseDelay: -1, Fault: s.look})
	if err := s.server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	s.client = hdc.New(hdc.Options{Addr: s.server.Addr()})
	if o.Start == nil {
		o.Start = s.machine
	}
	o.Called = func(args []string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.onCall != nil {
			s.onCall(args)
		}
	}
	o.Running = func(string) { s.running.Store(true) }
	var err error
	if s.program, err = program.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.program.Close)
	name, value, _ := strings.Cut(s.program.Env(), "=")
	t.Setenv(name, value)
	// A race detector's program sleeps for a second at its end.
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	for _, cache := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(cache, t.TempDir())
	}
	if s.cache, err = os.UserCacheDir(); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if s.tool, err = emulator.Find(emulator.Options{Program: self}); err != nil {
		t.Fatal(err)
	}
	s.tool.Hurry(limit)
	return s
}

// machine connects a simulated phone. The hdc server lists it, and does not
// connect to it by itself.
func (s *stage) machine(name string, port int) (stop func(), err error) {
	profile, _ := fixtures.ProfileOf("phone")
	profile.Params = maps.Clone(profile.Params)
	profile.Params["const.product.model"] = "emulator"
	profile.Params["ohos.qemu.hvd.name"] = name
	if s.called != "" {
		profile.Params["ohos.qemu.hvd.name"] = s.called
	}
	key := fmt.Sprintf("127.0.0.1:%d", port)
	phone, err := device.New(device.Options{Profile: profile, Key: key, Clock: clock.New(), Cloud: noCloud{}, Dir: filepath.Join(s.t.TempDir(), "phone")})
	if err != nil {
		return nil, err
	}
	s.server.Attach(&rising{Device: phone, down: s.down})
	s.server.SetState(key, hdcd.Offline)
	return func() {
		s.server.Detach(key)
		if err := phone.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	}, nil
}

// whenCalled has f told of the program's arguments; calls of f do not overlap.
func (s *stage) whenCalled(f func(args []string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = f
}

// look is asked by the hdc server before each answer.
func (s *stage) look(p hdcd.Point) hdcd.Fault {
	const few = 4
	if p.Command == "list targets -v" && s.enough != nil && s.running.Load() && s.printed() && s.looks.Add(1) == few {
		s.enough()
	}
	return hdcd.None
}

// printed reports whether the program's words are in its file.
func (s *stage) printed() bool {
	text, err := os.ReadFile(filepath.Join(s.cache, "pushproof", "emulator", url.PathEscape(pura.Name)+".log"))
	return err == nil && string(text) == s.says
}

// few is a context that ends some looks after an instance has begun to run and
// has printed what it says.
func (s *stage) few(says string) context.Context {
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	s.says, s.enough = says, cancel
	return ctx
}

// start starts an instance and ends it with the test.
func (s *stage) start(ctx context.Context, name string, o emulator.StartOptions) *emulator.Run {
	s.t.Helper()
	run, err := s.tool.Start(ctx, name, o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := run.Stop(ctx); err != nil {
			s.t.Error(err)
		}
	})
	return run
}

// patient is a context that is never waited out.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// pura is an instance.
var pura = program.Instance{Name: "Pura 90", Type: "phone", OSVersion: "HarmonyOS 6.1.1(24)", API: 24}
