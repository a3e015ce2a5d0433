// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

import "slices"

// Barred lists the modules that the process of a
// RemoteNotificationExtensionAbility cannot load. Source: OpenHarmony,
// extension_blocklist_config.json; that a call of one fails as an unknown method
// does is a claim: pushservice.extension.barred.
func Barred() []string { return slices.Clone(barred) }

var barred = []string{
	"formHost", "formProvider", "liveViewManager", "notification", "notificationManager",
	"prompt", "promptAction", "voipCall", "window",
}
