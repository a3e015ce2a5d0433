// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// output is what a command printed, with \n alone for line ends, and its exit
// status.
type output struct {
	text string
	exit int
}

// shell runs a command line of this project's own.
func (e *env) shell(ctx context.Context, line string) (output, error) {
	got, err := e.client.Shell(ctx, e.key, hdc.Raw(line))
	if err != nil {
		return output{}, err
	}
	return output{strings.ReplaceAll(string(got.Output), "\r\n", "\n"), got.Exit}, nil
}

// clean runs a command line that removes what a probe made, also when ctx has
// ended: then once more a little later, since what was given up may still be
// writing. What stays in the device's folder for temporary files is a small
// nuisance and changes no finding.
func (e *env) clean(ctx context.Context, line string) {
	if ctx.Err() != nil {
		line += "; sleep 1; " + line
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	_, _ = e.shell(ctx, line)
}

// runShell runs a claim's command and judges what it printed.
func (e *env) runShell(ctx context.Context) (finding, error) {
	p := e.claim.Probe
	values, err := e.values(ctx, p.Run+p.After+strings.Join(p.Want, "")+strings.Join(p.Never, ""))
	if err != nil {
		return finding{}, err
	}
	line, missing := p.Line(p.Run, values)
	if len(missing) > 0 {
		return lacking("there is no value for %s: the app does not run", strings.Join(missing, ", ")), nil
	}
	if p.After != "" {
		after, _ := p.Line(p.After, values)
		defer e.clean(ctx, after)
	}
	got, err := e.shell(ctx, line)
	if err != nil {
		return finding{}, err
	}
	return e.judge(got, values)
}

// absentTool is what a device's shell says of a program that it does not have.
// (Claim device.shell.command-v.)
var absentTool = regexp.MustCompile(`(?m)^\S*sh: (?:\S+: )?(\S+): inaccessible or not found`)

// judge holds what a command printed against Want, Never and Exit. A claim
// fails by its first fault; a tool that is missing decides nothing, unless the
// claim is about that.
func (e *env) judge(got output, values map[string]string) (finding, error) {
	p := e.claim.Probe
	var evidence []string
	for _, expression := range p.Want {
		re, err := p.Pattern(expression, values)
		if err != nil {
			return finding{}, err
		}
		match := re.FindString(got.text)
		if match == "" && !re.MatchString(got.text) {
			if m := absentTool.FindStringSubmatch(got.text); m != nil {
				return lacking("the firmware has no %s", m[1]), nil
			}
			return broken(fmt.Sprintf("what it printed (%s) has nothing like %s", shape(got), expression), e.quote(got)...), nil
		}
		evidence = append(evidence, match)
	}
	for _, expression := range p.Never {
		re, err := p.Pattern(expression, values)
		if err != nil {
			return finding{}, err
		}
		if re.MatchString(got.text) {
			return broken(fmt.Sprintf("what it printed (%s) has something like %s", shape(got), expression), e.quote(got)...), nil
		}
	}
	if p.Exit != nil && got.exit != *p.Exit {
		if m := absentTool.FindStringSubmatch(got.text); m != nil {
			return lacking("the firmware has no %s", m[1]), nil
		}
		return broken(fmt.Sprintf("it exited with %d, not %d", got.exit, *p.Exit), e.quote(got)...), nil
	}
	if len(evidence) == 0 {
		evidence = append([]string{shape(got)}, e.quote(got)...)
	}
	return held(evidence...), nil
}

// quote returns what a command printed if that is the tool's own words.
func (e *env) quote(got output) []string {
	if !e.claim.Probe.Quote {
		return nil
	}
	return strings.Split(strings.TrimSpace(got.text), "\n")
}

// shape tells of an output what gives nothing away.
func shape(got output) string {
	lines := strings.Count(got.text, "\n")
	if got.text != "" && !strings.HasSuffix(got.text, "\n") {
		lines++
	}
	return fmt.Sprintf("%d lines, %d bytes, exit status %d", lines, len(got.text), got.exit)
}

// values returns what stands for the placeholders that a text has. Those of an
// app that does not run are left out.
func (e *env) values(ctx context.Context, text string) (map[string]string, error) {
	values := map[string]string{"{nonce}": e.nonce, "{tmp}": e.tmp}
	if e.bundle != "" {
		values["{bundle}"] = e.bundle
	}
	if e.dev == nil {
		return values, nil
	}
	if ability := e.dev.App().Ability; ability != "" {
		values["{ability}"] = ability
	}
	if strings.Contains(text, "{pid}") {
		state, err := e.dev.State(ctx)
		if err != nil {
			return nil, err
		}
		if state.PID != 0 {
			values["{pid}"] = strconv.Itoa(state.PID)
		}
	}
	if strings.Contains(text, "{width}") || strings.Contains(text, "{height}") {
		layout, err := e.dev.Layout(ctx)
		if err != nil {
			return nil, err
		}
		screen := layout.Screen()
		values["{width}"], values["{height}"] = strconv.Itoa(screen.Width()), strconv.Itoa(screen.Height())
	}
	return values, nil
}
