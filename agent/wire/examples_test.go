// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// secret is a Push Token that must not be printed.
const secret = "MAMzLgIkEUMKzGmvoDkzGfUvQmhDmBNrQw"

// example is a frame as it may stand on the wire.
type example struct {
	name  string
	frame wire.Frame
}

// examples returns two frames of each type: one with every field set, named by
// its type, and one with those only that must be there, named by its type and
// "-least".
func examples() []example {
	origin := wire.Origin{Install: "6f1c", Role: wire.RoleExtension, Epoch: "a7e0", Seq: 42}
	start := wire.Origin{Install: "6f1c", Role: wire.RoleMain, Epoch: "b801", Seq: 1}
	nonce, proof := strings.Repeat("0123456789abcdef", 2), strings.Repeat("fedcba9876543210", 4)
	at := time.Date(2026, 7, 14, 9, 30, 5, 123456789, time.FixedZone("", 8*3600))
	payload := json.RawMessage(`{"type":"BACKGROUND","data":"{\"data\":\"7\",\"header\":{\"token\":\"token:ba7816bf\"}}"}`)
	return []example{
		{"open", &wire.Open{Versions: []int{1}, Run: "run-7", Nonce: nonce}},
		{"open-least", &wire.Open{Versions: []int{1, 2}, Run: "r", Nonce: nonce}},
		{"challenge", &wire.Challenge{Version: 1, Nonce: nonce, Proof: proof}},
		{"challenge-least", &wire.Challenge{Version: 1, Nonce: nonce, Proof: proof}},
		{"hello", &wire.Hello{Proof: proof, Agent: "0.1.0", Label: "phone", Install: "6f1c", Role: wire.RoleMain, PID: 4711, Device: wire.Device{
			Type: "phone", Model: "pushproof-sim", API: 18, OSVersion: "5.1.0(18)", BootID: "9d1b"}}},
		{"hello-least", &wire.Hello{Proof: proof, Role: wire.RoleExtension, Device: wire.Device{Type: "tv"}}},
		{"welcome", &wire.Welcome{Version: 1, Cursors: wire.Cursors{origin, start}, HeartbeatMillis: 15000}},
		{"welcome-least", &wire.Welcome{Version: 1, HeartbeatMillis: 15000}},
		{"token", &wire.Token{Error: &wire.Failure{Code: "1000900010", Message: "illegal application identity"}}},
		{"token-least", &wire.Token{Value: secret}},
		{"arrival", &wire.Arrival{Origin: origin, Via: push.Background, Kind: push.KindBackground, Stage: "focused", ReceivedAt: at, Payload: payload}},
		{"arrival-least", &wire.Arrival{Origin: start, Via: push.OnNewWant, Kind: push.KindAlert, Stage: "dead", ReceivedAt: at.UTC().Truncate(time.Second), Payload: json.RawMessage(`null`)}},
		{"loss", &wire.Loss{Origin: origin, Count: 3, Reason: "too-many", At: at, From: 40, To: 42}},
		{"loss-least", &wire.Loss{Origin: start, Count: 1, Reason: "queue-full", At: at}},
		{"ack", &wire.Ack{Cursors: wire.Cursors{origin}}},
		{"ack-least", &wire.Ack{}},
		{"command", &wire.Command{ID: 7, Name: wire.CmdEcho, Args: json.RawMessage(`{"text":"<&> é"}`), TimeoutMillis: 2500}},
		{"command-least", &wire.Command{ID: 8, Name: wire.CmdState, TimeoutMillis: 1}},
		{"result", &wire.Result{ID: 7, Value: json.RawMessage(`[1,"two"]`), Error: &wire.Failure{Code: wire.CodeTimeout, Message: "after 2.5s"}}},
		{"result-least", &wire.Result{ID: 8}},
		{"heartbeat", &wire.Heartbeat{ID: 9, T1: 1783992605123456789, T2: 1783992605123456790, T3: 1783992605123456791, T4: 1783992605123456792}},
		{"heartbeat-least", &wire.Heartbeat{ID: 9, T1: -1}},
		{"goodbye", &wire.Goodbye{Reason: "the run is over", EndSession: true}},
		{"goodbye-least", &wire.Goodbye{}},
		{"error", &wire.Error{Code: wire.CodeUnknownType, Message: `unknown frame type "sms"`, Frame: "sms", Fatal: true}},
		{"error-least", &wire.Error{Code: wire.CodeMalformed}},
	}
}
