// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux && !darwin

package process

import "syscall"

// whenOrphaned does nothing: see stopped.
func whenOrphaned(*syscall.SysProcAttr) {}

// stopped does not look: on this system, which no release is built for, Suspend
// may return before the child has stopped.
func stopped(int) (bool, error) { return true, nil }
