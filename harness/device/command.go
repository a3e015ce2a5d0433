// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
)

// part is a row of fixtures.DeviceCommands with its arguments.
type part struct {
	name string
	args map[string]string
}

// Command makes the command of a row of fixtures.DeviceCommands, for those that
// ask a device before there is a Device: one that is still starting up.
// Arguments that the row calls secret show in no log. A name that is not in the
// table, an argument that is missing and one too many are the caller's faults:
// they panic.
func Command(name string, args map[string]string) hdc.Command { return command(name, args) }

// command makes a row's command. Arguments that the row calls secret show in no
// log. A name that is not in the table, an argument that is missing and one too
// many are faults of this package, which its tests find: they panic.
func command(name string, args map[string]string, more ...part) hdc.Command {
	row := rowOf(name)
	words := wordsOf(row, args)
	for _, p := range more {
		option := rowOf(p.name)
		if option.Continues != name {
			panic(fmt.Sprintf("device: %s does not continue %s", p.name, name))
		}
		words = append(words, wordsOf(option, p.args)...)
	}
	return hdc.Cmd(words...)
}

// commandList makes one line of several commands without secrets, which run one
// after the other whatever their exit status: each channel costs a connection.
func commandList(parts ...part) hdc.Command {
	lines := make([]string, len(parts))
	for i, p := range parts {
		if len(rowOf(p.name).Secret) > 0 {
			panic("device: a list shows what it holds, and " + p.name + " has secrets")
		}
		lines[i] = command(p.name, p.args).String()
	}
	return hdc.Raw(strings.Join(lines, ";"))
}

func rowOf(name string) fixtures.DeviceCommand {
	row, ok := fixtures.DeviceCommandOf(name)
	if !ok {
		panic("device: fixtures/commands has no " + name)
	}
	return row
}

// wordsOf fills a row's arguments in.
func wordsOf(row fixtures.DeviceCommand, args map[string]string) []any {
	secret := map[string]bool{}
	for _, name := range row.Secret {
		secret["{"+name+"}"] = true
	}
	used := map[string]bool{}
	words := make([]any, len(row.Command))
	for i, word := range row.Command {
		filled := fixtures.CommandPlaceholder.ReplaceAllStringFunc(word, func(place string) string {
			name := strings.Trim(place, "{}")
			value, ok := args[name]
			if !ok {
				panic("device: " + row.Name + " needs " + place)
			}
			used[name] = true
			return value
		})
		words[i] = filled
		if secret[word] {
			words[i] = hdc.Secret(filled)
		}
	}
	for name := range args {
		if !used[name] {
			panic("device: " + row.Name + " has no place for " + name)
		}
	}
	return words
}

// answered reports whether the output holds one of the texts by which a row's
// command says that it did its work.
func answered(name, text string, args map[string]string) bool {
	for _, answer := range rowOf(name).Answers {
		for key, value := range args {
			answer = strings.ReplaceAll(answer, "{"+key+"}", value)
		}
		if strings.Contains(text, answer) {
			return true
		}
	}
	return false
}

// do runs a row's command and returns what it printed, if the device offers it.
// The output is not judged (see answered), nor is the exit status. A command
// that the device does not offer is a *NotOfferedError; it is not sent where
// that is known already.
func (d *Device) do(ctx context.Context, name string, args map[string]string, more ...part) (string, error) {
	text, _, err := d.doStatus(ctx, name, args, more...)
	return text, err
}

func (d *Device) doStatus(ctx context.Context, name string, args map[string]string, more ...part) (string, int, error) {
	row := rowOf(name)
	if err := d.offered(row); err != nil {
		return "", 0, err
	}
	text, exit, err := d.send(ctx, command(name, args, more...))
	if err == nil && (exit == 127 || strings.Contains(text, row.Tool+": inaccessible or not found")) {
		d.learnAbsent(row.Tool)
		return "", exit, d.notOffered(row, "its firmware has no "+row.Tool)
	}
	return text, exit, err
}

// send runs a command. Line ends of the output are \n alone.
func (d *Device) send(ctx context.Context, cmd hdc.Command) (string, int, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	result, err := d.shell.Shell(ctx, d.key, cmd)
	if err != nil {
		return "", 0, err
	}
	return strings.ReplaceAll(string(result.Output), "\r\n", "\n"), result.Exit, nil
}
