// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats of a card's picture
	_ "image/png"
	"strings"

	_ "golang.org/x/image/webp"
)

// The bounds of a card's picture. Source: Push Kit, card refresh.
const (
	maxPictureBytes  = 512 << 10
	maxPicturePixels = 12_800
	apiWebP          = 23
)

var errNoInternet = errors.New("the simulated device has no way into the Internet: Options.Fetch is not set")

// pictures downloads the pictures of a refresh and returns their names by key.
// One that is not required is left out if it cannot be had; the error is about
// one that is.
func (d *Device) pictures(ctx context.Context, list []picture) (map[string]string, error) {
	names := map[string]string{}
	for _, p := range list {
		name, err := d.fetchPicture(ctx, p)
		switch {
		case err == nil:
			names[p.KeyName] = name
		case p.required():
			return nil, fmt.Errorf("the picture %s, which it requires: %w", p.KeyName, err)
		default:
			d.mu.Lock()
			d.systemLog("W", "PushService", fmt.Sprintf("the picture %s is left out: %v", p.KeyName, err))
			d.mu.Unlock()
		}
	}
	return names, nil
}

// fetchPicture returns the name under which the card's page finds the picture.
func (d *Device) fetchPicture(ctx context.Context, p picture) (string, error) {
	d.mu.Lock()
	offline := !d.net.reachable()
	d.mu.Unlock()
	switch {
	case !strings.HasPrefix(p.URL, "https://"):
		return "", errors.New("its URL does not begin with https://")
	case offline:
		return "", errors.New("the network is unavailable")
	case d.opts.Fetch == nil:
		return "", errNoInternet
	}
	content, err := d.opts.Fetch(ctx, p.URL)
	if err != nil {
		return "", fmt.Errorf("download: %w", err)
	}
	if len(content) > maxPictureBytes {
		return "", fmt.Errorf("it has %d bytes, and a card takes %d", len(content), maxPictureBytes)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	switch {
	case err != nil:
		return "", fmt.Errorf("read it: %w", err)
	case format == "webp" && d.build.api < apiWebP:
		return "", fmt.Errorf("WEBP needs API %d", apiWebP)
	case config.Width*config.Height >= maxPicturePixels:
		return "", fmt.Errorf("it has %d x %d pixels, and a card takes less than %d", config.Width, config.Height, maxPicturePixels)
	}
	sum := sha256.Sum256(content)
	return p.KeyName + "-" + hex.EncodeToString(sum[:4]), nil
}
