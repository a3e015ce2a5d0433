// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package probe settles the claims of package fixtures on the real thing: it
// runs what a claim's Probe says, on one device or against Push Cloud, judges
// the answers, and writes what it found into a file that others can merge into
// fixtures/claims.
//
// It guarantees that nothing is installed, started, stopped or pressed unless
// the caller named an app or a package for it; that no app is uninstalled, no
// data cleared and no device restarted; that no message is sent to a real Push
// Token but one that must be refused; that what a probe makes on a device is removed again, also after an
// interrupt; and that a result holds no Push Token, no JWT, no connect key and
// no text of another app.
//
// It does not guarantee that a claim that held on one device holds on another:
// a result names model and version. What cannot be checked stays undecided with
// the reason, and is never taken for a yes: a tool that the firmware lacks, a
// device of another type, a lost connection, a part of the claim that takes a
// person.
package probe
