// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// startArgs is what aa start was asked for.
type startArgs struct {
	bundle, ability, module string
	wait                    bool
	// debug is set by what needs a debug signature: -D, -N and -S.
	debug bool
	want  seam.Want
}

// startOption is an option of aa start: how many values stand behind it, and
// from which API level on it is known. Source: aa guide.
type startOption struct{ values, api int }

var startOptions = map[string]startOption{
	"-a": {values: 1}, "-b": {values: 1}, "-m": {values: 1}, "-A": {values: 1}, "-e": {values: 1}, "-t": {values: 1},
	"-U": {values: 1}, "-d": {values: 1}, "-u": {values: 1, api: api60},
	"--psn": {values: 1}, "--ps": {values: 2}, "--pi": {values: 2}, "--pb": {values: 2},
	"--wl": {values: 1}, "--wt": {values: 1}, "--wh": {values: 1}, "--ww": {values: 1},
	"-D": {}, "-N": {}, "-S": {}, "-E": {api: 14}, "-R": {api: 14}, "-W": {api: api60},
}

// parseStart reads the options of aa start.
func parseStart(args []string, api int) (startArgs, error) {
	var s startArgs
	params := map[string]any{}
	for len(args) > 0 {
		option := args[0]
		args = args[1:]
		o, known := startOptions[option]
		switch {
		case !known || o.api > api:
			return s, fmt.Errorf("unknown option: %s", option)
		case len(args) < o.values:
			return s, fmt.Errorf("option '%s' requires a value", strings.TrimLeft(option, "-"))
		}
		if err := s.set(option, args[:o.values], params); err != nil {
			return s, err
		}
		args = args[o.values:]
	}
	raw, err := json.Marshal(params)
	s.want.Parameters = raw
	return s, err
}

func (s *startArgs) set(option string, values []string, params map[string]any) error {
	switch option {
	case "-a":
		s.ability = values[0]
	case "-b":
		s.bundle = values[0]
	case "-m":
		s.module = values[0]
	case "-A":
		s.want.Action = values[0]
	case "-e":
		s.want.Entities = append(s.want.Entities, values[0])
	case "-U":
		s.want.URI = values[0]
	case "-W":
		s.wait = true
	case "-D", "-N", "-S":
		s.debug = true
	case "--psn":
		params[values[0]] = ""
	case "--ps":
		if strings.HasPrefix(values[1], "-") {
			return fmt.Errorf("invalid value of option 'ps': %s begins with -", values[0])
		}
		params[values[0]] = values[1]
	case "--pi":
		n, err := strconv.ParseInt(values[1], 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("invalid value of option 'pi': %s is no number from 0 up", values[0])
		}
		params[values[0]] = n
	case "--pb":
		b, err := strconv.ParseBool(values[1])
		if err != nil {
			return fmt.Errorf("invalid value of option 'pb': %s is neither true nor false", values[0])
		}
		params[values[0]] = b
	}
	return nil
}
