// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// WaitMax bounds how long a reader waits for a receipt. It is below the 30 s
// after which many proxies give up.
const WaitMax = 25 * time.Second

// The bounds of reading.
const (
	// PageMax is how many receipts an answer holds at most.
	PageMax = 200

	readersMax = 1000
	tokenLeast = 16
)

// Page is a reader's answer.
type Page struct {
	// Receipts are by ID; if they are PageMax, there may be more after the
	// last one.
	Receipts []Receipt `json:"receipts"`
	// Counts says what else came since the collector was started: a receipt
	// that is missed may be among what was not kept.
	Counts Counts `json:"counts"`
}

// Reader returns the handler that answers
//
//	GET ?biTag=TAG[&after=ID][&wait=10s]
//
// with a Page of the receipts of that biTag, at once if there are any, else
// when there are, at the latest after wait, which is no more than WaitMax. Its
// users bring the token as "Authorization: Bearer TOKEN"; a token of fewer than
// 16 characters is refused here. Pages of other origins (Origin header) are
// refused.
func (c *Collector) Reader(token Secret) (http.Handler, error) {
	if len(token.Reveal()) < tokenLeast {
		return nil, fmt.Errorf("the token for reading receipts has fewer than %d characters: make one with `openssl rand -hex 32`", tokenLeast)
	}
	return &reader{c: c, token: token}, nil
}

type reader struct {
	c     *Collector
	token Secret
}

// question is what a reader asks.
type question struct {
	tag   string
	after int64
	wait  time.Duration
}

func (h *reader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, refusal := h.admit(r)
	if refusal != nil {
		if refusal.Kind == RefusedMethod {
			w.Header().Set("Allow", http.MethodGet)
		}
		h.c.tell("a reader was refused", r, refusal)
		refuse(w, refusal)
		return
	}
	if q.wait > 0 {
		// A server's own write deadline may be shorter than the wait.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(q.wait + h.c.o.Timeout))
	}
	list, refusal := h.find(r.Context(), q)
	if refusal != nil {
		refuse(w, refusal)
		return
	}
	if list == nil {
		list = []Receipt{}
	}
	reply(w, http.StatusOK, Page{Receipts: list, Counts: h.c.Counts()})
}

// admit looks at everything but the store.
func (h *reader) admit(r *http.Request) (question, *Refusal) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case r.Method != http.MethodGet:
		return question{}, &Refusal{RefusedMethod, "receipts are read with GET"}
	case r.Header.Get("Origin") != "":
		return question{}, &Refusal{RefusedOrigin, "web pages (Origin header) have no business here"}
	case !strings.EqualFold(scheme, "Bearer") || !h.token.equal(strings.TrimSpace(token)):
		return question{}, &Refusal{RefusedToken, "the bearer token is missing or wrong"}
	}
	return parseQuestion(r.URL.Query())
}

func parseQuestion(v url.Values) (question, *Refusal) {
	q := question{tag: v.Get("biTag")}
	if q.tag == "" || len(q.tag) > textMax {
		return q, &Refusal{RefusedQuery, "biTag must have 1 to " + strconv.Itoa(textMax) + " bytes"}
	}
	var err error
	if text := v.Get("after"); text != "" {
		if q.after, err = strconv.ParseInt(text, 10, 64); err != nil || q.after < 0 {
			return q, &Refusal{RefusedQuery, "after is not the id of a receipt"}
		}
	}
	if text := v.Get("wait"); text != "" {
		if q.wait, err = time.ParseDuration(text); err != nil || q.wait < 0 {
			return q, &Refusal{RefusedQuery, "wait is no duration: write 10s"}
		}
		q.wait = min(q.wait, WaitMax)
	}
	return q, nil
}

// find asks the store, and once more each time that a receipt of the biTag
// comes, until there is one or the wait is over.
func (h *reader) find(ctx context.Context, q question) ([]Receipt, *Refusal) {
	over := make(<-chan time.Time)
	if q.wait > 0 {
		timer := time.NewTimer(q.wait)
		defer timer.Stop()
		over = timer.C
	}
	for {
		list, more, refusal := h.once(ctx, q, over)
		if refusal != nil || len(list) > 0 || !more {
			return list, refusal
		}
	}
}

// once joins the board before it looks, so that nothing comes in between.
func (h *reader) once(ctx context.Context, q question, over <-chan time.Time) (list []Receipt, more bool, refusal *Refusal) {
	var rung <-chan struct{}
	if q.wait > 0 {
		bell, leave, ok := h.c.board.join(q.tag, readersMax)
		if !ok {
			return nil, false, &Refusal{RefusedBusy, "too many readers wait at once: ask again"}
		}
		defer leave()
		rung = bell
	}
	asking, cancel := context.WithTimeout(ctx, h.c.o.Timeout)
	defer cancel()
	list, err := h.c.o.Store.ByTag(asking, q.tag, q.after, PageMax)
	if err != nil {
		if ctx.Err() == nil {
			h.c.o.Logger.Error("receipts could not be read", "error", err)
		}
		return nil, false, &Refusal{RefusedStore, "the receipts could not be read: ask again later"}
	}
	if len(list) > 0 || q.wait <= 0 {
		return list, false, nil
	}
	select {
	case <-rung:
		return nil, true, nil
	case <-over:
	case <-ctx.Done():
	case <-h.c.board.closed:
	}
	return nil, false, nil
}
