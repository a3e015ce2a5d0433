// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// handler answers what a process asks of the system.
type handler struct{ p *proc }

// codeBusy answers a request above maxRequests.
const codeBusy = -32000

// Handle implements jsonrpc2.Handler. A request may wait for a user or the
// cloud, so each gets a goroutine; lines for the log keep their order.
func (h handler) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	if req.Method == seam.WriteLog {
		h.serve(ctx, conn, req)
		return
	}
	h.p.d.mu.Lock()
	defer h.p.d.mu.Unlock()
	h.p.d.goRun(func() { h.serve(ctx, conn, req) })
}

func (h handler) serve(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	d := h.p.d
	select {
	case h.p.requests <- struct{}{}:
		defer func() { <-h.p.requests }()
	default:
		_ = conn.ReplyWithError(ctx, req.ID, seam.Fail(codeBusy, "too many requests at once"))
		return
	}
	if req.Method != seam.WaitOnClock {
		defer d.begin()()
	}
	result, after, err := h.answer(ctx, req)
	seam.Reply(ctx, conn, req, result, after, err)
}

// answer returns the result and what is to happen behind it.
func (h handler) answer(ctx context.Context, req *jsonrpc2.Request) (result any, after func(), err error) {
	d, p := h.p.d, h.p
	if p.role == wire.RoleExtension && barred(req.Method) {
		return nil, nil, seam.Fail(jsonrpc2.CodeMethodNotFound, req.Method+" is barred in a RemoteNotificationExtensionAbility")
	}
	switch req.Method {
	case seam.GetToken:
		return d.getToken(ctx, p)
	case seam.DeleteToken:
		return nil, nil, d.deleteToken(p.app)
	case seam.GetAAID:
		return d.getAAID(p.app), nil, nil
	case seam.DeleteAAID:
		return nil, nil, d.deleteAAID(p.app)
	case seam.BindProfile:
		_, err = with(req, func(b seam.Profile) (any, error) { return nil, d.bindProfile(p.app, b) })
		return nil, nil, err
	case seam.UnbindProfile:
		_, err = with(req, func(b seam.Profile) (any, error) { return nil, d.unbindProfile(p.app, b.ID) })
		return nil, nil, err
	case seam.On, seam.Off:
		_, err = with(req, func(e seam.Event) (any, error) {
			if e.Type != "tokenUpdate" {
				return nil, seam.Fail(codeParameter, "The parameter check failed.")
			}
			return nil, d.listenToTokens(p, req.Method == seam.On)
		})
		return nil, nil, err
	case seam.ReceiveMessage:
		after, err = with(req, func(r seam.Registration) (func(), error) { return d.receiveMessage(p, r.PushType) })
		return nil, after, err
	case seam.ActiveNotifications:
		return d.active(p.app), nil, nil
	case seam.NotificationsEnabled:
		return seam.Enabled{Enabled: d.enabled(p.app)}, nil, nil
	case seam.RequestNotifications:
		return nil, nil, d.requestNotifications(ctx, p)
	case seam.GetBadge:
		return d.badge(p.app), nil, nil
	case seam.SetBadge:
		_, err = with(req, func(b seam.Badge) (any, error) { return nil, d.setBadge(p.app, b.Number) })
		return nil, nil, err
	case seam.UpdateForm:
		_, err = with(req, func(u seam.FormUpdate) (any, error) { return nil, d.updateForm(p.app, u) })
		return nil, nil, err
	case seam.ReportIncomingCall:
		result, err = with(req, func(in seam.IncomingCall) (any, error) { return d.reportIncomingCall(p, in) })
		return result, nil, err
	case seam.ReportCallError:
		_, err = with(req, func(f seam.CallFailure) (any, error) { return nil, d.reportCallError(p, f) })
		return nil, nil, err
	case seam.ReportCallState:
		_, err = with(req, func(c seam.CallChange) (any, error) { return nil, d.changeCall(p, c) })
		return nil, nil, err
	case seam.LiveViewsEnabled:
		result, err = d.viewsEnabled(p.app)
		return result, nil, err
	case seam.StartLiveView:
		result, err = with(req, func(l seam.LiveView) (any, error) { return d.startView(p, l) })
		return result, nil, err
	case seam.UpdateLiveView, seam.StopLiveView:
		result, err = with(req, func(l seam.LiveView) (any, error) { return d.changeView(p, l, req.Method == seam.StopLiveView) })
		return result, nil, err
	case seam.ActiveLiveView:
		result, err = with(req, func(i seam.LiveViewID) (any, error) { return d.activeView(p.app, i.ID) })
		return result, nil, err
	case seam.CancelNotification:
		_, err = with(req, func(n seam.NotificationID) (any, error) { d.cancelNotifications(p.app, n.ID, false); return nil, nil })
		return nil, nil, err
	case seam.CancelNotifications:
		d.cancelNotifications(p.app, 0, true)
		return nil, nil, nil
	case seam.QueryRows:
		result, err = with(req, func(t seam.Table) ([]seam.Row, error) { return d.queryRows(p.app, t.Name) })
		return result, nil, err
	case seam.DeleteRows:
		_, err = with(req, func(del seam.Deletion) (any, error) { return nil, d.deleteRows(p.app, del) })
		return nil, nil, err
	case seam.WriteLog:
		_, err = with(req, func(l seam.Line) (any, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.appLog(p, l.Level, l.Tag, l.Message)
			return nil, nil
		})
		return nil, nil, err
	case seam.WaitOnClock:
		_, err = with(req, func(w seam.Wait) (any, error) { return nil, d.waitOnClock(ctx, p, w) })
		return nil, nil, err
	}
	return nil, nil, seam.Fail(jsonrpc2.CodeMethodNotFound, "the simulated system has no "+req.Method)
}

// with reads the parameters and hands them to f.
func with[P, R any](req *jsonrpc2.Request, f func(P) (R, error)) (R, error) {
	var params P
	if req.Params != nil {
		if err := json.Unmarshal(*req.Params, &params); err != nil {
			var none R
			return none, seam.Fail(jsonrpc2.CodeInvalidParams, req.Method+": "+err.Error())
		}
	}
	return f(params)
}

// barred tells whether an extension's process cannot load a method's module.
func barred(method string) bool {
	module, _, _ := strings.Cut(method, ".")
	return slices.Contains(seam.Barred(), module)
}
