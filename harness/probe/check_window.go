// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// windows returns the names of the visible windows, without the numbers behind
// them, and whether the device tells. Those of apps are left out.
func (e *env) windows(ctx context.Context) (names []string, known bool, err error) {
	got, err := e.shell(ctx, "hidumper -s WindowManagerService -a -a")
	if err != nil {
		return nil, false, err
	}
	names, known = systemWindows(got.text)
	return names, known, nil
}

// windowName is a window of the system with the number behind its name.
var windowName = regexp.MustCompile(`^(SCB[A-Za-z]+?)\d*\s`)

// systemWindows reads the visible windows of the system from the window
// manager's dump: the rows between the head and the line of dashes behind it.
func systemWindows(text string) (names []string, known bool) {
	_, rows, found := strings.Cut(text, "\nWindowName ")
	if !found {
		return nil, false
	}
	for i, line := range strings.Split(rows, "\n") {
		if strings.HasPrefix(line, "----") {
			return names, true
		}
		if m := windowName.FindStringSubmatch(line); m != nil && i > 0 {
			names = append(names, m[1])
		}
	}
	return names, true
}

// windowRow is a visible window: its name, which the list cuts to 20 bytes, and
// its id.
type windowRow struct{ name, id string }

// nameCut is where the list of windows cuts names, in bytes.
const nameCut = 20

// windowRows reads all visible windows. Their names may be other apps' and are
// kept nowhere.
func windowRows(text string) []windowRow {
	_, rows, _ := strings.Cut(text, "\nWindowName ")
	var found []windowRow
	for i, line := range strings.Split(rows, "\n") {
		if strings.HasPrefix(line, "----") {
			break
		}
		if f := strings.Fields(line); i > 0 && len(f) > 4 {
			found = append(found, windowRow{f[0], f[3]})
		}
	}
	return found
}

// checkLayoutWindow checks claim device.layout.window.
func checkLayoutWindow(ctx context.Context, e *env) (finding, error) {
	file := e.tmp + ".json"
	defer e.clean(ctx, "rm -f "+file)
	list, err := e.shell(ctx, "hidumper -s WindowManagerService -a -a")
	if err != nil {
		return finding{}, err
	}
	rows := windowRows(list.text)
	if len(rows) == 0 {
		return lacking("hidumper does not list windows"), nil
	}
	got, err := e.shell(ctx, "uitest dumpLayout -p "+file+" >/dev/null; cat "+file)
	if err != nil {
		return finding{}, err
	}
	if f, ok := tool(got, "uitest"); !ok {
		return f, nil
	}
	var root struct {
		Children []struct {
			Attributes struct {
				Ability string `json:"abilityName"`
				Window  string `json:"hostWindowId"`
			} `json:"attributes"`
		} `json:"children"`
	}
	if err := json.Unmarshal([]byte(got.text), &root); err != nil || len(root.Children) == 0 {
		return lacking("the UI tree cannot be read: see the claim device.layout.shape"), nil
	}
	byName, byID := 0, 0
	for _, w := range root.Children {
		a := w.Attributes
		name := a.Ability[:min(len(a.Ability), nameCut)]
		switch {
		case slices.ContainsFunc(rows, func(r windowRow) bool { return r.id == a.Window && a.Window != "" }):
			byID++
		case name != "" && slices.ContainsFunc(rows, func(r windowRow) bool { return strings.HasPrefix(r.name, name) }):
			byName++
		}
	}
	saw := fmt.Sprintf("of %d windows in the tree %d are in the list by hostWindowId and %d by name", len(root.Children), byID, byName)
	if byID+byName < len(root.Children) {
		return broken("a window of the tree is in the list neither by hostWindowId nor by name", saw), nil
	}
	return held(saw), nil
}

// checkWindowNames checks claim device.windows.names for the windows that one
// can have on the display harmlessly.
func checkWindowNames(ctx context.Context, e *env) (finding, error) {
	defer e.closeShade(ctx)
	if err := e.dev.Wake(ctx); err != nil {
		return finding{}, err
	}
	if err := e.dev.Home(ctx); err != nil {
		return finding{}, err
	}
	var desktop []string
	known := true
	on, err := eventually(ctx, settleLimit, func() (bool, error) {
		var err error
		desktop, known, err = e.windows(ctx)
		return !known || slices.Contains(desktop, "SCBDesktop"), err
	})
	switch {
	case err != nil:
		return finding{}, err
	case !known:
		return lacking("hidumper does not list windows"), nil
	case !on:
		return broken("no window SCBDesktop is visible after Home", "windows: "+strings.Join(desktop, " ")), nil
	}
	came, f, ok, err := e.openShade(ctx)
	if err != nil || !ok {
		return f, err
	}
	saw := []string{"after Home: " + strings.Join(desktop, " "), "with the swipe came: " + strings.Join(came, " ")}
	if len(came) == 0 {
		return lacking("the notification centre did not open: see the claim device.shade.swipe"), nil
	}
	if e.dev.Profile().Type == "phone" && !slices.Contains(came, "SCBDropdownPanel") {
		return broken("the notification centre's window is not SCBDropdownPanel", saw...), nil
	}
	return held(saw...), nil
}
