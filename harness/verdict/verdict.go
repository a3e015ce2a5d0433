// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package verdict joins what the witnesses of one push say into a verdict.
//
// A witness is a source of evidence (the REST answer, an arrival in the app, a
// notification in the UI tree, ...), a testimony is what it says of one nonce,
// and a proof is data: which witnesses a cell needs, as all, any and none.
//
// It guarantees that a verdict follows from testimonies alone, that a witness
// that cannot speak is never counted as silent, and that trouble with devices
// or networks is never the app's failure. It does no I/O and knows no kind of
// message: what needs which proof is the suite's business.
package verdict

import "fmt"

// Verdict is the outcome of a cell.
type Verdict string

// The verdicts. Only Fail is the app's failure.
const (
	// Pass: the proof is complete.
	Pass Verdict = "pass"
	// Fail: a witness that can speak here was silent, or said otherwise.
	Fail Verdict = "fail"
	// Infra: device, hub, hdc or network, or a state that did not hold.
	Infra Verdict = "infra"
	// Quota: a limit of the vendor was in the way.
	Quota Verdict = "quota"
	// Unsupported: the support table says so.
	Unsupported Verdict = "unsupported"
	// Inconclusive: a needed witness cannot speak here.
	Inconclusive Verdict = "inconclusive"
)

// Verdicts returns all of them in the order in which reports list them.
func Verdicts() []Verdict {
	return []Verdict{Pass, Fail, Infra, Quota, Inconclusive, Unsupported}
}

// Exit codes of a run. Usage is also the code of a run that selected nothing.
const (
	ExitPass  = 0
	ExitFail  = 1
	ExitUsage = 2
	ExitInfra = 3
)

// ExitCode returns a run's exit code: a fail is stronger than trouble, trouble
// stronger than success. With allowInconclusive an inconclusive cell does not
// count as trouble. No verdict at all is ExitUsage: nothing was selected.
func ExitCode(verdicts []Verdict, allowInconclusive bool) int {
	if len(verdicts) == 0 {
		return ExitUsage
	}
	code := ExitPass
	for _, v := range verdicts {
		switch v {
		case Fail:
			return ExitFail
		case Infra, Quota:
			code = ExitInfra
		case Inconclusive:
			if !allowInconclusive {
				code = ExitInfra
			}
		}
	}
	return code
}

// UnmarshalText reads a verdict and refuses what is none.
func (v *Verdict) UnmarshalText(text []byte) error {
	for _, known := range Verdicts() {
		if string(known) == string(text) {
			*v = known
			return nil
		}
	}
	return fmt.Errorf("unknown verdict %q", text)
}
