// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// The colours of a picture. A window is light, what reacts to a tap has a
// darker ground.
var (
	colourOff    = color.RGBA{0, 0, 0, 0xff}
	colourWindow = color.RGBA{0xf4, 0xf4, 0xf4, 0xff}
	colourTap    = color.RGBA{0xdd, 0xe6, 0xf5, 0xff}
	colourFrame  = color.RGBA{0x80, 0x90, 0xa8, 0xff}
	colourText   = color.RGBA{0x10, 0x10, 0x10, 0xff}
)

// picture is a screenshot of a format that image can encode.
type pictureFormat string

const (
	formatJPEG pictureFormat = "jpeg"
	formatPNG  pictureFormat = "png"
)

// picture draws the screen and encodes it: one frame for each node of the UI
// tree, and its text, of which letters outside ASCII are shown as boxes. One
// picture is drawn at a time, since each takes four bytes a pixel.
func (d *Device) picture(ctx context.Context, format pictureFormat) ([]byte, error) {
	if err := d.drawing.enter(ctx); err != nil {
		return nil, err
	}
	defer d.drawing.leave()
	d.mu.Lock()
	tree := d.tree()
	d.mu.Unlock()
	canvas := image.NewRGBA(image.Rect(0, 0, tree.box.right, tree.box.bottom))
	fill(canvas, canvas.Bounds(), colourOff)
	for _, w := range tree.children {
		fill(canvas, w.rect(), colourWindow)
		w.draw(canvas)
	}
	var b bytes.Buffer
	var err error
	if format == formatPNG {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, canvas)
	} else {
		err = jpeg.Encode(&b, canvas, &jpeg.Options{Quality: 80})
	}
	if err != nil {
		return nil, fmt.Errorf("draw the screen of %s: %w", d.opts.Key, err)
	}
	return b.Bytes(), nil
}

func fill(canvas draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(canvas, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func (n *node) rect() image.Rectangle {
	return image.Rect(n.box.left, n.box.top, n.box.right, n.box.bottom)
}

// draw draws what is in the node, and the node over what it covers.
func (n *node) draw(canvas draw.Image) {
	for _, child := range n.children {
		r := child.rect()
		if child.attributes["clickable"] == "true" {
			fill(canvas, r, colourTap)
		}
		frame(canvas, r)
		child.draw(canvas)
		write(canvas, r, child.attributes["text"])
	}
}

// frame draws a border of one pixel.
func frame(canvas draw.Image, r image.Rectangle) {
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+1)}, {image.Pt(r.Min.X, r.Max.Y-1), r.Max},
		{r.Min, image.Pt(r.Min.X+1, r.Max.Y)}, {image.Pt(r.Max.X-1, r.Min.Y), r.Max},
	} {
		fill(canvas, side, colourFrame)
	}
}

// write writes a text at the left, in the middle of the height, as far as it
// fits.
func write(canvas draw.Image, r image.Rectangle, text string) {
	const margin = 4
	face := basicfont.Face7x13
	pen := font.Drawer{Dst: clipped{canvas, r}, Src: image.NewUniform(colourText), Face: face,
		Dot: fixed.P(r.Min.X+margin, (r.Min.Y+r.Max.Y+face.Ascent-face.Descent)/2)}
	letters := []rune(text)
	if fit := r.Dx()/face.Advance + 1; len(letters) > fit {
		letters = letters[:max(fit, 0)]
	}
	pen.DrawString(string(letters))
}

// clipped is a part of an image: nothing is drawn outside.
type clipped struct {
	draw.Image
	to image.Rectangle
}

// Bounds implements image.Image.
func (c clipped) Bounds() image.Rectangle { return c.to.Intersect(c.Image.Bounds()) }
