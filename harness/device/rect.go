// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"regexp"
	"strconv"
)

// Point is a place on the display, in pixels from its upper left corner.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Rect is a part of the display, in pixels; Right and Bottom are outside.
type Rect struct {
	Left   int `json:"left"`
	Top    int `json:"top"`
	Right  int `json:"right"`
	Bottom int `json:"bottom"`
}

var bounds = regexp.MustCompile(`^\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]$`)

// parseRect reads "[left,top][right,bottom]"; values may be negative. Anything
// else gives the empty Rect.
func parseRect(text string) Rect {
	m := bounds.FindStringSubmatch(text)
	if m == nil {
		return Rect{}
	}
	var v [4]int
	for i := range v {
		v[i], _ = strconv.Atoi(m[i+1])
	}
	return Rect{Left: v[0], Top: v[1], Right: v[2], Bottom: v[3]}
}

// Empty reports whether there is nothing in it.
func (r Rect) Empty() bool { return r.Right <= r.Left || r.Bottom <= r.Top }

// Width is Right - Left.
func (r Rect) Width() int { return r.Right - r.Left }

// Height is Bottom - Top.
func (r Rect) Height() int { return r.Bottom - r.Top }

// Within returns the part of r that is inside o; everything, if o is empty.
func (r Rect) Within(o Rect) Rect {
	if o.Empty() {
		return r
	}
	return Rect{
		Left: max(r.Left, o.Left), Top: max(r.Top, o.Top),
		Right: min(r.Right, o.Right), Bottom: min(r.Bottom, o.Bottom),
	}
}

// Center is the point in its middle.
func (r Rect) Center() Point { return Point{X: r.Left + r.Width()/2, Y: r.Top + r.Height()/2} }

// String prints it as the UI tree does.
func (r Rect) String() string {
	return fmt.Sprintf("[%d,%d][%d,%d]", r.Left, r.Top, r.Right, r.Bottom)
}
