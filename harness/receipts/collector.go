// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Defaults of Options.
const (
	DefaultWindow     = 5 * time.Minute
	DefaultBodyMax    = 512 << 10
	DefaultNonceLimit = 1 << 18
	DefaultPostLimit  = 128
	DefaultTimeout    = 10 * time.Second
)

// Options configure a Collector. User, Key and Store must be set.
type Options struct {
	// Store keeps the receipts.
	Store Store
	// User and Key are the callback's user name and key, as they stand in the
	// receipt configuration in AppGallery Connect.
	User string
	Key  Secret
	// KeyEncoding says which bytes the key stands for; empty takes both.
	KeyEncoding KeyEncoding
	// Window is by how much a post's timestamp may differ from this host's
	// clock, to either side. Zero means DefaultWindow.
	Window time.Duration
	// BodyMax bounds the bytes of a body. Zero means DefaultBodyMax.
	BodyMax int64
	// NonceLimit bounds the nonces that are remembered; a post beyond it gets
	// 503 until some are too old to be used again. Zero means
	// DefaultNonceLimit.
	NonceLimit int
	// PostLimit bounds the posts that are served at once; one beyond it gets
	// 503. Zero means DefaultPostLimit.
	PostLimit int
	// Timeout bounds the reading of a body and, again, the keeping of its
	// receipts. Zero means DefaultTimeout.
	Timeout time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger gets a line for each post that is kept, and for those that are
	// not; nil discards them.
	Logger *slog.Logger
}

// Counts says what came since a collector was made.
type Counts struct {
	// Posts counts posts whose receipts were kept, Receipts those receipts
	// (a repeated one each time), Faults the statuses that were left out.
	Posts    uint64 `json:"posts"`
	Receipts uint64 `json:"receipts"`
	Faults   uint64 `json:"faults"`
	// Unsigned counts posts without a signature: answered, and not kept.
	Unsigned uint64 `json:"unsigned"`
	// Refused counts refused posts.
	Refused uint64 `json:"refused"`
}

// Collector takes posts of receipts, at whatever path it is served. Its methods
// may be called from any goroutine.
type Collector struct {
	o      Options
	who    verifier
	nonces *nonces
	posts  chan struct{}
	board  *board

	kept, receipts, faults, unsigned, refused atomic.Uint64
	// told counts refusals by kind, for the log; its keys do not change.
	told map[Kind]*atomic.Uint64
}

// New makes a collector, or says which option is wrong. Close it.
func New(o Options) (*Collector, error) {
	if o.Store == nil {
		return nil, errors.New("make a collector of receipts: it has no store")
	}
	who, err := newVerifier(o.User, o.Key, o.KeyEncoding)
	if err != nil {
		return nil, err
	}
	def(&o.Window, DefaultWindow)
	def(&o.BodyMax, DefaultBodyMax)
	def(&o.NonceLimit, DefaultNonceLimit)
	def(&o.PostLimit, DefaultPostLimit)
	def(&o.Timeout, DefaultTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	told := map[Kind]*atomic.Uint64{}
	for kind := range statuses {
		told[kind] = new(atomic.Uint64)
	}
	return &Collector{
		o: o, who: who, nonces: newNonces(o.Window, o.NonceLimit),
		posts: make(chan struct{}, o.PostLimit), board: newBoard(), told: told,
	}, nil
}

func def[T int | int64 | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

// Counts returns what came so far.
func (c *Collector) Counts() Counts {
	return Counts{
		Posts: c.kept.Load(), Receipts: c.receipts.Load(), Faults: c.faults.Load(),
		Unsigned: c.unsigned.Load(), Refused: c.refused.Load(),
	}
}

// Close ends the wait of every reader; those that come later do not wait. The
// store is the caller's to close.
func (c *Collector) Close() { c.board.close() }

// ServeHTTP takes one post.
//
// A post without a signature is answered with success, unread, and nothing of
// it is kept: so may be the one by which AppGallery Connect tests the address
// before it takes the configuration (claim receipts.test-post), and anybody
// could send it.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		c.refuse(w, r, &Refusal{RefusedMethod, "receipts are posted"})
		return
	}
	signature := strings.Join(r.Header.Values(Header), ";")
	if signature == "" {
		if n := c.unsigned.Add(1); telling(n) {
			c.o.Logger.Warn("a post without a signature was answered and not kept", "from", r.RemoteAddr, "count", n,
				"advice", "expected for the console's test; if receipts are missing, set user name and key in the receipt configuration")
		}
		reply(w, http.StatusOK, success)
		return
	}
	select {
	case c.posts <- struct{}{}:
		defer func() { <-c.posts }()
	default:
		c.refuse(w, r, &Refusal{RefusedBusy, "too many posts at once: post again"})
		return
	}
	if refusal := c.take(w, r, signature); refusal != nil {
		c.refuse(w, r, refusal)
		return
	}
	reply(w, http.StatusOK, success)
}

