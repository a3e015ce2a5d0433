// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// checkLayout checks claim device.layout.shape. Of the tree nothing is kept but
// the names of attributes and numbers: its texts are other people's.
func checkLayout(ctx context.Context, e *env) (finding, error) {
	file := e.tmp + ".json"
	defer e.clean(ctx, "rm -f "+file)
	got, err := e.shell(ctx, "uitest dumpLayout -p "+file)
	if err != nil {
		return finding{}, err
	}
	if f, ok := tool(got, "uitest"); !ok {
		return f, nil
	}
	if got.exit != 0 {
		return troubled("uitest failed (%s): wake and unlock the device", shape(got)), nil
	}
	if !strings.Contains(got.text, "DumpLayout saved to:"+file) {
		return broken("uitest does not say where it saved the tree", shape(got)), nil
	}
	if got, err = e.shell(ctx, "cat "+file); err != nil {
		return finding{}, err
	}
	return judgeLayout([]byte(got.text)), nil
}

// anyNode is a node whatever its attributes' types are.
type anyNode struct {
	Attributes map[string]any `json:"attributes"`
	Children   []anyNode      `json:"children"`
}

var nodeBounds = regexp.MustCompile(`^\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]$`)

// judgeLayout holds a tree against the claim.
func judgeLayout(data []byte) finding {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var root anyNode
	if err := dec.Decode(&root); err != nil {
		return broken("the tree is not one JSON object of attributes and children", fmt.Sprintf("%d bytes", len(data)))
	}
	if _, err := dec.Token(); err != io.EOF {
		return broken("something follows the tree's JSON object", fmt.Sprintf("%d bytes", len(data)))
	}
	count := map[string]int{}
	problem := ""
	var walk func(n *anyNode)
	walk = func(n *anyNode) {
		count["nodes"]++
		if n.Attributes == nil {
			problem = "a node has no attributes"
		}
		for name, value := range n.Attributes {
			count["attribute "+name]++
			text, ok := value.(string)
			switch {
			case !ok:
				problem = fmt.Sprintf("the attribute %.40s is a %T, not a text", name, value)
			case name == "bounds" && !nodeBounds.MatchString(text):
				problem = "bounds are not written [l,t][r,b]"
			}
		}
		for i := range n.Children {
			walk(&n.Children[i])
		}
	}
	walk(&root)
	for _, window := range root.Children {
		if bundle, _ := window.Attributes["bundleName"].(string); bundle == "" {
			problem = "the top node of a window does not name its bundle"
		}
	}
	bounds, _ := root.Attributes["bounds"].(string)
	if m := nodeBounds.FindStringSubmatch(bounds); m == nil || m[1] == m[3] || m[2] == m[4] {
		problem = "the root has no bounds of a display"
	}
	evidence := []string{
		fmt.Sprintf("%d nodes in %d windows, root %.40s", count["nodes"], len(root.Children), bounds),
	}
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if name, ok := strings.CutPrefix(name, "attribute "); ok && plainTag.MatchString(name) {
			names = append(names, name)
		}
	}
	evidence = append(evidence, "attributes: "+strings.Join(names[:len(names)/2], " "), strings.Join(names[len(names)/2:], " "))
	if problem != "" {
		return broken(problem, evidence...)
	}
	return held(evidence...)
}
