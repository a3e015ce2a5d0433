// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats of the tools
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
)

// maxScreenshot bounds a picture, in bytes: a display of 4096 by 4096 in PNG is
// smaller unless it shows noise.
const maxScreenshot = 32 << 20

// shotLimit bounds a picture with its transfer.
const shotLimit = time.Minute

// Receiver fetches a file of the device; *hdc.Client is one. The Shell of a
// Device has to be one for screenshots.
type Receiver interface {
	// Receive copies a file of the device to this machine, as hdc.Client.Receive.
	Receive(ctx context.Context, key, remote, local string, o hdc.FileOptions) (hdc.Transfer, error)
}

// Screenshot is a picture of the display. It shows whatever is there, also what
// is not the app's: it is for people, and for whoever may see the device.
type Screenshot struct {
	// Format is "jpeg" or "png".
	Format string `json:"format"`
	// Width and Height are in pixels.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Data is the picture's file.
	Data []byte `json:"-"`
}

// Screenshot takes a picture of the display: by snapshot_display, where
// developer mode is on, else by uitest. The file on the device is removed. It
// waits for other UI commands of this Device only where uitest takes it, and
// disturbs nothing on the display.
//
// The error is a *NotOfferedError where neither tool is there, an *OutputError
// where both fail or the file is no picture, or that of the shell or transfer.
// (Claims device.screenshot.snapshot and device.screenshot.uitest.)
func (d *Device) Screenshot(ctx context.Context) (Screenshot, error) {
	const doing = "take a screenshot"
	ctx, cancel := context.WithTimeout(ctx, shotLimit)
	defer cancel()
	base := "/data/local/tmp/pushproof-" + strings.ToLower(rand.Text()[:16])
	shot, err := d.shoot(ctx, base+".jpeg", func(args map[string]string) error {
		text, err := d.do(ctx, "screenshot.snapshot", args)
		return d.judgeShot("screenshot.snapshot", text, args, err)
	})
	bad, none := (*OutputError)(nil), (*NotOfferedError)(nil)
	if errors.As(err, &bad) || errors.As(err, &none) {
		first := err
		shot, err = d.shoot(ctx, base+".png", func(args map[string]string) error {
			text, err := d.uitest(ctx, "screenshot.uitest", args)
			return d.judgeShot("screenshot.uitest", text, args, err)
		})
		if err != nil {
			err = errors.Join(first, err)
		}
	}
	if err != nil {
		return Screenshot{}, fmt.Errorf("%s: %w", doing, err)
	}
	return shot, nil
}

// judgeShot judges what a tool said. A tool that says that it needs developer
// mode is not asked again.
func (d *Device) judgeShot(name, text string, args map[string]string, err error) error {
	switch {
	case err != nil:
		return err
	case strings.Contains(text, "not developer mode"):
		return d.refused(name, "it says: "+excerpt(text))
	case !answered(name, text, args):
		return newOutputError("take it", rowOf(name).Tool, text, nil)
	}
	return nil
}

// shoot has a tool write a picture, fetches it and removes it.
func (d *Device) shoot(ctx context.Context, remote string, take func(args map[string]string) error) (Screenshot, error) {
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
		defer cancel()
		// A file that stays is a small nuisance.
		_, _ = d.do(ctx, "file.remove", map[string]string{"file": remote})
	}()
	if err := take(map[string]string{"file": remote}); err != nil {
		return Screenshot{}, err
	}
	data, err := d.fetch(ctx, remote, maxScreenshot)
	if err != nil {
		return Screenshot{}, err
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Screenshot{}, newOutputError("read the picture", "the file "+remote, fmt.Sprintf("%d bytes", len(data)), err)
	}
	return Screenshot{Format: format, Width: config.Width, Height: config.Height, Data: data}, nil
}

// fetch returns a file of the device, of at most that many bytes.
func (d *Device) fetch(ctx context.Context, remote string, most int64) ([]byte, error) {
	files, ok := d.shell.(Receiver)
	if !ok {
		return nil, fmt.Errorf("fetch %s: the shell of this device transfers no files: use an *hdc.Client", remote)
	}
	dir, err := os.MkdirTemp("", "pushproof-shot-")
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", remote, err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	local := filepath.Join(dir, "file")
	_, err = files.Receive(ctx, d.key, remote, local, hdc.FileOptions{Progress: func(done, total int64) {
		if max(done, total) > most {
			stop(fmt.Errorf("it has %d bytes, more than %d", max(done, total), most))
		}
	}})
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", remote, err)
	}
	data, err := os.ReadFile(local)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", remote, err)
	}
	return data, nil
}
