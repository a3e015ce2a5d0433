// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// fileSize is that of the file of checkFileClient: several frames of the
// smaller kind.
const fileSize = 300 << 10

// checkFileClient checks claim hdc.remote-mode.
func checkFileClient(ctx context.Context, e *env) (finding, error) {
	dir, err := os.MkdirTemp("", "pushproof-probe-*")
	if err != nil {
		return finding{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	content := make([]byte, fileSize)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	local, back, remote := filepath.Join(dir, "out"), filepath.Join(dir, "back"), e.tmp+".bin"
	if err := os.WriteFile(local, content, 0o600); err != nil {
		return finding{}, err
	}
	defer e.clean(ctx, "rm -f "+remote)
	// The same server, asked for the other way of doing the host's part.
	client := hdc.New(hdc.Options{Addr: e.client.Addr(), Files: hdc.FilesByClient})
	sent, err := client.Send(ctx, e.key, local, remote, hdc.FileOptions{})
	if f, err := judgeTransfer("send", err); err != nil || f.outcome != "" {
		return f, err
	}
	_, err = client.Receive(ctx, e.key, remote, back, hdc.FileOptions{})
	if f, err := judgeTransfer("fetch", err); err != nil || f.outcome != "" {
		return f, err
	}
	got, err := os.ReadFile(back)
	if err != nil {
		return finding{}, err
	}
	if sha256.Sum256(got) != sha256.Sum256(content) {
		return broken(fmt.Sprintf("the file came back with %d bytes and another SHA-256", len(got))), nil
	}
	return held(fmt.Sprintf("%d bytes went there and back; compared on the device: %s; after coming back: same SHA-256", fileSize, sent.Checked)), nil
}

// judgeTransfer tells a transfer that failed by what was sent from one that
// found no place on the device.
func judgeTransfer(verb string, err error) (finding, error) {
	var file *hdc.FileError
	var verify *hdc.VerifyError
	var fail *hdc.FailError
	var format *hdc.FormatError
	switch {
	case err == nil:
		return finding{}, nil
	case errors.As(err, &verify):
		return broken(verb + ": the file differs on the two ends"), nil
	case errors.As(err, &format), errors.As(err, &fail):
		return broken(verb + " in remote mode was refused: " + err.Error()), nil
	case errors.As(err, &file):
		return lacking("%s: %v", verb, file), nil
	}
	return finding{}, err
}

// portTries is how many device ports are tried for a rule.
const portTries = 20

// checkRuleRemoval checks claim hdc.rule-removal. A reverse rule leads from the
// device to an echo here, and a forward rule from here to the reverse rule's
// port, so that nothing is needed on the device.
func checkRuleRemoval(ctx context.Context, e *env) (finding, error) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return finding{}, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		serveEcho(echo)
	}()
	defer func() {
		_ = echo.Close()
		<-done
	}()
	back, err := e.rule(ctx, func(device int) (*hdc.Rule, error) {
		return e.client.Reverse(ctx, e.key, device, echo.Addr().(*net.TCPAddr).Port)
	})
	if err != nil {
		return finding{}, fmt.Errorf("make a reverse rule: %w", err)
	}
	defer e.remove(ctx, back)
	there, err := e.rule(ctx, func(host int) (*hdc.Rule, error) {
		return e.client.Forward(ctx, e.key, host, back.Device)
	})
	if err != nil {
		return finding{}, fmt.Errorf("make a forward rule: %w", err)
	}
	defer e.remove(ctx, there)

	host, _, err := net.SplitHostPort(e.client.Addr())
	if err != nil {
		return finding{}, err
	}
	addr := net.JoinHostPort(host, strconv.Itoa(there.Host))
	dialer := net.Dialer{Timeout: settleLimit}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return lacking("the forward rule's port cannot be reached from here: the hdc server may run on another machine"), nil
	}
	defer func() { _ = conn.Close() }()
	if err := talk(ctx, conn, "before"); err != nil {
		return lacking("nothing comes through the two rules: %v", err), nil
	}
	if err := there.Remove(ctx); err != nil {
		return finding{}, err
	}
	if other, err := dialer.DialContext(ctx, "tcp", addr); err == nil {
		_ = other.Close()
		return broken("the rule was removed, and its port still takes connections"), nil
	}
	if err := talk(ctx, conn, "after"); err != nil {
		return broken("the connection that was open ended with its rule"), nil
	}
	return held("after its removal the rule's port refuses, and the open connection still carries"), nil
}

// rule makes a rule with a port that is free.
func (e *env) rule(ctx context.Context, try func(port int) (*hdc.Rule, error)) (*hdc.Rule, error) {
	for i := 1; ; i++ {
		rule, err := try(20000 + rand.IntN(20000))
		var busy *hdc.PortError
		if err == nil || !errors.As(err, &busy) || i == portTries || ctx.Err() != nil {
			return rule, err
		}
	}
}

// remove removes a rule, also when ctx has ended. One that is gone is no error.
func (e *env) remove(ctx context.Context, rule *hdc.Rule) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	_ = rule.Remove(ctx)
}

// serveEcho sends back what comes until the listener and its connections end.
func serveEcho(l net.Listener) {
	var open []net.Conn
	var ends []chan struct{}
	for {
		conn, err := l.Accept()
		if err != nil {
			break
		}
		end := make(chan struct{})
		open, ends = append(open, conn), append(ends, end)
		go func() {
			defer close(end)
			_, _ = io.Copy(conn, conn)
		}()
	}
	for i, conn := range open {
		_ = conn.Close()
		<-ends[i]
	}
}

// talk sends a word and wants it back.
func talk(ctx context.Context, conn net.Conn, word string) error {
	deadline := time.Now().Add(settleLimit)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, word); err != nil {
		return err
	}
	got := make([]byte, len(word))
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != word {
		return errors.New("something else came back")
	}
	return nil
}
