// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"context"
	"fmt"
	"time"
)

// What Close waits for at most. A connection that a client opened and never
// used counts as a request in hand, hence the short time.
const (
	requestGrace = 300 * time.Millisecond
	deviceGrace  = 5 * time.Second
)

// Close ends the server, drops what was not delivered yet and what
// receipts were not posted, and waits for what
// is being handed over. Requests in hand get a moment to end. The error names
// a device that did not return when its context ended. A second Close does
// nothing.
func (c *Cloud) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	for _, l := range c.lanes {
		l.rest()
	}
	server, served := c.server, c.served
	c.activity.wake()
	c.mu.Unlock()
	c.stop()
	if server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), requestGrace)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
		<-served
	}
	if c.ownClock != nil {
		c.ownClock.Close()
	}
	err := c.waitForDevices()
	for _, to := range c.callers() {
		to.poster.Close()
	}
	return err
}

// waitForDevices waits for the hand-overs, but not for ever.
func (c *Cloud) waitForDevices() error {
	ended := make(chan struct{})
	go func() {
		c.work.Wait()
		close(ended)
	}()
	limit := time.NewTimer(deviceGrace)
	defer limit.Stop()
	select {
	case <-ended:
		return nil
	case <-limit.C:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var stuck []string
	for id, l := range c.lanes {
		if l.working {
			stuck = append(stuck, id)
		}
	}
	return fmt.Errorf("close the simulated cloud: Deliver has not returned %v after its context ended, on device %v", deviceGrace, stuck)
}
