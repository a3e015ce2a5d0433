// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// Name is what a package without Pushproof does not hold: the name of its
// native module is libpushproof.so, that of its HAR is pushproof, and its Go
// code names the module github.com/pushproof/pushproof. (Claims hap.context and
// hap.abc-text.)
const Name = "pushproof"

const (
	chunk = 64 << 10
	// margin is more than the longest of what is looked for, what is passed
	// over, and what is quoted around a find.
	margin = 512
	// around is how much is quoted on each side.
	around = 40
)

// searcher looks for Name in upper and lower case, in UTF-8 and in UTF-16.
type searcher struct {
	words [][]byte
	// except is the bundle's name, lower case, in both encodings: an app whose
	// bundle name has the word in it has no trace by that.
	except [][]byte
}

func newSearcher(bundle string) searcher {
	s := searcher{words: [][]byte{[]byte(Name), wide(Name)}}
	if bundle = strings.ToLower(bundle); strings.Contains(bundle, Name) && bundle != Name && len(bundle) <= margin/2 {
		s.except = [][]byte{[]byte(bundle), wide(bundle)}
	}
	return s
}

// wide is ASCII text in UTF-16, little endian.
func wide(text string) []byte {
	var b []byte
	for _, c := range []byte(text) {
		b = append(b, c, 0)
	}
	return b
}

// text reports whether a short text has the word.
func (s searcher) text(text string) bool {
	var f finds
	s.find(&f, []byte(text), 0, len(text))
	return f.count > 0
}

// finds is what was found in a text.
type finds struct {
	// first is what stands around the first find, or the first that works.
	first string
	count int
	// works is set if a find names the library, or the Go module.
	works bool
}

// add adds a find.
func (f *finds) add(quote string) {
	works := strings.Contains(strings.ToLower(quote), "lib"+Name) || strings.Contains(strings.ToLower(quote), "github.com/"+Name)
	if f.count == 0 || works && !f.works {
		f.first = quote
	}
	f.count++
	f.works = f.works || works
}

// reader reads all of r.
func (s searcher) reader(r io.Reader) (f finds, err error) {
	buf := make([]byte, 0, chunk+2*margin)
	from := 0 // what is before has been looked at
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return f, err
		}
		until := len(buf)
		if !end {
			until -= margin // there what follows is not known yet
		}
		s.find(&f, buf, from, until)
		if end {
			return f, nil
		}
		kept := min(2*margin, len(buf))
		copy(buf, buf[len(buf)-kept:])
		buf, from = buf[:kept], kept-margin
	}
}

// find looks for what begins in b[from:until].
func (s searcher) find(f *finds, b []byte, from, until int) {
	low := lower(b)
	for _, name := range s.except {
		for at := 0; ; {
			next := bytes.Index(low[at:], name)
			if next < 0 {
				break
			}
			at += next
			clear(low[at : at+len(name)])
		}
	}
	for _, word := range s.words {
		for at := from; ; at++ {
			next := bytes.Index(low[at:], word)
			if next < 0 || at+next >= until {
				break
			}
			at += next
			f.add(quote(b, at, len(word)))
		}
	}
}

// lower turns ASCII letters into lower case, and keeps all other bytes.
func lower(b []byte) []byte {
	low := make([]byte, len(b))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return low
}

// quote returns the word with what of a path, an address or an identifier
// stands around it.
func quote(b []byte, at, length int) string {
	word := b[at : at+length]
	step := length / len(Name) // 2 in UTF-16
	part := func(i int) bool {
		return i >= 0 && i+step <= len(b) && (step == 1 || b[i+1] == 0) && isPart(b[i])
	}
	head := at
	for n := 0; n < around && part(head-step); n++ {
		head -= step
	}
	tail := at + length
	for n := 0; n < around && part(tail); n++ {
		tail += step
	}
	return strings.ReplaceAll(string(b[head:at])+string(word)+string(b[at+length:tail]), "\x00", "")
}

func isPart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.&/@:+-", c) >= 0
}
