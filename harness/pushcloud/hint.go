// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/internal/spelling"
)

// Hint is something about a request that breaks no rule that is known, and may
// still be a mistake.
type Hint struct {
	// Path names the field, as a Fault's does.
	Path string `json:"path"`
	// Text says what is odd about it.
	Text string `json:"text"`
}

// String is path and text.
func (h Hint) String() string { return h.Path + ": " + h.Text }

// Hints lists the members of payload and pushOptions that the documentation
// does not have. They are no faults: a later version of Push Kit may have
// them, and nothing says that Push Cloud refuses others. But one that is
// misspelt does nothing, and nobody says so. It also names the ttl of a call
// that is not the advised one. nil if there is none.
func Hints(r Request) []Hint {
	var list hints
	if r.Message != nil {
		payload, err := r.Message.Payload()
		if shape := payloadShapes[r.Message.Kind()]; err == nil && shape != nil && gjson.ValidBytes(payload) {
			list.walk("payload", gjson.ParseBytes(payload), shape)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Options.Extra)) {
		if !slices.Contains(optionNames, name) {
			list.add("pushOptions", name, optionNames)
		}
	}
	list.call(r)
	return list
}

// call looks at the ttl of what announces a call: who is called when nobody
// waits any more picks up for nothing, and Push Kit keeps a message for a day
// unless told otherwise.
func (l *hints) call(r Request) {
	e, err := r.encode()
	if err != nil || !announcesCall(e) {
		return
	}
	least, most := fixtures.LimitOf("ttl.call.min"), fixtures.LimitOf("ttl.call.max")
	var is string
	switch ttl := gjson.GetBytes(e.options, "ttl"); {
	case !ttl.Exists():
		is = fmt.Sprintf("is not set, which means %d seconds", fixtures.LimitOf("ttl.default"))
	case ttl.Type == gjson.Number && (ttl.Num < float64(least) || ttl.Num > float64(most)):
		is = "is " + ttl.Raw
	default:
		return
	}
	*l = append(*l, Hint{Path: "pushOptions.ttl", Text: fmt.Sprintf("it %s; for a call %d to %d are advised, since nobody waits longer for an answer", is, least, most)})
}

// announcesCall reports whether the message is a VoIP message, or a notification
// of that category.
func announcesCall(e encoded) bool {
	switch e.pushType {
	case push.KindVoIP.PushType():
		return true
	case push.KindAlert.PushType():
		return gjson.ValidBytes(e.payload) && gjson.GetBytes(e.payload, "notification.category").Str == "VOIP"
	}
	return false
}

// optionNames are the members of pushOptions.
var optionNames = []string{"testMessage", "ttl", "biTag", "receiptId", "collapseKey", "backgroundMode"}

// payloadShapes says of each kind what its payload may hold: the message types
// of this package name all documented members.
var payloadShapes = map[push.Kind]reflect.Type{
	push.KindAlert: reflect.TypeFor[struct {
		Notification Alert `json:"notification"`
	}](),
	push.KindForm:       reflect.TypeFor[FormUpdate](),
	push.KindExtension:  reflect.TypeFor[Extension](),
	push.KindBackground: reflect.TypeFor[Background](),
	push.KindLiveView:   reflect.TypeFor[LiveView](),
	push.KindVoIP:       reflect.TypeFor[VoIP](),
}

type hints []Hint

func (l *hints) add(path, name string, known []string) {
	*l = append(*l, Hint{Path: path + "." + name, Text: "Push Kit's documentation has no such member" + spelling.Suggest(name, known)})
}

// walk compares a value with a type. What a map holds is the sender's affair.
func (l *hints) walk(path string, value gjson.Result, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Slice && value.IsArray():
		for i, v := range value.Array() {
			l.walk(fmt.Sprintf("%s[%d]", path, i), v, t.Elem())
		}
	case t.Kind() == reflect.Struct && value.IsObject():
		names, types := members(t)
		value.ForEach(func(key, v gjson.Result) bool {
			if inner, ok := types[key.String()]; ok {
				l.walk(path+"."+key.String(), v, inner)
			} else {
				l.add(path, key.String(), names)
			}
			return true
		})
	}
}

// members returns the names and types of a struct's JSON members.
func members(t reflect.Type) (names []string, types map[string]reflect.Type) {
	types = map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		types[name] = f.Type
	}
	return names, types
}
