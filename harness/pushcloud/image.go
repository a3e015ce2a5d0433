// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// VerifiedImage is an image that Push Cloud has passed.
type VerifiedImage struct {
	// DownloadURL is what to write into a message in place of the image's own
	// address.
	DownloadURL string
	// Expires is until when, about seven days ahead; zero if the answer does
	// not say (claim pushcloud.image.expiry).
	Expires time.Time
	// Response is the answer. It is about no token.
	Response *Response
}

// maxURL is longer than any address that fits into a message.
const maxURL = 4096

// VerifyImage has Push Cloud check the image at a public https URL for
// messages of a kind: push.KindAlert, push.KindForm or push.KindExtension. An
// app may have 60 images checked a minute. Source: Push Kit REST API, image
// check.
//
// The error is an *InvalidError (nothing was sent), an *Error or a
// *TransportError. A check changes nothing, so it is repeated after any fault
// that may pass.
func (c *Client) VerifyImage(ctx context.Context, kind push.Kind, imageURL string) (*VerifiedImage, error) {
	var faults []Fault
	if kind != push.KindAlert && kind != push.KindForm && kind != push.KindExtension {
		faults = append(faults, Fault{"push-type", "only alert, form and extension messages have an image that is checked"})
	}
	if !strings.HasPrefix(imageURL, "https://") {
		faults = append(faults, Fault{"imageUrl", "it must be an https URL"})
	}
	if len(faults) > 0 {
		return nil, &InvalidError{Op: OpVerifyImage, Faults: faults}
	}
	body := append(appendQuoted([]byte(`{"imageUrl":`), imageURL), '}')
	k := &call{op: OpVerifyImage, url: c.verify, pushType: kind.PushType(), body: body}
	response, read, err := c.ask(ctx, k)
	if err != nil {
		return nil, err
	}
	image := &VerifiedImage{DownloadURL: k.secrets.redact(read.downloadURL, maxURL), Response: response}
	if seconds, err := strconv.ParseInt(read.expireTime, 10, 64); err == nil && seconds > 0 {
		image.Expires = time.Unix(seconds, 0)
	}
	return image, nil
}
