// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options configure a Recorder.
type Options struct {
	// Dir is the folder of the files; it is made if it is not there.
	Dir string
	// Simulator is the common name of the authority by which a simulated cloud
	// is known.
	Simulator string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Recorder writes down exchanges. It is safe for concurrent use.
type Recorder struct {
	options Options

	mu    sync.Mutex
	files []string
	errs  []error
}

// New makes the folder and a recorder for it.
func New(o Options) (*Recorder, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for recordings: %w", err)
	}
	return &Recorder{options: o}, nil
}

// Files returns the paths of what was written so far, in the order of writing.
func (r *Recorder) Files() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.files)
}

// Err returns what could not be written. It spoils no exchange.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.errs...)
}

// Transport returns a transport that hands each request to base and writes it
// down with its answer. An answer is read whole before the caller gets it.
func (r *Recorder) Transport(base http.RoundTripper) http.RoundTripper {
	return &transport{r, base}
}

type transport struct {
	*Recorder
	base http.RoundTripper
}

// CloseIdleConnections closes those of the transport below.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// maxBody bounds what is kept of a body; the caller gets the rest, too.
const maxBody = 1 << 20

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	asked, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	secrets := newRedactor(request, asked)
	began := t.options.Now()
	response, err := t.base.RoundTrip(request)
	rec := &Recording{
		Schema: Schema, Recorded: began.UTC(), Endpoint: request.URL.Scheme + "://" + request.URL.Host,
		Request: Request{
			Method: request.Method, Path: secrets.path(request.URL.Path),
			Header: secrets.header(request.Header), Body: secrets.body(asked),
		},
	}
	if len(asked) > maxBody {
		rec.Request.Body = Body{Bytes: len(asked), Withheld: "it is too long"}
	}
	if err != nil {
		rec.Error = secrets.text(err.Error())
	} else {
		t.readAnswer(rec, secrets, response)
	}
	rec.TookMillis = t.options.Now().Sub(began).Milliseconds()
	t.keep(rec)
	return response, err
}

// bodyOf returns the request's body and leaves it to be sent.
func bodyOf(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		defer body.Close()
		return io.ReadAll(body)
	}
	return nil, errors.New("record a request: its body can be read only once")
}

// readAnswer reads the body and puts what was read in its place, its end and
// all.
func (t *transport) readAnswer(rec *Recording, secrets redactor, response *http.Response) {
	if state := response.TLS; state != nil && len(state.PeerCertificates) > 0 {
		rec.Issuer = state.PeerCertificates[0].Issuer.CommonName
		rec.Simulated = rec.Issuer != "" && rec.Issuer == t.options.Simulator
	}
	answered, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	response.Body = &replayed{io.MultiReader(bytes.NewReader(answered), &rest{err, response.Body}), response.Body}
	rec.Response = &Response{
		Status: response.StatusCode, Proto: response.Proto,
		Header: secrets.header(response.Header), Body: secrets.body(answered),
	}
	switch {
	case err != nil:
		rec.Error = secrets.text("read the answer: " + err.Error())
	case len(answered) > maxBody:
		rec.Response.Body = Body{Bytes: len(answered), Withheld: "it is too long"}
	}
}

// replayed is a body of which a part was read before.
type replayed struct {
	io.Reader
	io.Closer
}

// rest is what comes after the part that was read: its error, or more.
type rest struct {
	err  error
	more io.Reader
}

func (r *rest) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.more.Read(p)
}

func (t *transport) keep(rec *Recording) {
	// Names with the same time are told apart by a number.
	t.mu.Lock()
	defer t.mu.Unlock()
	path, err := rec.write(t.options.Dir)
	if err != nil {
		t.errs = append(t.errs, err)
		return
	}
	t.files = append(t.files, path)
}

// trim is what a header's value begins with, without parameters.
func trim(value string) string {
	head, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(head))
}
