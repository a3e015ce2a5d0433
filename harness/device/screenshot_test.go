// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

// Receive implements device.Receiver.
func (s *script) Receive(ctx context.Context, _, remote, local string, o hdc.FileOptions) (hdc.Transfer, error) {
	s.mu.Lock()
	data, ok := s.files[remote]
	s.mu.Unlock()
	if !ok {
		return hdc.Transfer{}, &hdc.FileError{Path: remote, Problem: hdc.FileMissing}
	}
	if o.Progress != nil {
		o.Progress(0, int64(len(data)))
	}
	if err := ctx.Err(); err != nil {
		return hdc.Transfer{}, err
	}
	return hdc.Transfer{Path: local, Bytes: int64(len(data))}, os.WriteFile(local, []byte(data), 0o600)
}

func picture(t *testing.T, format string) string {
	t.Helper()
	var out bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 63, 136))
	var err error
	if format == "jpeg" {
		err = jpeg.Encode(&out, img, nil)
	} else {
		err = png.Encode(&out, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// cameras is a device on which both tools take pictures.
func cameras(t *testing.T, changes map[string]string) *script {
	t.Helper()
	s := newScript(t, "phone")
	profile, _ := fixtures.ProfileOf("phone")
	params := maps.Clone(profile.Params)
	maps.Copy(params, changes)
	s.params(params)
	s.does(`^snapshot_display -f \S+\.jpeg$`, func(_ context.Context, line string) (hdc.Result, error) {
		path := strings.Fields(line)[2]
		s.files[path] = picture(t, "jpeg")
		return said("process: display 0, file type: jpeg, width: 63, height: 136\n\nsuccess: snapshot display 0 , write to " +
			path + " as jpeg, width: 63, height: 136\n")
	})
	s.does(`^uitest screenCap -p \S+\.png$`, func(_ context.Context, line string) (hdc.Result, error) {
		path := strings.Fields(line)[3]
		s.files[path] = picture(t, "png")
		return said("ScreenCap saved to " + path + "\n")
	})
	return s
}

func TestScreenshot(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]string
		alter   func(*script)
		format  string
		fails   []string
	}{
		{"by snapshot_display", nil, nil, "jpeg", nil},
		{"developer mode is off", map[string]string{"const.security.developermode.state": "false"}, nil, "png", nil},
		{"no snapshot_display", nil, func(s *script) { s.lacks["snapshot_display"] = true }, "png", nil},
		{"snapshot_display wants developer mode", nil, func(s *script) {
			s.says(`^snapshot_display`, "current mode is not developer mode, just return.\n")
		}, "png", nil},
		{"snapshot_display fails", nil, func(s *script) {
			s.says(`^snapshot_display`, "error: GetDisplayById 0 error!\n")
		}, "png", nil},
		{"a file that is no picture", nil, func(s *script) {
			for tool, answer := range map[string]string{"snapshot_display -f": "success: snapshot display 0\n", "uitest screenCap -p": "ScreenCap saved to x\n"} {
				s.does(`^`+tool, func(_ context.Context, line string) (hdc.Result, error) {
					s.files[line[strings.LastIndexByte(line, ' ')+1:]] = "no picture"
					return said(answer)
				})
			}
		}, "", []string{"take a screenshot", "read the picture", "10 bytes"}},
		{"neither tool", nil, func(s *script) { s.lacks["snapshot_display"], s.lacks["uitest"] = true, true }, "",
			[]string{"no snapshot_display", "no uitest"}},
		{"both fail", nil, func(s *script) {
			s.says(`^snapshot_display`, "error: GetDisplayById 0 error!\n")
			s.says(`^uitest screenCap`, "ScreenCap failed: no display\n")
		}, "", []string{"GetDisplayById", "no display"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := cameras(t, tt.changes)
			if tt.alter != nil {
				tt.alter(s)
			}
			shot, err := open(t, s).Screenshot(t.Context())
			if len(s.files) != 0 {
				t.Errorf("files stay on the device: %d", len(s.files))
			}
			if tt.fails != nil {
				mentions(t, err, tt.fails...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if shot.Format != tt.format || shot.Width != 63 || shot.Height != 136 || string(shot.Data) != picture(t, tt.format) {
				t.Errorf("a %s of %d by %d, %d bytes; want a %s of 63 by 136", shot.Format, shot.Width, shot.Height, len(shot.Data), tt.format)
			}
		})
	}
}

func TestScreenshotIsBounded(t *testing.T) {
	s := cameras(t, nil)
	s.does(`^snapshot_display`, func(_ context.Context, line string) (hdc.Result, error) {
		s.files[strings.Fields(line)[2]] = strings.Repeat("x", 33<<20)
		return said("success: snapshot display 0\n")
	})
	_, err := open(t, s).Screenshot(t.Context())
	mentions(t, err, "34603008 bytes, more than 33554432")
	if len(s.files) != 0 {
		t.Error("the file stays on the device")
	}
}

// shellOnly is a shell that transfers no files.
type shellOnly struct{ s *script }

func (o shellOnly) Shell(ctx context.Context, key string, cmd hdc.Command) (hdc.Result, error) {
	return o.s.Shell(ctx, key, cmd)
}

func TestScreenshotNeedsFiles(t *testing.T) {
	d, err := device.Open(t.Context(), shellOnly{cameras(t, nil)}, "SERIAL7", device.App{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Screenshot(t.Context())
	mentions(t, err, "transfers no files", "hdc.Client")
}

func TestScreenshotOfADeviceThatIsGone(t *testing.T) {
	s := cameras(t, nil)
	s.does(`^snapshot_display`, func(context.Context, string) (hdc.Result, error) {
		return hdc.Result{}, &hdc.TargetError{Key: "SERIAL7", Kind: hdc.Offline}
	})
	_, err := open(t, s).Screenshot(t.Context())
	var target *hdc.TargetError
	if !errors.As(err, &target) || len(s.sent(`^uitest`)) > 0 {
		t.Errorf("error %v; want the *hdc.TargetError, and no second try", err)
	}
}
