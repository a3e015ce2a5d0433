// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
)

// Commands of the frames that carry a transfer. Source: the recordings
// file-send-1k.cli, file-recv-1k.cli and install-bm-stub-ok.cli; those of the
// modes are a claim: hdc.file-modes.
const (
	cmdChannelClose = 2
	cmdWakeup       = 12
	cmdFileInit     = 3000
	cmdFileCheck    = 3001
	cmdFileBegin    = 3002
	cmdFileData     = 3003
	cmdFileFinish   = 3004
	cmdFileMode     = 3006
	cmdDirMode      = 3007
	cmdAppInit      = 3500
	cmdAppCheck     = 3501
	cmdAppBegin     = 3502
	cmdAppData      = 3503
	cmdAppFinish    = 3504
)

// featureHuge is the first bit of the features in a BEGIN frame.
const featureHuge = 1

// Pieces of a file in one frame, with huge buffers and without. Source: the
// recordings file-recv-1m and file-send-1m of 3.2.0f and 2.0.0a.
const (
	hugePiece  = 418_611
	smallPiece = 48 << 10
)

// request is a command line of file or install.
type request struct {
	// remote: the client opens its own files and sends them in frames.
	remote bool
	// cwd is the client's folder, with a slash at its end.
	cwd string
	// options are the words that start with a dash, apart from -cwd, with
	// their values.
	options []string
	names   []string
}

// valued are the options that take a value, of install and file alike.
const valued = " -u -w -b -p "

// parseRequest splits what follows the verb.
func parseRequest(line string) request {
	var r request
	words := splitWords(line)
	if len(words) > 0 && words[0] == "remote" {
		r.remote, words = true, words[1:]
	}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "-cwd" && len(words) > 0:
			r.cwd, words = words[0], words[1:]
		case word == "-p" && len(words) > 0:
			// install -p PATH is install PATH.
		case strings.HasPrefix(word, "-"):
			r.options = append(r.options, word)
			if strings.Contains(valued, " "+word+" ") && len(words) > 0 {
				r.options, words = append(r.options, words[0]), words[1:]
			}
		default:
			r.names = append(r.names, word)
		}
	}
	return r
}

func (r request) has(option string) bool {
	for _, o := range r.options {
		if o == option {
			return true
		}
	}
	return false
}

// value is what follows an option, "" where it is not given.
func (r request) value(option string) string {
	for i, o := range r.options {
		if o == option && i+1 < len(r.options) {
			return r.options[i+1]
		}
	}
	return ""
}

// refuses is the text against an option that hdc does not know, or whose value
// is missing; "" where there is none. usage is that of the verb with -b.
func (d dialect) refuses(r request, usage string) string {
	for i := 0; i < len(r.options); i++ {
		switch o := r.options[i]; {
		case o == "-b" && d.sandbox:
			if i++; i == len(r.options) {
				return fmt.Sprintf(textNoBundle, usage)
			}
		case o != "-a" && o != "-sync" && o != "-z" && o != "-m":
			return fmt.Sprintf(textUnknownOption, o)
		}
	}
	return ""
}

// splitWords splits at spaces outside double quotes, which it removes.
func splitWords(line string) []string {
	var words []string
	var word strings.Builder
	quoted, open := false, false
	for _, c := range []byte(line) {
		switch {
		case c == '"':
			quoted, open = !quoted, true
		case c == ' ' && !quoted:
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words
}

// send sends a frame of a transfer.
func (c *channel) send(command uint16, body []byte) error {
	return c.say(string(append(binary.LittleEndian.AppendUint16(nil, command), body...)))
}

// next waits for the client's next frame of a transfer. It fails when the
// client or the device is gone.
func (c *channel) next() (command uint16, body []byte, ok bool) {
	select {
	case f, open := <-c.frames:
		if !open || len(f) < 2 {
			return 0, nil, false
		}
		return binary.LittleEndian.Uint16(f), f[2:], true
	case <-c.gone().Done():
		return 0, nil, false
	}
}

// features is the body of a BEGIN frame: eight bytes of flags, none at all in
// 2.0.0a.
func (d dialect) featureFlags() []byte {
	if d.features == 0 {
		return nil
	}
	return binary.LittleEndian.AppendUint64(nil, d.features)
}

// tally counts what a transfer has moved, for the line at its end.
type tally struct {
	began time.Time
	bytes uint64
	files int
}

// String is hdc's summary. It counts whole milliseconds, and divides by them.
func (t tally) String() string {
	took := time.Since(t.began).Milliseconds()
	rate := float64(t.bytes) / float64(took)
	text := fmt.Sprintf("%.2f", rate)
	switch {
	case math.IsNaN(rate):
		text = "-nan"
	case math.IsInf(rate, 0):
		text = "inf"
	}
	return fmt.Sprintf("FileTransfer finish, Size:%d, File count = %d, time:%dms rate:%skB/s\r\n", t.bytes, t.files, took, text)
}
