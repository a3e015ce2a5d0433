// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
)

// ConnectError says that the server could not reach a device on the network.
// The server keeps an offline row of its address in the list.
type ConnectError struct {
	Addr string
	// Text is the server's own text.
	Text string
}

// Error implements error.
func (e *ConnectError) Error() string {
	return fmt.Sprintf("connect to %s: hdc says %q: see that the address is the device's, that wireless debugging is on there "+
		"(or the emulator runs), and that both are on one network; another debugger may hold the device", e.Addr, e.Text)
}

// Connect makes the server connect to a device or emulator at addr, an IP
// address with a port, which is the target's key afterwards. It returns when
// the device has answered, which may need a person who accepts its dialog; so
// give ctx time. A device that is connected already is no error.
//
// Errors: *ArgumentError, *ConnectError, *ServerError, *LostError.
func (c *Client) Connect(ctx context.Context, addr string) error {
	if err := checkAddr(addr); err != nil {
		return err
	}
	answer, err := c.local(ctx, "tconn "+addr)
	var fail *FailError
	switch text := strings.TrimSpace(string(answer)); {
	case errors.As(err, &fail):
		return &ConnectError{Addr: addr, Text: fail.Text}
	case err != nil:
		return fmt.Errorf("connect to %s: %w", addr, err)
	// Recordings tconn-ok and tconn-repeat.
	case text == "Connect OK", strings.HasPrefix(text, "[Info]Target is connected"):
		return nil
	default:
		return &FormatError{Command: "tconn", Line: text}
	}
}

// Disconnect makes the server let go of a device that Connect connected. One
// that is not connected is no error. Its rules go with it.
func (c *Client) Disconnect(ctx context.Context, addr string) error {
	if err := checkAddr(addr); err != nil {
		return err
	}
	doing := "disconnect " + addr
	ctx, cancel := c.bound(ctx)
	defer cancel()
	answer, err := c.local(ctx, "tconn "+addr+" -remove")
	var fail *FailError
	switch {
	case errors.As(err, &fail) && strings.Contains(fail.Text, "No target available"):
		return nil
	// Success has no text, and neither has a server that was killed: the list
	// tells them apart.
	case err == nil, errors.Is(err, io.EOF):
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
	if text := strings.TrimSpace(string(answer)); text != "" {
		return &FormatError{Command: "tconn -remove", Line: text}
	}
	if _, err := c.await(ctx, addr, func(t Target, known bool) bool { return !known || t.State != StateConnected }); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// checkAddr wants what hdc takes. It resolves no names, and its parser knows no
// IPv6.
func checkAddr(addr string) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().Is4() || at.Port() == 0 {
		return badArgument("address", addr, "hdc takes an IPv4 address with a port, such as 192.168.1.20:5555")
	}
	return CheckKey(addr)
}

// Reboot restarts the device and returns when it is no longer connected. hdc
// answers nothing to this command, whether or not the device obeys (recording
// target-boot), so the list is what tells. Without a deadline in ctx it waits
// for the client's Timeout. A server 2.0.0a may list a device that is gone as
// connected: there Reboot fails although the device restarts.
//
// WaitReady and then the parameter bootevent.boot.completed tell that the
// device is back. (Claim hdc.reboot.)
func (c *Client) Reboot(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	const command = "target boot"
	if _, err := c.ask(ctx, key, command); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("restart %s: %w", key, err)
	}
	if _, err := c.await(ctx, key, func(t Target, known bool) bool { return !known || t.State != StateConnected }); err != nil {
		return fmt.Errorf("restart %s: it is still connected; restart it by hand if it does not obey: %w", key, err)
	}
	return nil
}
