// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"fmt"
	"regexp"
)

// bundleName is what a bundle name may be made of. Source: HarmonyOS,
// app.json5, bundleName. Only 3.2.0f refuses shell characters in a name; on
// older servers `uninstall com.example;ls` runs ls on the device.
var bundleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$`)

// abilityName is the name of an ability, a module or a class.
var abilityName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// connectKey is a serial number, an address with its port, or a serial port.
var connectKey = regexp.MustCompile(`^[!-~]+$`)

// maxName bounds bundle and ability names, in bytes. Source: HarmonyOS,
// app.json5 and module.json5.
const maxName = 128

// CheckBundle returns an *ArgumentError unless name can be a bundle name.
func CheckBundle(name string) error {
	if len(name) > maxName || !bundleName.MatchString(name) {
		return badArgument("bundle name", name, "it consists of letters, digits, _ and at least one dot, starts with a letter, and has at most 128 bytes")
	}
	return nil
}

// CheckAbility returns an *ArgumentError unless name can name an ability or a
// module.
func CheckAbility(name string) error {
	if len(name) > maxName || !abilityName.MatchString(name) {
		return badArgument("ability or module name", name, "it consists of letters, digits, _ and dots, and has at most 128 bytes")
	}
	return nil
}

// CheckKey returns an *ArgumentError unless key fits the handshake's field.
func CheckKey(key string) error {
	if len(key) > maxKeyLength || !connectKey.MatchString(key) {
		return badArgument("connect key", key, fmt.Sprintf("it has 1 to %d visible ASCII characters; see: hdc list targets", maxKeyLength))
	}
	return nil
}
