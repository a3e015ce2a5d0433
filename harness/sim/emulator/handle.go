// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// folder is where the instances pretend to be.
const folder = "/home/me/.Huawei/Emulator/deployed"

// running is an instance whose program runs; its port is 0 if it has none.
type running struct {
	conn net.Conn
	port int
}

// serve answers one process.
func (p *Program) serve(conn net.Conn) {
	if err := conn.SetReadDeadline(time.Now().Add(callLimit)); err != nil {
		return
	}
	var args []string
	in := bufio.NewReader(conn)
	if err := json.NewDecoder(in).Decode(&args); err != nil || len(args) == 0 {
		return
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return
	}
	if p.o.Called != nil {
		p.o.Called(args)
	}
	if slices.Contains(p.o.Hung, args[0]) {
		_, _ = io.Copy(io.Discard, in)
		return
	}
	value := func(names ...string) string {
		for i, arg := range args[:len(args)-1] {
			if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, arg) }) {
				return args[i+1]
			}
		}
		return ""
	}
	answer := say{Ends: true}
	switch args[0] {
	case "-version":
		answer.Out = "Emulator version " + p.o.Version + "\n"
	case "-list":
		answer = p.list(slices.Contains(args, "-details"))
	case "-hvd", "-start":
		port, _ := strconv.Atoi(value("-hdcport"))
		p.run(conn, in, value("-hvd", "-start"), port)
		return
	case "-stop":
		answer = p.stop(value("-stop"))
	case "-logZip":
		answer = p.logZip(value("-logZip"), value("-logPath"))
	default:
		answer.Out, answer.Exit = "Unknown option: "+args[0]+"\n", 1
	}
	_ = tell(conn, answer)
}

// list answers -list.
func (p *Program) list(details bool) say {
	p.mu.Lock()
	defer p.mu.Unlock()
	if details && p.o.NoDetails {
		return say{Ends: true}
	}
	var text string
	switch {
	case len(p.instances) == 0:
		text = "[Empty]\n"
	case details:
		rows := make([]map[string]string, len(p.instances))
		for i, instance := range p.instances {
			port, isRunning := "notset", "false"
			if r := p.running[instance.Name]; r != nil {
				isRunning = "true"
				if r.port != 0 {
					port = strconv.Itoa(r.port)
				}
			}
			rows[i] = map[string]string{
				"name": instance.Name, "deviceType": instance.Type, "os.osVersion": instance.OSVersion,
				"os.apiVersion": strconv.Itoa(instance.API), "isRunning": isRunning, "hw.hdc.port": port,
				"instancePath": path.Join(folder, instance.Name), "imageRoot": "/home/me/Sdk",
			}
		}
		b, err := json.MarshalIndent(rows, "", "    ")
		if err != nil {
			return say{Ends: true, Err: err.Error(), Exit: 1}
		}
		text = string(b) + "\n"
	default:
		for _, instance := range p.instances {
			text += instance.Name + "\n"
		}
	}
	if p.o.OnStderr {
		return say{Err: p.o.Prose + text, Ends: true}
	}
	return say{Out: p.o.Prose + text, Ends: true}
}

func (p *Program) find(name string) (Instance, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.instances, func(i Instance) bool { return i.Name == name })
	if i < 0 {
		return Instance{}, false
	}
	return p.instances[i], true
}

// run starts an instance and holds its process until one of both ends.
func (p *Program) run(conn net.Conn, in io.Reader, name string, port int) {
	instance, ok := p.find(name)
	wrong := instance.Wrong
	switch {
	case !ok:
		_ = tell(conn, say{Out: fmt.Sprintf("%q is not found. Please create the device(folder): %s\nUnable to start the emulator\n", name, folder), Ends: true})
		return
	case wrong.Says != "" || wrong.Ends:
		if err := tell(conn, say{Out: wrong.Says, Ends: wrong.Ends, Exit: wrong.Exit}); err != nil || wrong.Ends {
			return
		}
	}
	if p.o.Late != nil {
		<-p.o.Late
	}
	if wrong.Hangs {
		port = 0
	} else {
		daemon, taken, err := listen(port)
		if err != nil {
			_ = tell(conn, say{Out: fmt.Sprintf("%v\nUnable to start the emulator\n", err), Ends: true})
			return
		}
		defer func() { _ = daemon.Close() }()
		port = taken
	}
	p.mu.Lock()
	if p.running[name] != nil {
		p.mu.Unlock()
		_ = tell(conn, say{Out: "this emulator instance is already running\n", Ends: true})
		return
	}
	p.running[name] = &running{conn: conn, port: port}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.running, name)
		p.mu.Unlock()
	}()
	if !wrong.Hangs && !wrong.Deaf && p.o.Start != nil {
		stop, err := p.o.Start(name, port)
		if err != nil {
			_ = tell(conn, say{Err: err.Error(), Ends: true, Exit: 1})
			return
		}
		defer stop()
	}
	if p.o.Running != nil {
		p.o.Running(name)
	}
	_, _ = io.Copy(io.Discard, in)
}

// firstPort is that of the first instance whose port nobody chose; the next ones
// take every second one.
const firstPort = 5555

// listen takes the port of an instance's hdc daemon. Nobody accepts there: the
// simulated hdc server dials no device.
func listen(port int) (net.Listener, int, error) {
	if port != 0 {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		return l, port, err
	}
	var last error
	for port := firstPort; port < firstPort+16; port += 2 {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return l, port, nil
		}
		last = err
	}
	return nil, 0, last
}

// stop answers -stop.
func (p *Program) stop(name string) say {
	instance, _ := p.find(name)
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.running[name]
	switch {
	case r == nil:
		return say{Out: "stop " + name + " failed, emulator is not exists\n", Ends: true}
	case instance.Wrong.Stubborn:
		return say{Ends: true}
	}
	_ = r.conn.Close()
	return say{Ends: true}
}

// logZip answers -logZip.
func (p *Program) logZip(name, file string) say {
	if _, ok := p.find(name); !ok {
		return say{Out: fmt.Sprintf("%q is not found. Please create the device(folder): %s\n", name, folder), Ends: true}
	}
	// The smallest zip file: an end of a directory without entries.
	if err := os.WriteFile(file, append([]byte("PK\x05\x06"), make([]byte, 18)...), 0o600); err != nil {
		return say{Err: err.Error() + "\n", Ends: true, Exit: 1}
	}
	return say{Ends: true}
}
