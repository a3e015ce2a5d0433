// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "time"

// The numbers of Push Kit and Notification Kit that a device keeps to.
const (
	// extensionLife is how long a RemoteNotificationExtensionAbility may take.
	// Source: Push Kit, RemoteNotificationExtensionAbility.
	extensionLife = 10 * time.Second
	// keptFor is how long a background message is kept. Source: Push Kit,
	// sending background messages.
	keptFor = 7 * 24 * time.Hour
	// dedupFor is how long an appMessageId is remembered. Source: Push Kit,
	// request parameters.
	dedupFor = 24 * time.Hour
	// maxPerApp is how many notifications of one app are kept. Source: Push
	// Kit, introduction.
	maxPerApp = 24
	// maxBadge is where launchers stop counting; more shows as 99+. Source:
	// Notification Kit, badge.
	maxBadge = 99
)

// Bounds of the simulator itself.
const (
	maxCalls      = 4096
	maxRecent     = 256
	maxCards      = 16
	maxFaultLogs  = 32
	maxQueue      = 256
	maxRequests   = 64
	maxRows       = 10_000
	maxDedup      = 4096
	maxLogLines   = 4096
	maxParams     = 256
	maxParam      = 4096
	maxLogMessage = 4096
	maxLogLevels  = 256
	maxLogSizes   = 16
	maxFiles      = 256 << 20
)
