// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package emulator is a stand-in for the vendor's Emulator program: it speaks
// its command line, and a machine that its user makes takes the place of the
// virtual one.
//
// It guarantees that the program is a process of its own, which is there as
// long as an instance runs and can be killed; that an instance that runs holds
// its port; and that one that goes wrong does so as chosen: without a word, with
// a code, or by hanging. Program.Handle decides everything in the process that
// made the Program; the process of the stand-in only passes on what it is told.
//
// It does not guarantee the real program's texts beyond those that
// fixtures.EmulatorSigns quotes: none was recorded.
package emulator

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// CallEnv is the variable by which the stand-in's process finds the Program.
const CallEnv = "SIMULATED_EMULATOR"

// callLimit bounds what the two processes say to each other at the start.
const callLimit = 30 * time.Second

// Instance is an emulated device.
type Instance struct {
	Name, Type, OSVersion string
	API                   int
	// Wrong says how it goes wrong when it is started.
	Wrong Wrong
}

// Wrong is how an instance goes wrong. The zero value is well.
type Wrong struct {
	// Says is printed.
	Says string
	// Ends has the program end at once, with Exit.
	Ends bool
	Exit int
	// Hangs has it run without a machine and without a port, like one that waits
	// for a login.
	Hangs bool
	// Deaf has it hold its port without a machine behind it.
	Deaf bool
	// Stubborn has it ignore -stop.
	Stubborn bool
}

// Options shape a Program.
type Options struct {
	// Version is such as 6.1.1.300, which is also the default.
	Version string
	// Instances are there from the start.
	Instances []Instance
	// Start makes the machine of an instance whose hdc daemon is at port of
	// 127.0.0.1, and returns what ends it.
	Start func(name string, port int) (stop func(), err error)
	// Late holds each instance back, before it counts as running, until it is
	// closed; nil holds none.
	Late <-chan struct{}
	// Called is told of each call before it is answered; nil is nobody.
	Called func(args []string)
	// Running is told of an instance when it runs and has said what it says; nil
	// is nobody.
	Running func(name string)
	// Hung are options (such as -list) at which the program hangs.
	Hung []string
	// Prose stands in front of every list.
	Prose string
	// OnStderr has lists go to standard error, as on a Mac.
	OnStderr bool
	// NoDetails has -list -details print nothing, as a version that does not
	// know it.
	NoDetails bool
}

// Program is the emulator's installation. Close it.
type Program struct {
	o        Options
	listener net.Listener
	group    sync.WaitGroup

	mu        sync.Mutex
	instances []Instance
	running   map[string]*running
	conns     map[net.Conn]bool
	closed    bool
}

// New makes a Program that listens for its processes.
func New(o Options) (*Program, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the simulated emulator: %w", err)
	}
	if o.Version == "" {
		o.Version = "6.1.1.300"
	}
	p := &Program{o: o, listener: listener, instances: slices.Clone(o.Instances), running: map[string]*running{}, conns: map[net.Conn]bool{}}
	p.group.Go(p.accept)
	return p, nil
}

// Env returns the variable, as NAME=VALUE, by which the stand-in's process
// finds this Program.
func (p *Program) Env() string { return CallEnv + "=" + p.listener.Addr().String() }

// Close ends all instances with their processes.
func (p *Program) Close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.group.Wait()
}

func (p *Program) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.group.Go(func() {
			defer func() { _ = conn.Close() }()
			if p.hold(conn) {
				defer p.let(conn)
				p.serve(conn)
			}
		})
	}
}

// hold lets Close end a connection; false where it was there before.
func (p *Program) hold(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.conns[conn] = true
	}
	return !p.closed
}

func (p *Program) let(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
}

// say is what the stand-in's process is told: what to print, and whether to end.
type say struct {
	Out  string `json:"out,omitempty"`
	Err  string `json:"err,omitempty"`
	Ends bool   `json:"ends,omitempty"`
	Exit int    `json:"exit,omitempty"`
}

// tell sends one line.
func tell(conn net.Conn, s say) error {
	if err := conn.SetWriteDeadline(time.Now().Add(callLimit)); err != nil {
		return err
	}
	return json.NewEncoder(conn).Encode(s)
}

// Main is the stand-in's process: it tells the Program its arguments, prints
// what it is told, and returns the exit code. It stays while the Program holds
// the connection.
func Main(args []string) int {
	const lost = 99
	conn, err := net.Dial("tcp", os.Getenv(CallEnv))
	if err != nil {
		return lost
	}
	defer func() { _ = conn.Close() }()
	if err := json.NewEncoder(conn).Encode(args); err != nil {
		return lost
	}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s say
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return lost
		}
		_, _ = os.Stdout.WriteString(s.Out)
		_, _ = os.Stderr.WriteString(s.Err)
		if s.Ends {
			return s.Exit
		}
	}
	return 0
}
