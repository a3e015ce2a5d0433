// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// layoutQuery is what uitest dumpLayout was asked for.
type layoutQuery struct {
	path, bundle, window string
	// invisible asks for what nobody sees, too.
	invisible bool
}

// parseLayoutQuery reads -p PATH, -b BUNDLE, -w WINDOW, -m true|false, -i, -a
// and, from API 20, -d DISPLAY. Source: uitest guide. That -m and -a change
// nothing that is simulated, and what -i adds, is claim device.uitest.flags.
func parseLayoutQuery(args []string, api int) (layoutQuery, error) {
	q := layoutQuery{path: tmp + "/layout.json"}
	takesValue := "pbwm"
	if api >= api60 {
		takesValue += "d"
	}
	read, ok := options(args, "ia", takesValue)
	if !ok {
		return q, errors.New("the options are illegal")
	}
	for _, o := range read {
		switch o.name {
		case "-p":
			q.path = o.value
		case "-b":
			q.bundle = o.value
		case "-w":
			q.window = o.value
		case "-i":
			q.invisible = true
		case "-m":
			if o.value != "true" && o.value != "false" {
				return q, fmt.Errorf("-m is neither true nor false: %s", o.value)
			}
		case "-d":
			if o.value != "0" {
				return q, fmt.Errorf("there is no display %s", o.value)
			}
		}
	}
	return q, nil
}

func (c *call) dumpLayout(args []string) int {
	q, err := parseLayoutQuery(args, c.d.build.api)
	var text []byte
	if err == nil {
		text, err = c.d.layout(q)
	}
	if err == nil {
		err = c.d.files.put(absolute(c.dir, q.path), text)
	}
	if err != nil {
		c.print("DumpLayout failed:%v\n", err)
		return 1
	}
	c.print("DumpLayout saved to:%s\n", q.path)
	return 0
}

// layout writes the tree in one line.
func (d *Device) layout(q layoutQuery) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	tree := d.tree()
	if q.invisible {
		tree.children = append(d.hidden(), tree.children...)
		tree.numberWindows()
	}
	tree.children = slices.DeleteFunc(tree.children, func(w *node) bool {
		return q.bundle != "" && w.attributes["bundleName"] != q.bundle || q.window != "" && itoa(w.window) != q.window
	})
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}
