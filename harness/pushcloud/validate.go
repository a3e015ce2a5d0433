// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Fault is one rule of Push Kit that a request breaks.
type Fault struct {
	// Path names the field, e.g. "payload.notification.badge.setNum"; "body"
	// is the request as a whole.
	Path string `json:"path"`
	// Problem says what is wrong and what is allowed.
	Problem string `json:"problem"`
}

// String is path and problem.
func (f Fault) String() string { return f.Path + ": " + f.Problem }

// InvalidError is a request that was not sent for its faults.
type InvalidError struct {
	// Op is what was asked, "" for OpSend.
	Op Operation
	// Faults has all of them.
	Faults []Fault
}

// Error names every fault.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		texts[i] = f.String()
	}
	all := strings.Join(texts, "; ")
	if e.Op != "" && e.Op != OpSend {
		return string(e.Op) + " was not asked for: " + all
	}
	return "not sent, the message breaks rules of Push Kit: " + all + " (set Request.Unchecked to send it all the same)"
}

// Validate returns every fault that the documentation lets one see before
// sending, nil if there is none. Rights, quota and tokens are known to Push
// Cloud alone.
func Validate(r Request) []Fault {
	e, err := r.encode()
	if err != nil {
		return []Fault{{Path: "body", Problem: err.Error()}}
	}
	return e.validate(reveal(r.Tokens), r.Options.IsTest())
}

func (e encoded) validate(tokens []string, test bool) []Fault {
	c := newChecker()
	defer c.release()
	c.size(e)
	c.count(e.pushType, len(tokens), test)
	c.tokens("target.token", tokens)
	c.message(e)
	return c.faults
}

func (c *checker) message(e encoded) {
	kind, err := push.KindOfPushType(e.pushType)
	if err != nil {
		c.add("push-type", err.Error())
	}
	if payload, ok := c.document("payload", e.payload); ok && err == nil {
		payload.of(kind)
	}
	if options, ok := c.document("pushOptions", e.options); ok {
		c.options(e.pushType, options)
	}
}

func (c *checker) size(e encoded) {
	most := int(fixtures.LimitOf("body.max"))
	if n := e.size(); n > most {
		c.add("body", fmt.Sprintf("it has %d bytes without its tokens, %d more than %d", n, n-most, most))
	}
}

// mostTokens is how many tokens one call takes, and of what.
func mostTokens(pushType int, test bool) (most int, of string) {
	switch {
	case pushType == push.KindForm.PushType():
		return int(fixtures.LimitOf("tokens.form.max")), "a form"
	case test:
		return int(fixtures.LimitOf("tokens.test.max")), "a test message"
	}
	return int(fixtures.LimitOf("tokens.max")), "a call"
}

func (c *checker) count(pushType, n int, test bool) {
	least := int(fixtures.LimitOf("tokens.min"))
	if most, of := mostTokens(pushType, test); n < least || n > most {
		c.add("target.token", fmt.Sprintf("there are %d tokens, %s has %d to %d", n, of, least, most))
	}
}

func (c *checker) tokens(path string, tokens []string) {
	for i, t := range tokens {
		if trimmed := strings.TrimSpace(t); trimmed == "" {
			c.add(fmt.Sprintf("%s[%d]", path, i), "it is empty")
		} else if trimmed != t {
			c.add(fmt.Sprintf("%s[%d]", path, i), "it has white space around it")
		}
	}
}

// of checks the payload of a message of that kind.
func (o object) of(kind push.Kind) {
	switch kind {
	case push.KindAlert:
		o.alert()
	case push.KindExtension:
		o.text("extraData", required)
		if n, ok := o.child("notification", required); ok {
			n.notification(kind)
		}
	case push.KindBackground:
		o.text("extraData", required)
		o.oneOf("proxyData", "proxyData", optional)
	case push.KindForm:
		o.form()
	case push.KindLiveView:
		o.liveView()
	case push.KindVoIP:
		o.text("extraData", required)
	}
}

func (c *checker) options(pushType int, o object) {
	o.boolean("testMessage")
	o.integer("ttl", fixtures.LimitOf("ttl.min"), fixtures.LimitOf("ttl.max"), optional)
	if text, ok := o.text("biTag", optional); ok {
		if most := int(fixtures.LimitOf("biTag.max")); len(text) > most {
			o.fault("biTag", fmt.Sprintf("it has %d bytes, at most %d are allowed", len(text), most))
		}
	}
	o.text("receiptId", optional)
	o.integer("collapseKey", fixtures.LimitOf("collapseKey.min"), fixtures.LimitOf("collapseKey.max"), optional)
	if o.has("backgroundMode") {
		if pushType != push.KindBackground.PushType() {
			o.fault("backgroundMode", "it goes with push-type 6 only")
		}
		o.number("backgroundMode", "backgroundMode", optional)
	}
}
