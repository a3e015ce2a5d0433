// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/pushproof/pushproof/harness/process"
)

// stopLimit bounds the wait for the end of an instance, beside ctx.
const stopLimit = time.Minute

// Stop ends an instance and returns when the emulator no longer counts it as
// running. One that does not run is no error. (Claim emulator.stop.)
//
// Errors: *NameError, *NoInstanceError, *CallError.
func (t *Tool) Stop(ctx context.Context, name string) error {
	instance, err := t.Instance(ctx, name)
	if err != nil || !instance.Running {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	args := []string{"-stop", name}
	if t.instances != "" {
		args = append(args, "-instancePath", t.instances)
	}
	got, err := t.call(ctx, args...)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(t.every)
	defer ticker.Stop()
	for {
		now, err := t.Instance(ctx, name)
		switch {
		case err == nil && !now.Running:
			return nil
		case err == nil && len(signsIn(got.text())) > 0:
			return got.fail("")
		}
		select {
		case <-ctx.Done():
			failed := got.fail(fmt.Sprintf("%q still runs: close its window", name))
			failed.Err = ctx.Err()
			return failed
		case <-ticker.C:
		}
	}
}

// Stop ends the instance as Tool.Stop does. Its program is killed where it does
// not end: when ctx does, after a minute, or where the emulator no longer counts
// the instance as running.
func (r *Run) Stop(ctx context.Context) error {
	if r.left == nil {
		return r.tool.Stop(ctx, r.instance.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	ticker := time.NewTicker(r.tool.every)
	defer ticker.Stop()
	var err error
	// An instance that is only starting may not count as running yet.
	for look := 0; look < stopLooks && ctx.Err() == nil; look++ {
		err = r.tool.Stop(ctx, r.instance.Name)
		select {
		case <-r.left.Done():
			return nil
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	if killed := r.left.Kill(); killed != nil && !errors.Is(killed, process.ErrEnded) {
		return errors.Join(err, killed)
	}
	<-r.left.Done()
	return nil
}

// stopLooks is how often an instance that does not count as running is looked at
// before its program is killed.
const stopLooks = 20

// SaveLogs has the emulator pack an instance's logs into a zip file, which it
// makes. (Claim emulator.log-zip.)
//
// Errors: *NameError, *NoInstanceError, *CallError.
func (t *Tool) SaveLogs(ctx context.Context, name, file string) error {
	if _, err := t.Instance(ctx, name); err != nil {
		return err
	}
	got, err := t.call(ctx, "-logZip", name, "-logPath", file)
	if err != nil {
		return err
	}
	zip, err := os.Open(file)
	if err != nil {
		return got.fail("it made no such file")
	}
	defer func() { _ = zip.Close() }()
	head := make([]byte, 2)
	if _, err := io.ReadFull(zip, head); err != nil || !bytes.Equal(head, []byte("PK")) {
		return got.fail("what it made is no zip file")
	}
	return nil
}
