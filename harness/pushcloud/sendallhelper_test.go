// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// numbered returns n tokens, named by their number.
func numbered(n int) []push.Token {
	made := make([]push.Token, n)
	for i := range made {
		made[i] = push.NewToken(fmt.Sprintf("MAMz-number-%06d-%s", i, strings.Repeat("x", 40)))
	}
	return made
}

// tokensIn reads the tokens in a body and puts the body back.
func tokensIn(r *http.Request) []string {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return tokensOf(body)
}

func tokensOf(body []byte) []string {
	var sent struct {
		Target struct {
			Token []string `json:"token"`
		} `json:"target"`
	}
	_ = json.Unmarshal(body, &sent)
	return sent.Target.Token
}

// cloud answers as Push Cloud does, by what it knows of each token.
type cloud struct {
	mu       sync.Mutex
	reasons  map[string]string // by token
	received map[string]int    // how often each token was accepted
	before   http.HandlerFunc  // may answer first: by panic, or with a status
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent := tokensIn(r)
	if c.before != nil {
		recorder := &firstWrite{ResponseWriter: w}
		c.before(recorder, r)
		if recorder.wrote {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	illegal := map[string][]string{}
	refused := 0
	for _, t := range sent {
		if reason := c.reasons[t]; reason != "" {
			illegal[reason] = append(illegal[reason], t)
			refused++
			continue
		}
		if c.received == nil {
			c.received = map[string]int{}
		}
		c.received[t]++
	}
	code, counts := "80100000", map[string]any{"illegalTokens": illegal, "success": len(sent) - refused, "failure": refused}
	switch refused {
	case 0:
		answers(200, success)(w, r)
		return
	case len(sent):
		code = "80300007"
		delete(counts, "success")
	}
	msg, _ := json.Marshal(counts)
	body, _ := json.Marshal(map[string]string{"code": code, "msg": string(msg), "requestId": "172005877136444524037001"})
	answers(200, string(body))(w, r)
}

type firstWrite struct {
	http.ResponseWriter
	wrote bool
}

func (f *firstWrite) WriteHeader(status int) { f.wrote = true; f.ResponseWriter.WriteHeader(status) }

// real is a request that is no test message.
func real(tokens []push.Token) pushcloud.Request {
	r := request()
	r.Tokens, r.Options.TestMessage = tokens, new(false)
	return r
}

func fates(d *pushcloud.Delivery) string {
	return fmt.Sprintf("%d accepted, %d rejected, %d unresolved, %d not sent",
		d.Count(pushcloud.Accepted), d.Count(pushcloud.Rejected), d.Count(pushcloud.Unresolved), d.Count(pushcloud.NotSent))
}
