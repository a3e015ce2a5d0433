// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/harness/device"
)

// dialogBundle is the app whose dialog asks for notifications.
const dialogBundle = "com.ohos.notificationdialog"

// dialogTexts are the buttons' texts that claim pushservice.dialog.text names:
// yes, no, by language.
var dialogTexts = [][2]string{{"允许", "不允许"}, {"Allow", "Don't allow"}, {"Allow", "Don’t allow"}}

// findDialog starts the app and looks for the dialog. An app asks once after its
// installation, so that there is mostly none.
func (e *env) findDialog(ctx context.Context) ([]device.Node, finding, error) {
	if f, err := e.bringUp(ctx); err != nil || f.outcome != "" {
		return nil, f, err
	}
	var nodes []device.Node
	ok, err := eventually(ctx, settleLimit/2, func() (bool, error) {
		layout, err := e.dev.Layout(ctx)
		if err != nil {
			return false, err
		}
		nodes = layout.Evidence(dialogBundle, "")
		return len(nodes) > 0, nil
	})
	if err != nil {
		return nil, finding{}, err
	}
	if !ok {
		return nil, lacking("the app shows no dialog that asks for notifications: it comes once after an installation; uninstall the app, install it, and probe before you answer"), nil
	}
	return nodes, finding{}, nil
}

// checkDialogTree checks claim device.dialog.tree.
func checkDialogTree(ctx context.Context, e *env) (finding, error) {
	nodes, f, err := e.findDialog(ctx)
	if err != nil || f.outcome != "" {
		return f, err
	}
	buttons := dialogButtons(nodes)
	saw := fmt.Sprintf("a window of %s with %d nodes and %d buttons", dialogBundle, len(nodes), len(buttons))
	switch len(buttons) {
	case 0:
		f := lacking("the dialog is there, and the UI tree shows no button of it, which the claim leaves open")
		f.evidence = []string{saw}
		return f, nil
	case 2:
		return held(saw), nil
	}
	return broken("the dialog has not two buttons", saw), nil
}

// checkDialogText checks claim pushservice.dialog.text, in the language that the
// device has.
func checkDialogText(ctx context.Context, e *env) (finding, error) {
	nodes, f, err := e.findDialog(ctx)
	if err != nil || f.outcome != "" {
		return f, err
	}
	buttons := dialogButtons(nodes)
	if len(buttons) == 0 {
		return lacking("the dialog is there, and the UI tree shows no button of it"), nil
	}
	saw := fmt.Sprintf("in %s: %s", e.dev.Profile().Locale, strings.Join(buttons, " | "))
	for _, pair := range dialogTexts {
		if has(buttons, pair[0]) && has(buttons, pair[1]) {
			return held(saw), nil
		}
	}
	return broken("the buttons have other texts", saw), nil
}

// dialogButtons returns the texts of the dialog's buttons: what can be clicked,
// or is of a button's type, and its first text.
func dialogButtons(nodes []device.Node) []string {
	var texts []string
	for _, n := range nodes {
		if n.Type != "Button" && !n.Clickable {
			continue
		}
		text := n.Text
		if text == "" {
			text = inside(nodes, n.Bounds)
		}
		if text = strings.TrimSpace(text); text != "" && !has(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// inside returns the text of a node within bounds.
func inside(nodes []device.Node, bounds device.Rect) string {
	for _, n := range nodes {
		if n.Text != "" && n.Bounds.Within(bounds) == n.Bounds && !n.Bounds.Empty() {
			return n.Text
		}
	}
	return ""
}

func has(texts []string, want string) bool {
	for _, text := range texts {
		if strings.EqualFold(text, want) {
			return true
		}
	}
	return false
}
