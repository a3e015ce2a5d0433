// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"bytes"
	"cmp"
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
//
// TempDir, HomeDir, CAFile and CADir become variables of the process, which all
// environments share: what is given replaces what stands there, such as what an
// app inherits from the process that it is forked from, and the last start wins.
type Options struct {
	// FilesDir is the app's files folder (context.filesDir).
	FilesDir string `json:"filesDir"`
	// TempDir becomes TMPDIR, where temporary files go (context.tempDir); ""
	// leaves it alone.
	TempDir string `json:"tempDir,omitempty"`
	// HomeDir becomes HOME; "" means FilesDir where HOME is not set, and leaves
	// it alone elsewhere.
	HomeDir string `json:"homeDir,omitempty"`
	// Role is the process that the module lives in: main or extension.
	Role wire.Role `json:"role"`
	// Device is what the app runs on (deviceInfo).
	Device wire.Device `json:"device"`
	// UTCOffsetMinutes is the time zone, east of UTC; nil takes the process's own.
	// The library has no table of zones, and sends UTC: the offset is for the
	// times of this Bridge's lines, where no log of the system adds its own.
	UTCOffsetMinutes *int `json:"utcOffsetMinutes,omitempty"`
	// CAFile and CADir become SSL_CERT_FILE and SSL_CERT_DIR, the certificates
	// for a hub by wss; "" leaves them alone, and Go has its own list of places.
	// They are read once in a process, before the first such hub.
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
	case o.UTCOffsetMinutes != nil && (*o.UTCOffsetMinutes < -maxOffset || *o.UTCOffsetMinutes > maxOffset):
		return newError(CodeParameter, "start: utcOffsetMinutes is %d, beyond %d either way", *o.UTCOffsetMinutes, maxOffset)
	}
	return nil
}

func (o Options) want() json.RawMessage {
	if o.Want == "" {
		return nil
	}
	return json.RawMessage(o.Want)
}

// environment sets what Go's own libraries look for. What start was told wins;
// its default does not replace what the process has.
func (o Options) environment() {
	home := cmp.Or(o.HomeDir, os.Getenv("HOME"), o.FilesDir)
	for name, value := range map[string]string{
		"TMPDIR": o.TempDir, "HOME": home, "SSL_CERT_FILE": o.CAFile, "SSL_CERT_DIR": o.CADir,
	} {
		if value != "" {
			// It fails for values with a zero byte only, which are no paths.
			_ = os.Setenv(name, value)
		}
	}
}

// zone is the time zone of the lines.
func (o Options) zone() *time.Location {
	if o.UTCOffsetMinutes == nil {
		return time.Local
	}
	sign, minutes := '+', *o.UTCOffsetMinutes
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return time.FixedZone(fmt.Sprintf("UTC%c%02d:%02d", sign, minutes/60, minutes%60), *o.UTCOffsetMinutes*60)
}
