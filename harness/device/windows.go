// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// The window types that this package knows. Source: OpenHarmony source of
// window_manager.
const (
	WindowApp      = 1
	WindowDesktop  = 2001
	WindowCall     = 2102
	WindowPanel    = 2109
	WindowKeyguard = 2110
)

// Window is one window of the system's list. It has no title and no text.
type Window struct {
	// Name is the window's, cut to 20 bytes by the system: an app's ability with
	// a number, or one of the system's own, such as SCBDropdownPanel17.
	Name string `json:"name"`
	// Display is the display's number, 0 for the main one.
	Display int `json:"display,omitempty"`
	PID     int `json:"pid"`
	ID      int `json:"id"`
	// Type is the system's number of the window's kind: see WindowApp.
	Type int `json:"type"`
	// Z is the place in the stack, -1 for a window that is hidden.
	Z      int  `json:"z"`
	Bounds Rect `json:"bounds"`
	// Visible is set for a window in front of the display's background.
	Visible bool `json:"visible"`
	// Focus is set for the window that has the input.
	Focus bool `json:"focus,omitempty"`
}

// Place returns what the window is as the place of a sighting.
func (w Window) Place() Place {
	if p := placeNamed(w.Name); p != PlaceUnknown {
		return p
	}
	switch w.Type {
	case WindowCall:
		return PlaceCall
	case WindowKeyguard:
		return PlaceLockScreen
	case WindowDesktop:
		return PlaceDesktop
	}
	return PlaceUnknown
}

// WindowList is the system's list of windows, as far as it may be kept.
type WindowList struct {
	// Windows are the system's own and those of the driven app's processes, in
	// the system's order. Other apps' are counted only.
	Windows []Window `json:"windows"`
	// Others counts the visible windows of other apps.
	Others int `json:"others"`
	// FocusElsewhere is set where another app's window has the input.
	FocusElsewhere bool `json:"focusElsewhere,omitempty"`
}

// Visible returns the visible windows that are such a place.
func (l WindowList) Visible(place Place) []Window {
	var found []Window
	for _, w := range l.Windows {
		if w.Visible && w.Place() == place {
			found = append(found, w)
		}
	}
	return found
}

// Windows reads the list of windows: which of them are visible, and which has
// the input. It disturbs nothing. The error is a *NotOfferedError or an
// *OutputError, or the shell's. (Claim device.windows.dump.)
func (d *Device) Windows(ctx context.Context) (WindowList, error) {
	all, err := d.allWindows(ctx)
	if err != nil {
		return WindowList{}, err
	}
	var pids []int
	if d.app.Bundle != "" {
		if pids, err = d.pids(ctx); err != nil {
			return WindowList{}, fmt.Errorf("read the list of windows: %w", err)
		}
	}
	return keepWindows(all, pids), nil
}

// allWindows returns every window, also those of other apps.
func (d *Device) allWindows(ctx context.Context) ([]Window, error) {
	const doing = "read the list of windows"
	text, err := d.dump(ctx, "windows.dump", nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	windows, known := parseWindows(text)
	if !known {
		return nil, newOutputError(doing, "hidumper -s WindowManagerService", fmt.Sprintf("%d bytes", len(text)), nil)
	}
	return windows, nil
}

// windowsByID is allWindows by the windows' ids.
func (d *Device) windowsByID(ctx context.Context) (map[int]Window, error) {
	windows, err := d.allWindows(ctx)
	byID := map[int]Window{}
	for _, w := range windows {
		byID[w.ID] = w
	}
	return byID, err
}

// keepWindows drops the windows of other apps.
func keepWindows(all []Window, pids []int) WindowList {
	ours := map[int]bool{}
	for _, pid := range pids {
		ours[pid] = true
	}
	list := WindowList{Windows: []Window{}}
	for _, w := range all {
		switch {
		case ours[w.PID] || w.Type >= WindowDesktop:
			list.Windows = append(list.Windows, w)
		case w.Visible:
			list.Others++
			list.FocusElsewhere = list.FocusElsewhere || w.Focus
		}
	}
	return list
}

// parseWindow reads a row: a name, which may hold blanks, eight numbers, and the
// bounds as [ x y w h ]; what follows differs by version.
func parseWindow(line string) (w Window, ok bool) {
	front, rest, found := strings.Cut(line, "[")
	inside, _, closed := strings.Cut(rest, "]")
	fields, box := strings.Fields(front), strings.Fields(inside)
	const columns = 8
	if !found || !closed || len(fields) <= columns || len(box) != 4 {
		return Window{}, false
	}
	var n [columns + 4]int
	for i, field := range append(fields[len(fields)-columns:], box...) {
		value, err := strconv.ParseInt(field, 10, 32)
		if err != nil {
			return Window{}, false
		}
		n[i] = int(value)
	}
	x, y, width, height := n[columns], n[columns+1], n[columns+2], n[columns+3]
	w = Window{
		Name: oneLine(strings.Join(fields[:len(fields)-columns], " "), maxWindowName), Display: n[0], PID: n[1], ID: n[2], Type: n[3], Z: n[6],
		Bounds: Rect{Left: x, Top: y, Right: x + width, Bottom: y + height},
	}
	return w, w.Name != "" && w.ID >= 0 && width >= 0 && height >= 0
}

// parseWindows reads the list. known is false where the text is no such list.
// The rows above a group's dashed line are visible; a hidden one has the Z
// order -1 as well.
func parseWindows(text string) (windows []Window, known bool) {
	hidden, focus := false, -1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		w, row := parseWindow(line)
		switch {
		case strings.HasPrefix(line, "WindowName"):
			known, hidden = true, false
		case strings.HasPrefix(line, "Focus window: "):
			if id, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "Focus window: "))); err == nil {
				focus = id
			}
		case strings.HasPrefix(line, "---") && strings.Trim(line, "- ") == "":
			hidden = true
		case known && row && len(windows) < maxWindows:
			w.Visible = !hidden && w.Z >= 0
			windows = append(windows, w)
		}
	}
	for i := range windows {
		windows[i].Focus = windows[i].ID == focus
	}
	return windows, known
}

const (
	// maxWindowName bounds a name in bytes; the system cuts it to 20.
	maxWindowName = 64
	// maxWindows bounds the list; a device has some dozens.
	maxWindows = 2048
)
