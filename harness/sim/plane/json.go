// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package plane

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Read decodes a request's JSON and refuses names that it does not know: a
// misspelt scope would widen a fault. It reports whether there is something to
// go on with; the refusal is written already where there is not.
func Read(w http.ResponseWriter, r *http.Request, into any) bool {
	raw, err := io.ReadAll(r.Body)
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		Refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", tooLong.Limit))
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err == nil {
		err = decoder.Decode(into)
	}
	if err == nil && decoder.More() {
		err = errors.New("there is more than one value")
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, fmt.Errorf("the body is no JSON of this endpoint: %w", err))
		return false
	}
	return true
}

// Write answers with body as JSON.
func Write(w http.ResponseWriter, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, fmt.Errorf("write the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that has gone does not read why.
	_, _ = w.Write(append(data, '\n'))
}

// Refuse answers {"error":"..."} with an HTTP status.
func Refuse(w http.ResponseWriter, status int, err error) {
	data, _ := json.Marshal(struct {
		Error string `json:"error"`
	}{err.Error()})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}
