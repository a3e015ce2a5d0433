// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"log/slog"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// kit is the platform, over the seam.
type kit struct{ p *proc }

var _ agent.Kit = (*kit)(nil)

// Device implements agent.Kit.
func (k *kit) Device() wire.Device { return k.p.spec.Device }

func (k *kit) ask(ctx context.Context, method string, params, result any) error {
	return seam.Failure(k.p.conn.Call(ctx, method, params, result))
}

// GetToken implements agent.Kit.
func (k *kit) GetToken(ctx context.Context) (push.Token, error) {
	var t seam.Token
	err := k.ask(ctx, seam.GetToken, nil, &t)
	return push.NewToken(t.Value), err
}

// DeleteToken implements agent.Kit.
func (k *kit) DeleteToken(ctx context.Context) error {
	return k.ask(ctx, seam.DeleteToken, nil, nil)
}

// ActiveNotifications implements agent.Kit.
func (k *kit) ActiveNotifications(ctx context.Context) ([]agent.Notification, error) {
	var active []seam.Active
	if err := k.ask(ctx, seam.ActiveNotifications, nil, &active); err != nil {
		return nil, err
	}
	all := make([]agent.Notification, 0, len(active))
	for _, n := range active {
		all = append(all, agent.Notification{ID: n.ID, Title: n.Title, Text: n.Text, AppMessageID: n.AppMessageID,
			Slot: n.Slot, Badge: n.Badge, DeliveredAt: n.DeliveredAt})
	}
	return all, nil
}

// Badge implements agent.Kit.
func (k *kit) Badge(ctx context.Context) (int, error) {
	var b seam.Badge
	err := k.ask(ctx, seam.GetBadge, nil, &b)
	return b.Number, err
}

// NotificationsEnabled implements agent.Kit.
func (k *kit) NotificationsEnabled(ctx context.Context) (bool, error) {
	var e seam.Enabled
	err := k.ask(ctx, seam.NotificationsEnabled, nil, &e)
	return e.Enabled, err
}

// RequestNotifications implements agent.Kit.
func (k *kit) RequestNotifications(ctx context.Context) error {
	return k.ask(ctx, seam.RequestNotifications, nil, nil)
}

// LiveView implements agent.Kit.
func (k *kit) LiveView(ctx context.Context, id int64) (agent.LiveView, error) {
	var v seam.LiveView
	if err := k.ask(ctx, seam.ActiveLiveView, seam.LiveViewID{ID: id}, &v); err != nil {
		return agent.LiveView{}, err
	}
	seen := agent.LiveView{ID: v.ID, Event: v.Event, Title: v.Data.Primary.Title}
	if v.Sequence != nil {
		seen.Sequence = *v.Sequence
	}
	for _, part := range v.Data.Primary.Content {
		seen.Text += part.Text
	}
	return seen, nil
}

// Log implements agent.Kit.
func (k *kit) Log(level slog.Level, line string) {
	letter := "I"
	switch {
	case level >= slog.LevelError:
		letter = "E"
	case level >= slog.LevelWarn:
		letter = "W"
	case level < slog.LevelInfo:
		letter = "D"
	}
	_ = k.p.conn.Notify(k.p.ctx, seam.WriteLog, seam.Line{Level: letter, Tag: "Pushproof", Message: line})
}
