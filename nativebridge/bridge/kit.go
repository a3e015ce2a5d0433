// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"context"
	"log/slog"
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// Names of the commands: those of the ArkTS API that answers them.
const (
	CommandGetToken             = "pushService.getToken"
	CommandDeleteToken          = "pushService.deleteToken"
	CommandActiveNotifications  = "notificationManager.getActiveNotifications"
	CommandBadge                = "notificationManager.getBadgeNumber"
	CommandNotificationsEnabled = "notificationManager.isNotificationEnabled"
	CommandRequestNotifications = "notificationManager.requestEnableNotification"
	CommandLiveView             = "liveViewManager.getActiveLiveView"
)

// Commands lists them, for what checks that the ArkTS side knows all.
func Commands() []string {
	return []string{
		CommandGetToken, CommandDeleteToken, CommandActiveNotifications,
		CommandBadge, CommandNotificationsEnabled, CommandRequestNotifications, CommandLiveView,
	}
}

// kit is the platform, as ArkTS answers for it.
type kit struct {
	device   wire.Device
	commands *commands
	log      func(slog.Level, string)
}

var _ agent.Kit = (*kit)(nil)

// Device implements agent.Kit.
func (k *kit) Device() wire.Device { return k.device }

// GetToken implements agent.Kit.
func (k *kit) GetToken(ctx context.Context) (push.Token, error) {
	var t struct{ Token string }
	err := k.commands.ask(ctx, CommandGetToken, struct{}{}, &t)
	return push.NewToken(t.Token), err
}

// DeleteToken implements agent.Kit.
func (k *kit) DeleteToken(ctx context.Context) error {
	return k.commands.ask(ctx, CommandDeleteToken, struct{}{}, nil)
}

// active is one notification as ArkTS gives it; deliveryTime is in milliseconds
// since 1970.
type active struct {
	ID           int     `json:"id"`
	Title        string  `json:"title"`
	Text         string  `json:"text"`
	AppMessageID string  `json:"appMessageId"`
	Slot         string  `json:"slot"`
	Badge        int     `json:"badge"`
	DeliveryTime float64 `json:"deliveryTime"`
	Own          bool    `json:"own"`
}

// ActiveNotifications implements agent.Kit.
func (k *kit) ActiveNotifications(ctx context.Context) ([]agent.Notification, error) {
	var all []active
	if err := k.commands.ask(ctx, CommandActiveNotifications, struct{}{}, &all); err != nil {
		return nil, err
	}
	list := make([]agent.Notification, 0, len(all))
	for _, n := range all {
		list = append(list, agent.Notification{
			ID: n.ID, Title: n.Title, Text: n.Text, AppMessageID: n.AppMessageID, Slot: n.Slot, Badge: n.Badge,
			DeliveredAt: time.UnixMilli(int64(n.DeliveryTime)).UTC(), Own: n.Own,
		})
	}
	return list, nil
}

// Badge implements agent.Kit.
func (k *kit) Badge(ctx context.Context) (int, error) {
	var b struct{ Badge int }
	err := k.commands.ask(ctx, CommandBadge, struct{}{}, &b)
	return b.Badge, err
}

// NotificationsEnabled implements agent.Kit.
func (k *kit) NotificationsEnabled(ctx context.Context) (bool, error) {
	var e struct{ Enabled bool }
	err := k.commands.ask(ctx, CommandNotificationsEnabled, struct{}{}, &e)
	return e.Enabled, err
}

// RequestNotifications implements agent.Kit.
func (k *kit) RequestNotifications(ctx context.Context) error {
	return k.commands.ask(ctx, CommandRequestNotifications, struct{}{}, nil)
}

// LiveView implements agent.Kit; ArkTS joins the texts.
func (k *kit) LiveView(ctx context.Context, id int64) (agent.LiveView, error) {
	var v struct {
		ID       int64  `json:"id"`
		Event    string `json:"event"`
		Sequence int64  `json:"sequence"`
		Title    string `json:"title"`
		Text     string `json:"text"`
	}
	err := k.commands.ask(ctx, CommandLiveView, wire.LiveViewID{ID: id}, &v)
	return agent.LiveView(v), err
}

// Log implements agent.Kit.
func (k *kit) Log(level slog.Level, line string) { k.log(level, line) }
