// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"fmt"
)

// node is a node of the UI tree. Source: OpenHarmony, testfwk_arkxtest.
type node struct {
	attributes map[string]string
	box        box
	children   []*node
	// window is the id of the window of which this is the top node, and owner
	// the app whose window it is; both are zero for other nodes.
	window int
	owner  *app

	// What a click does.
	notification *notification
	launch       *app
	answer       *bool
	call         *callAction
}

// box holds the bounds in pixels; right and bottom lie outside.
type box struct{ left, top, right, bottom int }

func (b box) String() string {
	return fmt.Sprintf("[%d,%d][%d,%d]", b.left, b.top, b.right, b.bottom)
}

func (b box) holds(x, y int) bool { return x >= b.left && x < b.right && y >= b.top && y < b.bottom }

// MarshalJSON writes the shape of dumpLayout: every value is a text.
func (n *node) MarshalJSON() ([]byte, error) {
	children := n.children
	if children == nil {
		children = []*node{}
	}
	return json.Marshal(struct {
		Attributes map[string]string `json:"attributes"`
		Children   []*node           `json:"children"`
	}{n.attributes, children})
}

// hit returns the topmost node at that place that reacts to a click. A window
// covers those below it, so its background swallows the click.
func (n *node) hit(x, y int) *node {
	for i := len(n.children) - 1; i >= 0; i-- {
		window := n.children[i]
		if window.box.holds(x, y) {
			return window.within(x, y)
		}
	}
	return nil
}

func (n *node) within(x, y int) *node {
	if !n.box.holds(x, y) {
		return nil
	}
	for i := len(n.children) - 1; i >= 0; i-- {
		if found := n.children[i].within(x, y); found != nil {
			return found
		}
	}
	if n.notification != nil || n.launch != nil || n.answer != nil || n.call != nil {
		return n
	}
	return nil
}

// element makes a node with the attributes that every node has.
func element(kind, text string, b box) *node {
	return &node{box: b, attributes: map[string]string{
		"accessibilityId": "", "id": "", "key": "", "type": kind, "text": text, "originalText": text, "description": "",
		"hint": "", "bounds": b.String(), "origBounds": b.String(), "enabled": "true", "focused": "false", "selected": "false",
		"clickable": "false", "longClickable": "false", "scrollable": "false", "checkable": "false", "checked": "false",
		"hostWindowId": "0", "displayId": "0", "zIndex": "0", "opacity": "1", "visible": "true", "hierarchy": "", "hashcode": "",
	}}
}

// window makes the top node of a window.
func window(bundle, ability, page string, b box) *node {
	n := element("root", "", b)
	n.attributes["bundleName"], n.attributes["abilityName"], n.attributes["pagePath"] = bundle, ability, page
	return n
}

// as names the window's id.
func (n *node) as(id int) *node {
	n.window = id
	return n
}

// hide marks a window and all in it as invisible.
func (n *node) hide() {
	n.attributes["visible"] = "false"
	for _, child := range n.children {
		child.hide()
	}
}

func (n *node) add(children ...*node) *node {
	n.children = append(n.children, children...)
	return n
}

func (n *node) clickable() *node {
	n.attributes["clickable"] = "true"
	return n
}

func (n *node) id(id string) *node {
	n.attributes["id"], n.attributes["key"] = id, id
	return n
}

// number gives every node of a window its place, as the tool does.
func (n *node) number(window int, place string) {
	n.attributes["hostWindowId"] = itoa(window)
	n.attributes["hierarchy"] = place
	n.attributes["accessibilityId"] = itoa(window*1000 + len(place))
	for i, child := range n.children {
		child.number(window, place+","+itoa(i))
	}
}
