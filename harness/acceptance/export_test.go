// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import "github.com/pushproof/pushproof/fixtures"

// Actions lists what the cell needs beside the agent.
func (c Cell) Actions() []fixtures.Action { return c.actions() }

// ActionWords says it in words.
func ActionWords(action fixtures.Action) string { return actionWords[action] }
