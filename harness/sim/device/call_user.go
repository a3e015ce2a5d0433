// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

var (
	errNoCall    = errors.New("there is no such call")
	errVoiceOnly = errors.New("a locked screen takes a call by voice only")
)

// ActOnCall is what the device's user does with a call: seam.EventVoiceAnswer
// and so on. Answering opens the app's ability on a screen that is not locked:
// claim kinds.voip.answer. The error says that there is no such call, or that
// it cannot be answered so.
func (d *Device) ActOnCall(ctx context.Context, id string, event int) error {
	d.mu.Lock()
	var c *phoneCall
	for _, one := range d.calling {
		if one.id == id && one.reported && one.alive() {
			c = one
		}
	}
	if c == nil {
		d.mu.Unlock()
		return fmt.Errorf("act on the call %s: %w", id, errNoCall)
	}
	locked := d.screen.locked
	if event == seam.EventVideoAnswer && locked {
		d.mu.Unlock()
		return fmt.Errorf("act on the call %s: %w", id, errVoiceOnly)
	}
	c.banner = false
	answered := event == seam.EventVoiceAnswer || event == seam.EventVideoAnswer
	told := c.proc.post(seam.OnCallEvent, seam.CallEvent{CallID: id, Event: event}, nil)
	d.notify()
	d.mu.Unlock()
	if err := d.attempt(ctx, told); err != nil {
		return err
	}
	if !answered || locked {
		return nil
	}
	_, err := d.bringForward(ctx, c.app.spec.Bundle, c.in.AbilityName, seam.Want{Parameters: json.RawMessage(`{}`)})
	return err
}

// callAction is what a tap on a button of the banner does.
type callAction struct {
	id    string
	event int
}

// callWindow asks the user about the newest call that rings, nil if none does:
// a banner, or on a locked screen most of it, and there without video. Its
// bundle, name and texts are claim kinds.voip.banner. d.mu is held.
func (d *Device) callWindow(full box) *node {
	var c *phoneCall
	for _, one := range d.calling {
		if one.banner && one.alive() {
			c = one
		}
	}
	if c == nil {
		return nil
	}
	height := full.bottom / 6
	if d.screen.locked {
		height = full.bottom / 2
	}
	b := box{0, full.bottom / 24, full.right, full.bottom/24 + max(height, 4)}
	kind, reject, voice, video := d.callTexts(c.in.Type)
	half := (b.top + b.bottom) / 2
	line := (b.top + half) / 2
	w := window(callBundle, nameCall, "", b).as(windowCall).add(
		element("Text", c.in.UserName, box{b.left, b.top, b.right, line}),
		element("Text", kind, box{b.left, line, b.right, half}),
	)
	buttons := []struct {
		text  string
		event int
	}{{reject, seam.EventReject}, {voice, seam.EventVoiceAnswer}}
	if c.in.Type == 1 && !d.screen.locked {
		buttons = append(buttons, struct {
			text  string
			event int
		}{video, seam.EventVideoAnswer})
	}
	width := (b.right - b.left) / len(buttons)
	for i, button := range buttons {
		n := element("Button", button.text, box{b.left + i*width, half, b.left + (i+1)*width, b.bottom}).clickable()
		n.call = &callAction{c.id, button.event}
		w.add(n)
	}
	return w
}

// callTexts are in the device's language.
func (d *Device) callTexts(kind int) (what, reject, voice, video string) {
	if strings.HasPrefix(d.opts.Profile.Params["persist.global.language"], "zh") {
		return []string{"语音来电", "视频来电"}[kind], "拒绝", "接听", "视频接听"
	}
	return []string{"Voice call", "Video call"}[kind], "Decline", "Answer", "Answer with video"
}
