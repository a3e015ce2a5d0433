// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"net/url"
	"strings"
)

// matches reports whether a uri fits: scheme, host, port and path must be
// equal where the skill names them. Source: Ability Kit, matching rules of
// explicit and implicit want.
func (u URI) matches(text string) bool {
	got, err := url.Parse(text)
	if err != nil {
		return false
	}
	same := func(want, have string) bool { return want == "" || want == have }
	return u != (URI{}) && same(u.Scheme, got.Scheme) && same(u.Host, got.Hostname()) && same(u.Port, got.Port()) &&
		same(strings.Trim(u.Path, "/"), strings.Trim(got.Path, "/"))
}
