// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// FuzzUnpack unpacks what a client might send for an archive of packages, and
// wants nothing outside of the folder, and no bytes from nowhere.
func FuzzUnpack(f *testing.F) {
	one := archived(f, map[string][]byte{"a.hap": []byte("a package")})
	f.Add([]byte(one))
	f.Add([]byte(archived(f, map[string][]byte{"../../a.hap": bytes.Repeat([]byte("x"), 1024)})))
	f.Add([]byte(archived(f, map[string][]byte{strings.Repeat("n", 150) + ".hap": nil})))
	f.Add([]byte(one + string(make([]byte, 1024))))
	f.Add([]byte(one[:700]))
	f.Fuzz(func(t *testing.T, content []byte) {
		const name, folder = "/data/local/tmp/x.tar", "/data/local/tmp/x"
		held := newDisk(map[string]string{"/data/local/tmp/": "", name: string(content)})
		err := hdcd.Unpack(held, name, folder)
		total := 0
		for _, at := range held.names("/") {
			text, _ := held.content(at)
			switch {
			case strings.HasPrefix(at, folder+"/"):
				total += len(text)
			case at != folder && at != name && at != "/data/local/tmp":
				t.Fatalf("%s was made (%v)", at, err)
			}
		}
		if total > len(content) {
			t.Fatalf("%d bytes out of %d", total, len(content))
		}
	})
}

// FuzzMode wants that what can be read of a mode is written in a form that
// reads the same.
func FuzzMode(f *testing.F) {
	f.Add([]byte(mode(0o100644, "")))
	f.Add([]byte(mode(0o040755, "dir/sub")))
	f.Fuzz(func(t *testing.T, body []byte) {
		once, err := hdcd.RecodeMode(body)
		if err != nil {
			return
		}
		if twice, err := hdcd.RecodeMode(once); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%q became %q, then %q (%v)", body, once, twice, err)
		}
	})
}

// withModes are the recorded clients that send a folder, made to send modes as
// well, which no recording has.
func withModes(f testing.TB) (streams [][]byte) {
	for _, version := range transcripts.Versions() {
		all, err := transcripts.LoadFiles(version)
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range all {
			if r.Name != "file-send-dir.cli" {
				continue
			}
			sent := r.Stream(0, false)
			at := bytes.Index(sent, []byte("\xb9\x0b")) - 4
			var frames []byte
			for _, body := range []string{"\xbe\x0b" + mode(0o100600, ""), "\xbf\x0b" + mode(0o040700, "sub")} {
				frames = append(binary.BigEndian.AppendUint32(frames, uint32(len(body))), body...)
			}
			streams = append(streams, slices.Concat(sent[:at], frames, sent[at:]))
		}
	}
	if len(streams) == 0 {
		f.Fatal("no recording sends a folder")
	}
	return streams
}
