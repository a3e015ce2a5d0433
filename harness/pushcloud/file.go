// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/internal/spelling"
)

// MessageFileError is a message file that cannot be read.
type MessageFileError struct {
	// Field is the member at fault, "" for the file as a whole.
	Field string
	// Problem says what is wrong and what to write.
	Problem string
}

// messageFileShape is what a message file looks like.
const messageFileShape = `a message file is {"pushType":0,"payload":{...},"pushOptions":{...}}, where "kind":"alert" may stand for pushType`

// Error says what is wrong and what to write.
func (e *MessageFileError) Error() string {
	if e.Field == "" {
		return "message file: " + e.Problem + ": " + messageFileShape
	}
	return fmt.Sprintf("message file: %q %s: %s", e.Field, e.Problem, messageFileShape)
}

// fileMembers are the members of a message file, in the order in which they are
// taught.
var fileMembers = []string{"pushType", "payload", "pushOptions", "kind"}

// ParseMessage reads a message file: pushType or kind, payload, and
// pushOptions if wanted. The payload becomes a RawMessage, whose numbers keep
// their digits; what is wrong inside of payload and pushOptions is left to
// Validate, which sees all faults at once. Errors are *MessageFileError.
func ParseMessage(data []byte) (Request, error) {
	members, err := parseMembers(data)
	if err != nil {
		return Request{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch {
		case slices.Contains(fileMembers, name):
		case name == "target":
			return Request{}, &MessageFileError{Field: name, Problem: "does not belong here, tokens are given apart"}
		default:
			return Request{}, &MessageFileError{Field: name, Problem: "is not known" + spelling.Suggest(name, fileMembers)}
		}
	}
	pushType, err := filePushType(members)
	if err != nil {
		return Request{}, err
	}
	payload, ok := members["payload"]
	if !ok {
		return Request{}, &MessageFileError{Field: "payload", Problem: "is missing"}
	}
	if !isObject(payload) {
		return Request{}, &MessageFileError{Field: "payload", Problem: "must be a JSON object"}
	}
	r := Request{Message: RawMessage{Type: pushType, Body: payload}}
	if options, ok := members["pushOptions"]; ok {
		var byName map[string]json.RawMessage
		if !isObject(options) || json.Unmarshal(options, &byName) != nil {
			return Request{}, &MessageFileError{Field: "pushOptions", Problem: "must be a JSON object"}
		}
		r.Options = parseOptions(byName)
	}
	return r, nil
}

func parseMembers(data []byte) (map[string]json.RawMessage, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	dec := json.NewDecoder(bytes.NewReader(data))
	var members map[string]json.RawMessage
	if err := dec.Decode(&members); err != nil {
		var syntax *json.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			return nil, &MessageFileError{Problem: "it is empty"}
		case errors.As(err, &syntax):
			return nil, &MessageFileError{Problem: fmt.Sprintf("it is no JSON, %v in line %d", err, line(data, syntax.Offset))}
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &MessageFileError{Problem: fmt.Sprintf("it is no JSON, it ends too early, in line %d", line(data, int64(len(bytes.TrimRight(data, " \t\r\n")))))}
		}
		return nil, &MessageFileError{Problem: "it is no JSON object"}
	}
	if members == nil {
		return nil, &MessageFileError{Problem: "it is no JSON object"}
	}
	end := dec.InputOffset()
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		rest := data[end:]
		begin := end + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n")))
		return nil, &MessageFileError{Problem: fmt.Sprintf("something follows the JSON object, in line %d", line(data, begin))}
	}
	return members, nil
}

func line(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

func filePushType(members map[string]json.RawMessage) (int, error) {
	rawKind, hasKind := members["kind"]
	rawType, hasType := members["pushType"]
	if !hasKind && !hasType {
		return 0, &MessageFileError{Field: "pushType", Problem: "is missing"}
	}
	pushType := -1
	if hasKind {
		var name string
		if json.Unmarshal(rawKind, &name) != nil {
			return 0, &MessageFileError{Field: "kind", Problem: "must be a string"}
		}
		kind, err := push.ParseKind(name)
		if err != nil {
			return 0, &MessageFileError{Field: "kind", Problem: "names no kind, " + err.Error()}
		}
		pushType = kind.PushType()
	}
	if hasType {
		n, ok := exactInt(rawType)
		if !ok || int64(int(n)) != n {
			return 0, &MessageFileError{Field: "pushType", Problem: "must be a whole number"}
		}
		if _, err := push.KindOfPushType(int(n)); err != nil {
			return 0, &MessageFileError{Field: "pushType", Problem: "names no kind, " + err.Error()}
		}
		if hasKind && int(n) != pushType {
			return 0, &MessageFileError{Field: "pushType", Problem: fmt.Sprintf("is %d and kind is %s, which is %d", n, rawKind, pushType)}
		}
		pushType = int(n)
	}
	return pushType, nil
}

func isObject(raw json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{"))
}
