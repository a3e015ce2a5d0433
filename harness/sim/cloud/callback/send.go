// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// answerMax is what is read of an answer.
const answerMax = 64 << 10

// send posts a body once. Its errors quote neither body nor answer, which may
// hold tokens.
func (p *Poster) send(body []byte) error {
	req, err := http.NewRequestWithContext(p.ctx, http.MethodPost, p.url.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post to %s: the request cannot be made", p.state.Place)
	}
	req.Header.Set("Content-Type", "application/json")
	if p.signer != nil {
		req.Header.Set(Header, p.signer.header(time.Now()))
	}
	res, err := p.client.Do(req)
	if err != nil {
		if asked := (*url.Error)(nil); errors.As(err, &asked) {
			err = asked.Err // without the URL, which may hold a password
		}
		return fmt.Errorf("post to %s: %w", p.state.Place, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	if err != nil {
		return fmt.Errorf("post to %s: read the answer: %w", p.state.Place, err)
	}
	if err := judge(res.StatusCode, answer); err != nil {
		return fmt.Errorf("post to %s: %w", p.state.Place, err)
	}
	return nil
}

// judge takes HTTP 200 with the two documented texts only (claim
// cloud.receipt-answer).
func judge(status int, answer []byte) error {
	if status != http.StatusOK {
		return fmt.Errorf("the receiver answered HTTP %d, 200 is expected", status)
	}
	var said struct {
		Code    *string `json:"code"`
		Message *string `json:"message"`
	}
	if json.Unmarshal(answer, &said) != nil || said.Code == nil || said.Message == nil {
		return errors.New(`the receiver's answer is not {"code":"0","message":"success"}: both are texts, and the name is message, not msg`)
	}
	if *said.Code != "0" || *said.Message != "success" {
		return errors.New(`the receiver did not answer code "0" with message "success"`)
	}
	return nil
}