func (c *Collector) refuse(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	c.refused.Add(1)
	c.tell("a post was refused", r, refusal)
	refuse(w, refusal)
}

// tell logs a refusal.
func (c *Collector) tell(what string, r *http.Request, refusal *Refusal) {
	if n := c.told[refusal.Kind].Add(1); telling(n) {
		c.o.Logger.Warn(what, "from", r.RemoteAddr, "kind", refusal.Kind, "reason", refusal.Reason, "count", n)
	}
}

// telling reports whether the nth event of a kind is worth a line: strangers
// could fill a log otherwise. Powers of two are.
func telling(n uint64) bool { return n&(n-1) == 0 }

// take keeps the receipts of a post that says who signed it. Nothing is read,
// and no nonce remembered, before the signature has been checked.
func (c *Collector) take(w http.ResponseWriter, r *http.Request, signature string) *Refusal {
	now := c.o.Now()
	id, refusal := c.check(now, signature)
	if refusal != nil {
		return refusal
	}
	body, refusal := c.read(w, r)
	if refusal != nil {
		return refusal
	}
	switch c.nonces.claim(now, digestOf([]byte(id.Nonce)), digestOf(body)) {
	case replayed:
		return &Refusal{RefusedReplay, "the nonce was used for another body"}
	case full:
		return &Refusal{RefusedBusy, "too many posts within the freshness window: post again later"}
	}
	list, faults, err := Parse(body)
	if err != nil {
		return &Refusal{RefusedBody, err.Error()}
	}
	for _, f := range faults {
		c.faults.Add(1)
		c.o.Logger.Warn("a status was left out", "from", r.RemoteAddr, "fault", f.Error())
	}
	return c.keep(r.Context(), list)
}

// check judges the signature and its age.
func (c *Collector) check(now time.Time, signature string) (CallbackID, *Refusal) {
	id, err := ParseCallbackID(signature)
	if err != nil {
		return id, &Refusal{RefusedHeader, err.Error()}
	}
	if !c.who.signed(id) {
		return id, &Refusal{RefusedSignature, "the signature is not by this user and key"}
	}
	signed, _ := id.time()
	if age := now.Sub(signed); age > c.o.Window || age < -c.o.Window {
		return id, &Refusal{RefusedStale, "the timestamp is more than " + c.o.Window.String() + " away from this host's clock (it is in milliseconds)"}
	}
	return id, nil
}

// read takes a bounded body in bounded time.
func (c *Collector) read(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	// A server that cannot set deadlines has its own.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(c.o.Timeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, c.o.BodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &Refusal{RefusedSize, "the body is larger than this collector takes"}
	case err != nil:
		return nil, &Refusal{RefusedBody, "the body could not be read to its end"}
	}
	return body, nil
}

// keep stores the receipts, then wakes those who wait for them.
func (c *Collector) keep(ctx context.Context, list []Receipt) *Refusal {
	now := c.o.Now().UTC().Truncate(time.Millisecond)
	for i := range list {
		list[i].Received = now
	}
	if len(list) > 0 {
		ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
		defer cancel()
		if err := c.o.Store.Add(ctx, list); err != nil {
			c.o.Logger.Error("receipts were not kept; Push Cloud may post them again", "count", len(list), "error", err)
			return &Refusal{RefusedStore, "the receipts could not be kept: post them again later"}
		}
		c.board.wake(list)
	}
	c.kept.Add(1)
	c.receipts.Add(uint64(len(list)))
	c.o.Logger.Info("receipts kept", "count", len(list))
	return nil
}
