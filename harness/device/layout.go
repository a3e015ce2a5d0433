// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Node is one node of the UI tree as evidence keeps it.
type Node struct {
	// Bundle and Ability are those of the node's window.
	Bundle  string `json:"bundle,omitempty"`
	Ability string `json:"ability,omitempty"`
	// Type is such as Text, Button, Row.
	Type         string `json:"type,omitempty"`
	ID           string `json:"id,omitempty"`
	Text         string `json:"text,omitempty"`
	OriginalText string `json:"originalText,omitempty"`
	Description  string `json:"description,omitempty"`
	Bounds       Rect   `json:"bounds"`
	Clickable    bool   `json:"clickable,omitempty"`
}

// texts are where a person's words can stand. The system shortens text, while
// originalText keeps the whole.
func (n Node) texts() [3]string { return [3]string{n.Text, n.OriginalText, n.Description} }

// carries reports whether the nonce stands in one of the node's texts.
func (n Node) carries(nonce string) bool {
	for _, text := range n.texts() {
		if nonce != "" && strings.Contains(text, nonce) {
			return true
		}
	}
	return false
}

// Layout is the UI tree of the whole display at one instant. It holds other
// people's data and therefore exports none of it but by Evidence.
type Layout struct {
	screen Rect
	nodes  []*treeNode // each after its parent
}

type treeNode struct {
	Node
	parent *treeNode
	// window is the id of the node's window in the list of windows, 0 where the
	// tree does not say (claim device.layout.window).
	window int
}

// rawNode is the form of uitest dumpLayout, in which all values are texts
// (claim device.layout.shape). Fields that nobody reads are left out.
type rawNode struct {
	Attributes struct {
		Bounds       string `json:"bounds"`
		BundleName   string `json:"bundleName"`
		AbilityName  string `json:"abilityName"`
		Type         string `json:"type"`
		ID           string `json:"id"`
		Text         string `json:"text"`
		OriginalText string `json:"originalText"`
		Description  string `json:"description"`
		Clickable    string `json:"clickable"`
		HostWindowID string `json:"hostWindowId"`
	} `json:"attributes"`
	Children []rawNode `json:"children"`
}

// parseLayout reads what uitest dumpLayout wrote. A value of another type than
// text is taken for absent.
func parseLayout(data []byte) (*Layout, error) {
	var root rawNode
	var mismatch *json.UnmarshalTypeError
	if err := json.Unmarshal(data, &root); err != nil && !errors.As(err, &mismatch) {
		return nil, err
	}
	l := &Layout{screen: parseRect(root.Attributes.Bounds)}
	if l.screen.Empty() {
		return nil, fmt.Errorf("the root has the bounds %q: they are the display's, such as [0,0][1260,2720]",
			excerpt(root.Attributes.Bounds))
	}
	l.add(&root, nil)
	return l, nil
}

func (l *Layout) add(raw *rawNode, parent *treeNode) {
	a := &raw.Attributes
	n := &treeNode{parent: parent, Node: Node{
		Bundle: a.BundleName, Ability: a.AbilityName, Type: a.Type, ID: a.ID,
		Text: a.Text, OriginalText: a.OriginalText, Description: strings.TrimSpace(a.Description),
		Bounds: parseRect(a.Bounds), Clickable: a.Clickable == "true",
	}}
	// Only the top node of a window names its bundle.
	if n.Bundle == "" && parent != nil {
		n.Bundle, n.Ability = parent.Bundle, parent.Ability
	}
	n.window, _ = strconv.Atoi(a.HostWindowID)
	if n.window <= 0 && parent != nil {
		n.window = parent.window
	}
	l.nodes = append(l.nodes, n)
	for i := range raw.Children {
		l.add(&raw.Children[i], n)
	}
}

// Screen returns the display's bounds, in the orientation that it has.
func (l *Layout) Screen() Rect { return l.screen }

// Evidence returns the nodes that may be kept: those in windows of the bundle,
// and those whose texts carry the nonce ("" for none). All others belong to
// other apps and people.
func (l *Layout) Evidence(bundle, nonce string) []Node {
	var kept []Node
	for _, n := range l.nodes {
		if bundle != "" && n.Bundle == bundle || n.carries(nonce) {
			kept = append(kept, n.Node)
		}
	}
	return kept
}

// visible returns where a node can be seen.
func (l *Layout) visible(n *treeNode) Rect { return n.Bounds.Within(l.screen) }

// upwards yields the node and its ancestors.
func (n *treeNode) upwards() iter.Seq[*treeNode] {
	return func(yield func(*treeNode) bool) {
		for ; n != nil; n = n.parent {
			if !yield(n) {
				return
			}
		}
	}
}

// tap returns where a tap reaches the node: the middle of the nearest
// clickable one upwards, or its own where none is. ok is false for a node that
// cannot be seen.
func (l *Layout) tap(n *treeNode) (p Point, ok bool) {
	if l.visible(n).Empty() {
		return Point{}, false
	}
	for a := range n.upwards() {
		if part := l.visible(a); a.Clickable && !part.Empty() {
			return part.Center(), true
		}
	}
	return l.visible(n).Center(), true
}
