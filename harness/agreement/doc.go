// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agreement holds client and simulated cloud together: its tests make
// up requests of all six kinds, good and bad, and want harness/pushcloud to
// find a fault in exactly those that harness/sim/cloud refuses, and for the
// reason that goes with the business code.
//
// The two were written apart, from the same pages. Where they agree, a test
// that passes on the simulator says that a message keeps the documented rules;
// it does not say that the real Push Cloud keeps them, see docs/fidelity.md.
// Where they are meant to differ, a table says so and why; every other
// difference fails the test, with the smallest request that shows it.
//
// The requests are the same on each run. For others:
//
//	go test ./harness/agreement -seed 7 -cases 100000
//	go test ./harness/agreement -run '^$' -fuzz FuzzAgreement
//
// The package has no code of its own.
package agreement
