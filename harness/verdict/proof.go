// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"strings"
)

// Proof is an expression over witnesses. The zero value proves nothing and is
// refused by Judge.
type Proof struct {
	// Op is "all", "any", "none" or "" for a single witness.
	Op      string  `json:"op,omitempty"`
	Parts   []Proof `json:"parts,omitempty"`
	Witness Witness `json:"witness,omitempty"`
}

// Sees is the proof that one witness saw the message.
func Sees(w Witness) Proof { return Proof{Witness: w} }

// All is complete when each part is.
func All(parts ...Proof) Proof { return Proof{Op: "all", Parts: parts} }

// Any is complete when one part is.
func Any(witnesses ...Witness) Proof { return Proof{Op: "any", Parts: leaves(witnesses)} }

// None is complete when every witness that can speak here has closed without
// seeing the message, and at least one can speak.
func None(witnesses ...Witness) Proof { return Proof{Op: "none", Parts: leaves(witnesses)} }

func leaves(witnesses []Witness) []Proof {
	parts := make([]Proof, len(witnesses))
	for i, w := range witnesses {
		parts[i] = Sees(w)
	}
	return parts
}

// String prints the proof as DESIGN does: all(accepted, any(ui-tree, own-eyes)).
func (p Proof) String() string {
	if p.Op == "" {
		return string(p.Witness)
	}
	parts := make([]string, len(p.Parts))
	for i, part := range p.Parts {
		parts[i] = part.String()
	}
	return p.Op + "(" + strings.Join(parts, ", ") + ")"
}

// Witnesses lists the witnesses that occur in the proof, each once.
func (p Proof) Witnesses() []Witness {
	seen := map[Witness]bool{}
	var list []Witness
	p.walk(func(w Witness, _ bool) {
		if !seen[w] {
			seen[w] = true
			list = append(list, w)
		}
	}, false)
	return list
}

// Wanted lists the witnesses that should see the message; Unwanted those that
// should not.
func (p Proof) Wanted() []Witness { return p.pick(false) }

// Unwanted lists the witnesses under none.
func (p Proof) Unwanted() []Witness { return p.pick(true) }

func (p Proof) pick(underNone bool) []Witness {
	var list []Witness
	p.walk(func(w Witness, none bool) {
		if none == underNone {
			list = append(list, w)
		}
	}, false)
	return list
}

func (p Proof) walk(visit func(w Witness, underNone bool), underNone bool) {
	if p.Op == "" {
		visit(p.Witness, underNone)
		return
	}
	for _, part := range p.Parts {
		part.walk(visit, underNone || p.Op == "none")
	}
}

// Judgement is what a proof makes of the testimonies.
type Judgement struct {
	Verdict Verdict `json:"verdict"`
	// Final is false while a witness may still speak; Verdict is then what it
	// would be if nobody spoke any more.
	Final bool `json:"final"`
	// Reason names the witness that decided, and why.
	Reason string `json:"reason"`
}

// truth is the value of a proof: the order is that of strength under all.
type truth struct {
	value  value
	reason string
}

type value int

const (
	holds value = iota
	cannot
	waits
	fails
	limited
	broken
)

// Judge weighs the testimonies. A witness without testimony is waiting.
func Judge(p Proof, testimonies []Testimony) Judgement {
	by := make(map[Witness]Testimony, len(testimonies))
	for _, t := range testimonies {
		by[t.Witness] = t
	}
	t := eval(p, by)
	switch t.value {
	case holds:
		return Judgement{Verdict: Pass, Final: true, Reason: t.reason}
	case fails:
		return Judgement{Verdict: Fail, Final: true, Reason: t.reason}
	case limited:
		return Judgement{Verdict: Quota, Final: true, Reason: t.reason}
	case broken:
		return Judgement{Verdict: Infra, Final: true, Reason: t.reason}
	case cannot:
		return Judgement{Verdict: Inconclusive, Final: true, Reason: t.reason}
	default:
		return Judgement{Verdict: Fail, Final: false, Reason: t.reason}
	}
}

func eval(p Proof, by map[Witness]Testimony) truth {
	switch p.Op {
	case "":
		return leaf(p.Witness, by)
	case "all":
		return worst(p, by)
	case "any":
		return best(p, by)
	case "none":
		return none(p, by)
	default:
		return truth{broken, fmt.Sprintf("unknown operator %q in the proof", p.Op)}
	}
}

func leaf(w Witness, by map[Witness]Testimony) truth {
	if w == "" {
		return truth{broken, "the proof is empty"}
	}
	t, ok := by[w]
	if !ok {
		return truth{waits, string(w) + " has not spoken yet"}
	}
	switch t.Answer {
	case Saw:
		return truth{holds, string(w) + " saw it"}
	case Silent, Denied:
		return truth{fails, because(t, "was silent", "said otherwise")}
	case Limited:
		return truth{limited, because(t, "hit a limit", "hit a limit")}
	case Mute:
		return truth{cannot, because(t, "cannot speak here", "cannot speak here")}
	case Broken:
		return truth{broken, because(t, "is broken", "is broken")}
	default:
		return truth{waits, string(w) + " has not spoken yet"}
	}
}

func because(t Testimony, silent, denied string) string {
	what := silent
	if t.Answer == Denied {
		what = denied
	}
	reason := string(t.Witness) + " " + what
	if t.Detail != "" {
		reason += ": " + t.Detail
	}
	return reason
}

// worst is "all": trouble outweighs failure, failure outweighs what still
// waits, and a mute witness decides only when nobody waits any more: what the
// others have to say is worth more than "inconclusive".
func worst(p Proof, by map[Witness]Testimony) truth {
	if len(p.Parts) == 0 {
		return truth{broken, "the proof is empty"}
	}
	result := truth{holds, ""}
	for _, part := range p.Parts {
		if t := eval(part, by); t.value > result.value || result.reason == "" {
			result = t
		}
	}
	if result.value == holds {
		result.reason = p.String()
	}
	return result
}

func best(p Proof, by map[Witness]Testimony) truth {
	if len(p.Parts) == 0 {
		return truth{broken, "the proof is empty"}
	}
	var reasons []string
	have := map[value]bool{}
	for _, part := range p.Parts {
		t := eval(part, by)
		if t.value == holds {
			return t
		}
		have[t.value] = true
		reasons = append(reasons, t.reason)
	}
	reason := strings.Join(reasons, "; ")
	for _, v := range []value{waits, broken, limited, fails} {
		if have[v] {
			return truth{v, reason}
		}
	}
	return truth{cannot, reason}
}

func none(p Proof, by map[Witness]Testimony) truth {
	spoke := false
	var mute []string
	waiting := ""
	for _, part := range p.Parts {
		t := eval(part, by)
		switch t.value {
		case holds:
			return truth{fails, t.reason + ", but should not have"}
		case fails:
			spoke = true
		case waits:
			waiting = t.reason
		case cannot:
			mute = append(mute, t.reason)
		default:
			return t
		}
	}
	switch {
	case waiting != "":
		return truth{waits, waiting}
	case spoke:
		return truth{holds, p.String()}
	default:
		return truth{cannot, strings.Join(mute, "; ")}
	}
}
