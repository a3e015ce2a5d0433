// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// Shell runs a command as `sh -c` on the device would and writes what it
// prints, standard error included. It ends with ctx or with the device. The
// commands are the simulated tools, the files those of the device: nothing of
// the host can be reached.
func (d *Device) Shell(ctx context.Context, command string, stdin io.Reader, out io.Writer) {
	end := sync.OnceFunc(d.begin())
	defer end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	both := &lockedWriter{w: out}
	if len(command) > maxCommand {
		// The device's kernel refuses it, and nothing says so.
		return
	}
	if strings.Contains(command, parentheses) {
		fmt.Fprintf(both, "/bin/sh: %v\n", errTooDeep)
		return
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangMirBSDKorn)).Parse(strings.NewReader(command), "sh")
	if err != nil {
		fmt.Fprintf(both, "/bin/sh: syntax error: %v\n", err)
		return
	}
	if err := check(file, false); err != nil {
		fmt.Fprintf(both, "/bin/sh: %v\n", err)
		return
	}
	s := &shell{d: d, idle: end, out: both}
	runner, err := interp.New(
		interp.Env(environment()), interp.StdIO(stdin, both, both), root,
		interp.CallHandler(s.call), interp.ExecHandlers(s.only), interp.OpenHandler(s.open),
		interp.StatHandler(s.stat), interp.AccessHandler(s.access), interp.ReadDirHandler2(s.readDir),
	)
	if err != nil {
		fmt.Fprintf(both, "/bin/sh: %v\n", err)
		return
	}
	// The status has its way out: the command prints it itself.
	_ = runner.Run(ctx, file)
}

// shell holds the handlers of one command.
type shell struct {
	d *Device
	// idle tells the device that the command only watches.
	idle func()
	out  io.Writer
	// commands counts those that were run.
	commands atomic.Int64
	stopped  sync.Once
}

// root sets the working directory. interp.Dir would look for it on the host.
func root(r *interp.Runner) error {
	r.Dir = "/"
	return nil
}

// environ is the environment on the device. It answers for the home of every
// user, so that ~name is not looked up on the host.
type environ struct{ expand.Environ }

func environment() expand.Environ {
	return environ{expand.ListEnviron("HOME=/", "PATH=/bin:/system/bin", "SHELL=/bin/sh", "TMPDIR="+tmp,
		"USER=shell", "UID=2000", "EUID=2000", "GID=2000")}
}

func (e environ) Get(name string) expand.Variable {
	if user, ok := strings.CutPrefix(name, "HOME "); ok {
		return expand.Variable{Set: true, Kind: expand.String, Str: "~" + user}
	}
	return e.Environ.Get(name)
}

// call keeps builtins from looking for commands on the host, and the command
// line within its bounds.
func (s *shell) call(_ context.Context, args []string) ([]string, error) {
	if err := s.bounded(); err != nil {
		return args, s.stop(err)
	}
	switch args[0] {
	case "eval":
		if err := evaluable(strings.Join(args[1:], " ")); err != nil {
			return args, s.stop(err)
		}
	case "trap":
		for _, text := range args[1:] {
			if err := evaluable(text); err != nil {
				return args, s.stop(err)
			}
		}
	case "command", "builtin":
		if len(args) > 1 && slices.Contains([]string{"eval", "trap", "alias", "shopt", "command", "builtin"}, args[1]) {
			return args, s.stop(fmt.Errorf("%s %s: refused by the simulated shell", args[0], args[1]))
		}
		if args[0] == "command" && len(args) > 2 && (args[1] == "-v" || args[1] == "-V") {
			return append([]string{"whence"}, args[2:]...), nil
		}
	case "alias", "shopt":
		// An alias could hide a call from the check above.
		return append([]string{"/bin/" + args[0]}, args[1:]...), nil
	case "type", "hash":
		return append([]string{"whence", "-v"}, args[1:]...), nil
	case "kill":
		// The interpreter has a builtin of that name which it does not support.
		return append([]string{"/bin/kill"}, args[1:]...), nil
	case ".", "source":
		return []string{"source"}, fmt.Errorf("%s: the simulated shell reads no scripts", args[0])
	case "test", "[":
		if slices.Contains(args, "-O") || slices.Contains(args, "-G") {
			return []string{"false"}, nil
		}
	}
	return args, nil
}

// stop says once why the command line ends here.
func (s *shell) stop(err error) error {
	s.stopped.Do(func() { fmt.Fprintf(s.out, "/bin/sh: %v\n", err) })
	return err
}

// only makes exec the last handler: the interpreter's own would look for a
// program on the host.
func (s *shell) only(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }

func (s *shell) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	name := args[0]
	if dir := path.Dir(name); dir == "/bin" || dir == "/system/bin" {
		name = path.Base(name)
	}
	run, ok := s.d.tool(name)
	if !ok {
		fmt.Fprintf(hc.Stderr, "/bin/sh: %s: inaccessible or not found\n", args[0])
		return interp.ExitStatus(127)
	}
	status := run(&call{ctx: ctx, d: s.d, idle: s.idle, args: args[1:], dir: absolute("/", hc.Dir), in: hc.Stdin, out: hc.Stdout, err: hc.Stderr})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if status != 0 {
		return interp.ExitStatus(uint8(status))
	}
	return nil
}

func (s *shell) open(ctx context.Context, name string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	return s.d.files.open(absolute(interp.HandlerCtx(ctx).Dir, name), flag)
}

func (s *shell) stat(ctx context.Context, name string, _ bool) (fs.FileInfo, error) {
	return s.d.files.stat(absolute(interp.HandlerCtx(ctx).Dir, name))
}

func (s *shell) access(ctx context.Context, name string, mode interp.AccessMode) error {
	name = absolute(interp.HandlerCtx(ctx).Dir, name)
	if _, err := s.d.files.stat(name); err != nil {
		return err
	}
	if mode&interp.AccessWrite != 0 && !writable(name) && name != tmp && name != "/dev/null" {
		return fs.ErrPermission
	}
	return nil
}

func (s *shell) readDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	return s.d.files.list(absolute(interp.HandlerCtx(ctx).Dir, name))
}

// lockedWriter lets the parts of a pipeline write at the same time.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
