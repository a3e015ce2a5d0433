// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// example is a request in the making.
type example struct {
	pushType int
	payload  *node
	// options is an object, or nil.
	options *node
	// tokens are numbers of devices, or what is no token.
	tokens []int
}

// What may stand among the tokens.
const (
	emptyToken  = -1
	paddedToken = -2
)

func (e example) clone() example {
	return example{e.pushType, e.payload.clone(), e.options.clone(), slices.Clone(e.tokens)}
}

// String is the request as one would write it down.
func (e example) String() string {
	tokens := fmt.Sprint(e.tokens)
	if len(e.tokens) > 12 {
		tokens = fmt.Sprintf("%d of them", len(e.tokens))
	}
	return fmt.Sprintf("push-type:   %d\npayload:     %s\npushOptions: %s\ntokens:      %s",
		e.pushType, fold(string(e.payload.bytes())), fold(string(e.options.bytes())), tokens)
}

// fold writes what stands many times in a row once, and how often: a text of
// 4000 letters says no more than its length.
func fold(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		times, unit := 0, 0
		for n := 1; n <= 12 && i+n <= len(text); n++ {
			repeated := 1
			for strings.HasPrefix(text[i+repeated*n:], text[i:i+n]) {
				repeated++
			}
			if repeated*n > times*unit && repeated >= 12 {
				times, unit = repeated, n
			}
		}
		if times == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		fmt.Fprintf(&b, "%s(x%d)", text[i:i+unit], times)
		i += times * unit
	}
	return b.String()
}

// request makes what an author would hand to the client: options by
// ParseMessage, so that those which fit have gone through their fields.
func (e example) request(w *world) (pushcloud.Request, error) {
	var tokens []push.Token
	for _, i := range e.tokens {
		t, err := w.token(max(i, 0))
		if err != nil {
			return pushcloud.Request{}, err
		}
		switch i {
		case emptyToken:
			t = push.NewToken("")
		case paddedToken:
			t = push.NewToken(t.Reveal() + " ")
		}
		tokens = append(tokens, t)
	}
	r := pushcloud.Request{Message: pushcloud.RawMessage{Type: e.pushType, Body: e.payload.bytes()}, Tokens: tokens}
	if e.options == nil {
		return r, nil
	}
	file := &node{object: true, members: []member{{`"pushType"`, leaf("0")}, {`"payload"`, leaf("{}")}, {`"pushOptions"`, e.options}}}
	parsed, err := pushcloud.ParseMessage(file.bytes())
	r.Options = parsed.Options
	return r, err
}

// disagreement is a request of which client and simulator think otherwise.
type disagreement struct {
	example example
	faults  []pushcloud.Fault
	code    string
	detail  string
}

func (d *disagreement) String() string {
	var b strings.Builder
	b.WriteString(d.example.String() + "\nValidate:    ")
	if len(d.faults) == 0 {
		b.WriteString("no fault\n")
	}
	for i, f := range d.faults {
		if i > 0 {
			b.WriteString("             ")
		}
		b.WriteString(f.String() + "\n")
	}
	fmt.Fprintf(&b, "simulator:   %s %s\n", d.code, d.detail)
	return b.String()
}

// verdict is what became of the comparison of one example.
type verdict struct {
	code   string
	faults []pushcloud.Fault
	// excused are the exceptions that explain a difference.
	excused []string
	// differs is set where nothing does.
	differs *disagreement
}

// compare asks both.
func (w *world) compare(ctx context.Context, e example) (verdict, error) {
	r, err := e.request(w)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{faults: pushcloud.Validate(r)}
	var detail string
	if v.code, detail, err = w.ask(ctx, r); err != nil {
		return v, err
	}
	if slices.Contains(e.expect(v.faults), v.code) {
		return v, nil
	}
	if len(v.faults) > 0 {
		// Only a client that is the stricter one can be excused.
		settled, names := settle(e)
		if r, err = settled.request(w); err != nil {
			return v, err
		}
		left := slices.DeleteFunc(pushcloud.Validate(r), isSize) // to settle changes the size
		if len(names) > 0 && slices.Contains(settled.expect(left), v.code) {
			v.excused = names
			return v, nil
		}
	}
	v.differs = &disagreement{e, v.faults, v.code, detail}
	return v, nil
}

// stage is where the cloud looks for a fault (claim cloud.check-order).
type stage int

const (
	headers stage = iota
	syntax
	size
	payload
	options
	count
	tokens
	passed
)

// expect returns the codes of which one must be the answer to a request with
// these faults: those of the first stage that has any.
func (e example) expect(faults []pushcloud.Fault) []string {
	first, codes := passed, []string{fixtures.Success}
	for _, f := range faults {
		at, code := e.place(f)
		switch {
		case at < first:
			first, codes = at, []string{code}
		case at == first:
			codes = append(codes, code)
		}
	}
	return codes
}

// place says which check meets a fault, and what code that has.
func (e example) place(f pushcloud.Fault) (stage, string) {
	switch {
	case f.Path == "push-type":
		return headers, "80100003"
	case isSize(f):
		return size, "80300008"
	case f.Path == "body", strings.Contains(f.Problem, "no JSON"):
		return syntax, "80100001"
	case f.Path == "pushOptions.ttl" && e.timed():
		return options, "80100004"
	case strings.HasPrefix(f.Path, "pushOptions"):
		return options, "80100001"
	case f.Path == "target.token" && len(e.tokens) > 0 && e.test():
		return count, "80300030"
	case f.Path == "target.token":
		return count, "80300010"
	case strings.HasPrefix(f.Path, "target.token["):
		if slices.ContainsFunc(e.tokens, func(i int) bool { return i >= 0 }) {
			return tokens, "80100000"
		}
		return tokens, "80300007"
	case f.Path == "payload.notification.category" && strings.Contains(f.Problem, "goes with push-type 2 only"):
		// Every token is illegal then, for notSupportPlayVoice.
		return tokens, "80300007"
	}
	return payload, "80100003"
}

func isSize(f pushcloud.Fault) bool {
	return f.Path == "body" && strings.Contains(f.Problem, "bytes without its tokens")
}

// timed reports whether ttl is a whole number: another one has the code of a
// type.
func (e example) timed() bool {
	var n int64
	ttl := e.options.get("ttl")
	return ttl != nil && ttl.isNumber() && json.Unmarshal([]byte(ttl.leaf), &n) == nil && !strings.ContainsAny(ttl.leaf, ".eE")
}

// test reports whether the client sends a test message.
func (e example) test() bool {
	set := e.options.get("testMessage")
	return set == nil || set.leaf == "true"
}
