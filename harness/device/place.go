// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "strings"

// Place is where the system shows something.
type Place string

// The places, in the order in which a Sighting prefers them: what lies above
// the others can be tapped.
const (
	// PlaceCall is the window of an incoming call.
	PlaceCall Place = "call"
	// PlaceShade is the list of notifications.
	PlaceShade Place = "shade"
	// PlaceLockScreen is the lock screen.
	PlaceLockScreen Place = "lock-screen"
	// PlaceBanner is the banner that shows a new notification for seconds.
	PlaceBanner Place = "banner"
	// PlaceDesktop is the desktop: cards, icons and their badges.
	PlaceDesktop Place = "desktop"
	// PlaceUnknown is a window of the system whose kind is not known.
	PlaceUnknown Place = ""
)

var placeOrder = []Place{PlaceCall, PlaceShade, PlaceLockScreen, PlaceBanner, PlaceDesktop, PlaceUnknown}

// rank is the place's position in the order.
func (p Place) rank() int {
	for i, known := range placeOrder {
		if p == known {
			return i
		}
	}
	return len(placeOrder)
}

// placeNames are the beginnings of the system's window names: a number follows,
// and the list of windows cuts a name to 20 bytes, which the banner's is longer
// than. (Claim device.windows.names.)
var placeNames = []struct {
	prefix string
	place  Place
}{
	{"SCBDropdownPanel", PlaceShade},
	{"SCBAssemblyPanel", PlaceShade},
	{"SCBScreenLock", PlaceLockScreen},
	{"SCBBannerNotificatio", PlaceBanner},
	{"SCBDesktop", PlaceDesktop},
}

func placeNamed(window string) Place {
	for _, row := range placeNames {
		if strings.HasPrefix(window, row.prefix) {
			return row.place
		}
	}
	return PlaceUnknown
}
