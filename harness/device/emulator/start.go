// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"

	"github.com/pushproof/pushproof/harness/process"
)

// The ports that the program takes for the hdc daemon of an instance. Source:
// DevEco Studio guide, emulator command line, -hdcport.
const (
	MinPort = 10000
	MaxPort = 16555
)

// StartOptions say how an instance is started.
type StartOptions struct {
	// Port is the port of the hdc daemon on 127.0.0.1, MinPort to MaxPort. 0
	// means a free one, or, where the version does not take any, the one that
	// the emulator chooses.
	Port int
	// NoWindow starts it without a window, as Linux without a display needs and
	// gets in any case. Versions before 6.1.0 do not know it.
	NoWindow bool
}

// Run is an instance that was started, or was running. Its methods may be called
// from any goroutine.
type Run struct {
	tool     *Tool
	instance Instance
	// left is nil where the instance ran before.
	left *process.Left
	log  string
	// port is 0 while it is not known.
	port atomic.Int32
}

// Start starts an instance and returns at once: WaitBooted says when it can be
// used. One that runs is taken as it is. It stays when this process ends; its
// output is in a file of the user's cache folder, which the next start
// overwrites.
//
// Errors: *NameError, *NoInstanceError, *CallError, *PortError, and those of the
// system.
func (t *Tool) Start(ctx context.Context, name string, o StartOptions) (*Run, error) {
	if o.Port != 0 && (o.Port < MinPort || o.Port > MaxPort) {
		return nil, &PortError{Port: o.Port, Why: fmt.Sprintf("the emulator takes ports from %d to %d", MinPort, MaxPort)}
	}
	instance, err := t.Instance(ctx, name)
	if err != nil {
		return nil, err
	}
	if instance.Running {
		run := &Run{tool: t, instance: instance}
		run.port.Store(int32(instance.Port))
		return run, nil
	}
	version, err := t.Version(ctx)
	if err != nil {
		return nil, err
	}
	port, err := choosePort(o.Port, version)
	if err != nil {
		return nil, err
	}
	log, err := logFile(name)
	if err != nil {
		return nil, fmt.Errorf("start emulator %q: keep what it prints: %w", name, err)
	}
	defer func() { _ = log.Close() }()
	left, err := process.Leave(process.Options{Path: t.program, Args: t.startArgs(instance, version, port, o.NoWindow || noDisplay())}, log)
	if err != nil {
		return nil, fmt.Errorf("start emulator %q: %w", name, err)
	}
	run := &Run{tool: t, instance: instance, left: left, log: log.Name()}
	run.port.Store(int32(port))
	return run, nil
}

// startArgs are the arguments by which a version starts an instance. (Claim
// emulator.start.forms.)
func (t *Tool) startArgs(i Instance, v Version, port int, noWindow bool) []string {
	instances, images := t.instances, t.images
	if instances == "" {
		instances = i.root()
	}
	if instances == "" {
		instances = usual("instances")
	}
	if images == "" {
		images = filepath.FromSlash(i.Images)
	}
	if images == "" {
		images = usual("images")
	}
	newer := v.AtLeast(6, 1, 0)
	verb, folder, portFlag := "-hvd", "-path", "-hdcport"
	if newer {
		verb, folder, portFlag = "-start", "-instancePath", "-hdcPort"
	}
	args := []string{verb, i.Name}
	for _, flag := range [][2]string{{folder, instances}, {"-imageRoot", images}} {
		if flag[1] != "" {
			args = append(args, flag[0], flag[1])
		}
	}
	if port != 0 {
		args = append(args, portFlag, strconv.Itoa(port))
	}
	if noWindow && newer {
		args = append(args, "-noWindow")
	}
	return args
}

// noDisplay reports whether windows have no place.
func noDisplay() bool {
	return runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == ""
}

// PortError says that an instance cannot be given a port.
type PortError struct {
	Port int
	Why  string
}

// Error implements error.
func (e *PortError) Error() string {
	return fmt.Sprintf("port %d cannot be the emulator's: %s", e.Port, e.Why)
}

// choosePort returns the port to ask for, 0 where the version lets nobody
// choose. (Claim emulator.start.port.)
func choosePort(wanted int, v Version) (int, error) {
	switch {
	case wanted != 0 && !v.AtLeast(6, 0, 1):
		return 0, &PortError{Port: wanted, Why: fmt.Sprintf("version %v lets nobody choose; 6.0.1 does", v)}
	case wanted != 0:
		if err := isFree(wanted); err != nil {
			return 0, &PortError{Port: wanted, Why: err.Error()}
		}
		return wanted, nil
	case !v.AtLeast(6, 0, 1):
		return 0, nil
	}
	const tries = 100
	var last error
	for range tries {
		port := MinPort + rand.IntN(MaxPort-MinPort+1)
		if last = isFree(port); last == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a free port for the emulator: %w", last)
}

// isFree tries whether a port of this machine can be listened on.
func isFree(port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}

// logFile makes the file for what an instance prints.
func logFile(name string) (*os.File, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(cache, "pushproof", "emulator")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(folder, url.PathEscape(name)+".log"), os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0o600)
}

// Name returns the instance's name.
func (r *Run) Name() string { return r.instance.Name }

// Found reports whether the instance ran before it was asked for.
func (r *Run) Found() bool { return r.left == nil }

// Key returns the connect key that the instance will have, "" where its port is
// not known yet.
func (r *Run) Key() string {
	if port := r.port.Load(); port != 0 {
		return keyOf(int(port))
	}
	return ""
}

// Log returns the path of the file with what its program prints, "" for one
// that was found.
func (r *Run) Log() string { return r.log }

// Done is closed when the instance's program has ended; nil, which never is, for
// one that was found.
func (r *Run) Done() <-chan struct{} {
	if r.left == nil {
		return nil
	}
	return r.left.Done()
}

// output returns the end of what the program has printed.
func (r *Run) output() string {
	if r.log == "" {
		return ""
	}
	file, err := os.Open(r.log)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil {
		_, _ = file.Seek(max(0, info.Size()-maxShown), io.SeekStart)
	}
	text, _ := io.ReadAll(io.LimitReader(file, maxShown))
	return string(text)
}
