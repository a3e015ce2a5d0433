// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package orders_test

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// shop stands for the team's own server.
var shop server

type server struct{}

// OrderReady tells one customer. It sends what it likes, by whatever client: the
// harness recognises the message by its content alone.
func (server) OrderReady(ctx context.Context, customer push.Token, order int) error {
	config, err := harness.FromEnv()
	if err != nil {
		return err
	}
	client, err := harness.NewCloud(config)
	if err != nil {
		return err
	}
	_, err = client.Send(ctx, pushcloud.Request{
		Message: pushcloud.Background{ExtraData: fmt.Sprintf(`{"order":%d}`, order)},
		Tokens:  []push.Token{customer},
	})
	return err
}
