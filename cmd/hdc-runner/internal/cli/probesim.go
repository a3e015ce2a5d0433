// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"time"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// simulators probes a simulated world: its five devices and its Push Cloud. The
// app is the one that asks for notifications by itself, as an app does that was
// just installed.
func (f *probeFlags) simulators(ctx context.Context, p *probePrinter) (subjects []probe.Subject, err error) {
	clientID := ""
	w, err := world.New(ctx, world.Options{Cloud: func(o *cloud.Options) { clientID = o.Projects[0].ClientID }})
	if err != nil {
		return nil, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, w.Close(closing))
	}()
	client := hdc.New(hdc.Options{Addr: w.HDC.Addr()})
	keys := w.Keys()
	if !f.devices {
		keys = nil
	}
	for _, key := range keys {
		s, err := f.device(ctx, p, client, key, world.PlainBundle)
		if err != nil {
			return subjects, err
		}
		subjects = append(subjects, s)
	}
	if !f.clouds {
		return subjects, nil
	}
	token, err := w.StartPlain(ctx, w.Keys()[0])
	if err != nil {
		return subjects, err
	}
	c := w.Config()
	s, err := f.cloud(ctx, p, probe.CloudOptions{
		ServiceAccount: c.ServiceAccount, BaseURL: c.PushEndpoint, CAFile: c.PushCA, Token: token, ClientID: clientID,
		// A simulator has no rate to spare.
		Pace: time.Microsecond,
	})
	if err != nil {
		return subjects, err
	}
	return append(subjects, s), nil
}
