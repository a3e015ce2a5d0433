// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// refusedDump finds the words by which a service says that it does not answer
// on this firmware. Sources: guides of anm, cem and hidumper; OpenHarmony source
// of distributed_notification_service.
var refusedDump = []string{
	"error: user version cannot use dump",
	"no such ability",
	"Permission denied",
	"permission denied",
}

// dump runs a row's command and returns what stands below hidumper's header. A
// service that does not answer is a *NotOfferedError, and is not asked again.
func (d *Device) dump(ctx context.Context, name string, args map[string]string) (string, error) {
	body, err := d.dumpBody(ctx, name, args)
	if err == nil && body == "" {
		err = d.refused(name, headerOnly)
	}
	return body, err
}

// headerOnly is why a dump that has nothing below its header is none.
const headerOnly = "the service prints its header and nothing else"

// dumpBody is dump for a service that may have nothing to say.
func (d *Device) dumpBody(ctx context.Context, name string, args map[string]string) (string, error) {
	text, err := d.do(ctx, name, args)
	if err != nil {
		return "", err
	}
	body := belowHeader(text)
	for _, words := range refusedDump {
		if strings.Contains(body, words) {
			return "", d.refused(name, "it says: "+excerpt(body))
		}
	}
	if strings.TrimSpace(body) == "" {
		return "", nil
	}
	return body, nil
}

// belowHeader cuts hidumper's two lines off: `----[ability]----` and
// `----SERVICE----`.
func belowHeader(text string) string {
	const ability = "-[ability]-"
	_, rest, found := strings.Cut(text, ability)
	if !found {
		return text
	}
	_, rest, _ = strings.Cut(rest, "\n")
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		rest = after
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if strings.HasPrefix(line, "---") && strings.HasSuffix(line, "---") {
			return rest
		}
		return line + "\n" + rest
	}
	return ""
}

// refused remembers that a row's command gets no answer on this firmware, and
// makes the error that says so.
func (d *Device) refused(name, why string) *NotOfferedError {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refusals == nil {
		d.refusals = map[string]string{}
	}
	d.refusals[name] = why
	return d.notOfferedBy(d.profile, rowOf(name), why)
}

// missing turns an error into the words for what is not there: what the device
// does not offer is said without its advice, which stands in the error itself.
func missing(err error) string {
	if none := (*NotOfferedError)(nil); errors.As(err, &none) {
		return fmt.Sprintf("not offered: %s: %s", none.Tool, none.Why)
	}
	return oneLine(err.Error(), 2*maxExcerpt)
}
