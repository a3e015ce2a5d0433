// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
)

// Options are start's. The platform's paths and its time zone come from ArkTS,
// since a library that ArkTS loads finds none of them by itself.
type Options struct {
	// FilesDir is the app's files folder (context.filesDir).
	FilesDir string `json:"filesDir"`
	// TempDir is where temporary files go (context.tempDir); "" leaves TMPDIR
	// alone.
	TempDir string `json:"tempDir,omitempty"`
	// HomeDir becomes HOME; "" means FilesDir.
	HomeDir string `json:"homeDir,omitempty"`
	// Role is the process that the module lives in: main or extension.
	Role wire.Role `json:"role"`
	// Device is what the app runs on (deviceInfo).
	Device wire.Device `json:"device"`
	// UTCOffsetMinutes is the time zone, east of UTC; the library has no table
	// of zones, and sends UTC. It is used for lines in hilog only.
	UTCOffsetMinutes int `json:"utcOffsetMinutes,omitempty"`
	// CAFile and CADir hold the system's certificates, for a hub by wss; "" takes
	// Go's own list of places.
	CAFile string `json:"caFile,omitempty"`
	CADir  string `json:"caDir,omitempty"`
	// Want is the JSON of want.parameters that onCreate got; a session in it is
	// used.
	Want string `json:"want,omitempty"`
}

// ParseOptions reads start's argument. A field that is not known is refused: a
// slip of the pen in an optional one would go unseen.
func ParseOptions(text []byte) (Options, error) {
	var o Options
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return Options{}, newError(CodeParameter, "start: options: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return o, o.check()
}

const maxOffset = 18 * 60

func (o Options) check() error {
	switch {
	case o.FilesDir == "" || !filepath.IsAbs(o.FilesDir):
		return newError(CodeParameter, "start: filesDir %q is no absolute path: pass context.filesDir", o.FilesDir)
	case o.Role != wire.RoleMain && o.Role != wire.RoleExtension:
		return newError(CodeParameter, "start: role %q is neither %s nor %s", o.Role, wire.RoleMain, wire.RoleExtension)
	case o.Device.Type == "":
		return newError(CodeParameter, "start: device.type is missing: pass deviceInfo.deviceType")
	case o.UTCOffsetMinutes < -maxOffset || o.UTCOffsetMinutes > maxOffset:
		return newError(CodeParameter, "start: utcOffsetMinutes is %d, beyond %d either way", o.UTCOffsetMinutes, maxOffset)
	}
	return nil
}

func (o Options) want() json.RawMessage {
	if o.Want == "" {
		return nil
	}
	return json.RawMessage(o.Want)
}

// environment sets what Go's own libraries look for. The process is the app's:
// what is set there already stays.
func (o Options) environment() {
	home := o.HomeDir
	if home == "" {
		home = o.FilesDir
	}
	for name, value := range map[string]string{
		"TMPDIR": o.TempDir, "HOME": home, "SSL_CERT_FILE": o.CAFile, "SSL_CERT_DIR": o.CADir,
	} {
		if value != "" && os.Getenv(name) == "" {
			// It fails for names and values with a zero byte only.
			_ = os.Setenv(name, value)
		}
	}
	if o.UTCOffsetMinutes != 0 && time.Local.String() == "UTC" {
		minutes := o.UTCOffsetMinutes
		sign := '+'
		if minutes < 0 {
			sign, minutes = '-', -minutes
		}
		name := fmt.Sprintf("UTC%c%02d:%02d", sign, minutes/60, minutes%60)
		time.Local = time.FixedZone(name, o.UTCOffsetMinutes*60)
	}
}
