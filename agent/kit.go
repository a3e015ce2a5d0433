// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"log/slog"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// Kit is what the agent needs of the platform. The native module satisfies it
// on a device, the simulated app over JSON-RPC; both hand the platform's own
// error codes through as *wire.Failure.
//
// Its methods are called from several goroutines. Those with a context return
// soon after it ends, whatever the platform does: a command that times out is
// answered then, and a link ends only when its commands have. Log and Device
// return at once.
type Kit interface {
	// Device says what the agent runs on; it does not change while the
	// process lives.
	Device() wire.Device
	// GetToken is pushService.getToken. It may need the network; errors carry
	// 1000900001 to 1000900014.
	GetToken(ctx context.Context) (push.Token, error)
	// DeleteToken is pushService.deleteToken.
	DeleteToken(ctx context.Context) error
	// ActiveNotifications is notificationManager.getActiveNotifications: what
	// the system holds for this bundle. That posts of the push service are
	// among them is a claim (device.active-notifications).
	ActiveNotifications(ctx context.Context) ([]Notification, error)
	// Badge is notificationManager.getBadgeNumber (API 22 and later).
	Badge(ctx context.Context) (int, error)
	// NotificationsEnabled is notificationManager.isNotificationEnabled.
	NotificationsEnabled(ctx context.Context) (bool, error)
	// RequestNotifications is notificationManager.requestEnableNotification:
	// it returns when the user has answered, with 1600004 if refused and
	// 1600013 if the dialog is open already.
	RequestNotifications(ctx context.Context) error
	// LiveView is liveViewManager.getActiveLiveView: what the system holds under
	// that activityId, with 1003500009 for none and 801 where there are no live
	// views. That those of push are among them is a claim (kinds.liveview.active).
	LiveView(ctx context.Context, id int64) (LiveView, error)
	// Log writes one line to hilog.
	Log(level slog.Level, line string)
}

// Notification is one entry of ActiveNotifications.
type Notification = wire.Notification

// LiveView is a live view as the app sees it.
type LiveView = wire.LiveView
