// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Rule is a port forward that the server holds until it is removed, the device
// goes offline or the server ends.
type Rule struct {
	// Key is the target's.
	Key string
	// Reverse is set where the device listens and the host is dialled.
	Reverse bool
	// Device and Host are the two ports, 1 to 65535.
	Device, Host int
	client       *Client
}

// nodes returns the two ends as hdc writes them, the listening one first.
func (r *Rule) nodes() string {
	if r.Reverse {
		return fmt.Sprintf("tcp:%d tcp:%d", r.Device, r.Host)
	}
	return fmt.Sprintf("tcp:%d tcp:%d", r.Host, r.Device)
}

// String returns the rule as the command that makes it.
func (r *Rule) String() string {
	if r.Reverse {
		return "rport " + r.nodes()
	}
	return "fport " + r.nodes()
}

// Reverse makes the device listen on its own 127.0.0.1:devicePort and the
// server dial 127.0.0.1:hostPort for each connection.
//
// A nil error does not mean that anything listens on hostPort: hdc says OK in
// any case, and a connection then ends at once by a reset. Half-closing is not
// carried: the end of one side closes both.
//
// A port that is taken is a *PortError: try the next one. So is a rule with
// the same two ports on another target, since hdc removes rules by their ports
// alone: give each device a host port of its own.
func (c *Client) Reverse(ctx context.Context, key string, devicePort, hostPort int) (*Rule, error) {
	return c.add(ctx, &Rule{Key: key, Reverse: true, Device: devicePort, Host: hostPort, client: c})
}

// Forward makes the server listen on the host's 127.0.0.1:hostPort and the
// device dial its own 127.0.0.1:devicePort. What is said of Reverse holds.
func (c *Client) Forward(ctx context.Context, key string, hostPort, devicePort int) (*Rule, error) {
	return c.add(ctx, &Rule{Key: key, Device: devicePort, Host: hostPort, client: c})
}

// add waits for the server's OK and for its end of the channel: closing before
// the OK cancels the rule, or not (recording fport-client-closes-early).
func (c *Client) add(ctx context.Context, r *Rule) (*Rule, error) {
	if err := CheckKey(r.Key); err != nil {
		return nil, err
	}
	for _, port := range []int{r.Device, r.Host} {
		if port < 1 || port > 65535 {
			return nil, badArgument("port", strconv.Itoa(port), "hdc forwards ports 1 to 65535, and does not choose one for 0")
		}
	}
	held, err := c.Forwards(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range held {
		if other.Key != r.Key && other.nodes() == r.nodes() {
			return nil, &PortError{Port: r.Host, Rule: r.String(), Why: "target " + other.Key + " has a rule with the same ports"}
		}
	}
	answer, err := retry(ctx, c.o.HandshakeWait, func() ([]byte, error) { return c.ask(ctx, r.Key, r.String()) })
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(answer), "Forwardport result:OK") {
		return nil, &FormatError{Command: r.String(), Line: string(answer)}
	}
	return r, nil
}

// Remove removes the rule. A rule that is gone already (its device went
// offline) is no error. Connections that are open are left to their ends.
//
// hdc ignores the target: a rule with the same two ports goes on every target.
func (r *Rule) Remove(ctx context.Context) error {
	answer, err := r.client.local(ctx, "fport rm "+r.nodes())
	if fail := (*FailError)(nil); errors.As(err, &fail) && strings.Contains(fail.Text, "ruler is not exist") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %v of %s: %w", r, r.Key, err)
	}
	if !strings.HasPrefix(string(answer), "Remove forward ruler success") {
		return &FormatError{Command: "fport rm", Line: string(answer)}
	}
	return nil
}

// ruleLine is a row of `fport ls`: key, two nodes, direction.
var ruleLine = regexp.MustCompile(`^(\S+)    (\S+) (\S+)    \[(Forward|Reverse)\]$`)

// Forwards lists the rules between TCP ports of all targets. Rules between
// other nodes (jdwp, abstract sockets), which this package does not make, are
// left out.
func (c *Client) Forwards(ctx context.Context) ([]*Rule, error) {
	answer, err := c.local(ctx, "fport ls")
	if err != nil {
		return nil, err
	}
	rules, err := parseRules(string(answer))
	for _, r := range rules {
		r.client = c
	}
	return rules, err
}

func parseRules(text string) ([]*Rule, error) {
	var rules []*Rule
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line == empty {
			continue
		}
		m := ruleLine.FindStringSubmatch(line)
		if m == nil {
			return nil, &FormatError{Command: "fport ls", Line: line}
		}
		first, ok1 := tcpPort(m[2])
		second, ok2 := tcpPort(m[3])
		switch {
		case !ok1 || !ok2:
		case m[4] == "Reverse":
			rules = append(rules, &Rule{Key: m[1], Reverse: true, Device: first, Host: second})
		default:
			rules = append(rules, &Rule{Key: m[1], Host: first, Device: second})
		}
	}
	return rules, nil
}

func tcpPort(node string) (int, bool) {
	digits, ok := strings.CutPrefix(node, "tcp:")
	port, err := strconv.Atoi(digits)
	return port, ok && err == nil && port > 0 && port <= 65535
}
