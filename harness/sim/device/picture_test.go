// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim"
)

// picture fetches and decodes a file of the device.
func (b *bench) picture(name, format string) image.Image {
	b.t.Helper()
	picture, got, err := image.Decode(bytes.NewReader([]byte(b.sh("cat %s", name))))
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	if p := b.opts.Profile; got != format || picture.Bounds() != image.Rect(0, 0, p.Width, p.Height) {
		b.t.Errorf("%s is a %s of %v, want a %s of %dx%d", name, got, picture.Bounds(), format, p.Width, p.Height)
	}
	return picture
}

func TestPicturesHaveTheDisplaysSize(t *testing.T) {
	for _, p := range fixtures.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			b := newBench(t, onProfile(p.Name))
			const name = "/data/local/tmp/s.jpeg"
			want := fmt.Sprintf("process: display 0, file type: jpeg, width: %d, height: %d\nsuccess: snapshot display 0 , write to %s as jpeg, width: %d, height: %d\n",
				p.Width, p.Height, name, p.Width, p.Height)
			b.says(said{"snapshot_display -i 0 -f " + name, want})
			b.picture(name, "jpeg")
		})
	}
}

func TestPicturesOfOtherTools(t *testing.T) {
	b := newBench(t, small)
	b.sh("snapshot_display -t png -f /data/local/tmp/s.png")
	b.picture("/data/local/tmp/s.png", "png")
	b.says(said{"uitest screenCap -p /data/local/tmp/u.png; echo $?", "ScreenCap saved to /data/local/tmp/u.png\n0\n"})
	b.picture("/data/local/tmp/u.png", "png")
	b.sh("snapshot_display; uitest screenCap")
	if out := b.sh("ls /data/local/tmp | grep -c -E '^(snapshot_[0-9_-]+.jpeg|[0-9]{14}.png)$'"); out != "2\n" {
		t.Errorf("pictures without a name: %q", b.sh("ls /data/local/tmp"))
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	newBench(t, small).says(
		said{"snapshot_display -f /data/local/tmp/s.png; echo $?", "error: fileName /data/local/tmp/s.png invalid, suffix must be .jpeg\n1\n"},
		said{"snapshot_display -i 3; echo $?", "error: displayId 3 is invalid.\n1\n"},
		said{"snapshot_display -f /system/s.jpeg | grep -c failed!", "1\n"},
		said{"snapshot_display -t bmp | grep -c usage", "1\n"},
		said{"snapshot_display -x | grep -c usage", "1\n"},
		said{"uitest screenCap -p /system/s.png; echo $?", "ScreenCap failed: Invalid save path or permission denied\n1\n"},
		said{"uitest screenCap -d 1; echo $?", "ScreenCap failed: the options are illegal\n1\n"},
	)
}

// ink counts the dark dots of a part of a picture.
func ink(picture image.Image, r image.Rectangle) int {
	dots := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 0x40 {
				dots++
			}
		}
	}
	return dots
}

// A person sees in a picture what the UI tree says: the texts stand where their
// nodes are, and a screen that is off is dark.
func TestPictureShowsTheTree(t *testing.T) {
	b := showingWith(t, small)
	take := func() image.Image {
		t.Helper()
		b.sh("uitest screenCap -p /data/local/tmp/t.png")
		return b.picture("/data/local/tmp/t.png", "png")
	}
	b.openShade()
	before := take()
	b.want(b.push(0, alert("")), sim.Delivered)
	item := b.layout().find("T", nil)
	if item == nil {
		t.Fatal("the shade shows no notification")
	}
	var r image.Rectangle
	if _, err := fmt.Sscanf(item.Attributes["bounds"], "[%d,%d][%d,%d]", &r.Min.X, &r.Min.Y, &r.Max.X, &r.Max.Y); err != nil {
		t.Fatal(err)
	}
	after := take()
	if ink(before, r) != 0 || ink(after, r) == 0 {
		t.Errorf("where the notification stands there are %d dark dots before and %d after", ink(before, r), ink(after, r))
	}
	b.sh("power-shell suspend")
	off := take()
	if all := off.Bounds(); ink(off, all) != all.Dx()*all.Dy() {
		t.Error("a screen that is off is not dark")
	}
}
