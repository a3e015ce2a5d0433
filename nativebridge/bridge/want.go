// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
)

// Click hands over the parameters of the want that onCreate or onNewWant got,
// as a JSON object. A session among them is used, or removed, and never stored;
// what is left is the click, if anything is. done is called as Deliver calls it.
func (b *Bridge) Click(via, want string, at float64, done func(error)) error {
	a, err := b.running()
	if err != nil {
		return err
	}
	v, err := parseVia("click", via, true)
	if err != nil {
		return err
	}
	when, err := timeOf("click", at)
	if err != nil {
		return err
	}
	s, rest, err := session.FromWant(json.RawMessage(want))
	switch {
	case errors.Is(err, session.ErrEnd):
		a.EndSession()
	case errors.Is(err, session.ErrWant):
		return newError(CodeParameter, "click: %v", err)
	case err != nil:
		b.log(slog.LevelWarn, err.Error())
	case s != nil:
		a.UseSession(s)
	}
	if rest == nil {
		go done(nil)
		return nil
	}
	a.ClickJSON(v, rest, when, done)
	return nil
}

// answer is RemoteNotificationContent as far as a session can ask for it.
type answer struct {
	Title       string `json:"title,omitempty"`
	Text        string `json:"text,omitempty"`
	SetBadge    *int   `json:"setBadgeNumber,omitempty"`
	DelayMillis int64  `json:"delayMillis,omitempty"`
}

// ExtensionAnswer returns the JSON of what the session wants the extension
// ability to answer, "" if it leaves that to the app.
func (b *Bridge) ExtensionAnswer(payload string) (string, error) {
	a, err := b.running()
	if err != nil {
		return "", err
	}
	var p push.Payload
	if err := json.Unmarshal([]byte(payload), &p); err != nil {
		return "", newError(CodeParameter, "extensionAnswer: the payload is no JSON of PushPayload")
	}
	want := a.ExtensionAnswer(p)
	if want == nil {
		return "", nil
	}
	text, err := json.Marshal(answer{Title: want.Title, Text: want.Text, SetBadge: want.Badge, DelayMillis: want.Delay.Milliseconds()})
	if err != nil {
		return "", wrap(err)
	}
	return string(text), nil
}
