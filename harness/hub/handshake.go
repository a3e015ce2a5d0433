// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushproof/pushproof/agent/wire"
)

// refusal is why a link ends: the error frame that says so and the code of the
// websocket's close.
type refusal struct {
	code    string
	frame   wire.Type
	message string
	close   int
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(code string, frame wire.Type, closeCode int, format string, args ...any) *refusal {
	return &refusal{code: code, frame: frame, close: closeCode, message: fmt.Sprintf(format, args...)}
}

// final is the last thing that a link writes.
type final struct {
	frame wire.Frame
	code  int
	text  string
}

func (r *refusal) final() *final {
	return &final{
		frame: &wire.Error{Code: r.code, Message: r.message, Frame: r.frame, Fatal: true},
		code:  r.close, text: r.Error(),
	}
}

func goodbye(reason string, endSession bool) *final {
	return &final{frame: &wire.Goodbye{Reason: reason, EndSession: endSession}, code: websocket.CloseGoingAway, text: reason}
}

// maxReason is what a close message has room for.
const maxReason = 123

// write sends the last frame and the close message.
func (f *final) write(conn *websocket.Conn, timeout time.Duration) {
	deadline := time.Now().Add(timeout)
	_ = conn.SetWriteDeadline(deadline)
	if b, err := wire.Encode(f.frame); err == nil {
		_ = conn.WriteMessage(websocket.TextMessage, b)
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(f.code, reason(f.text)), deadline)
}

// reason shortens a text to what a close message has room for.
func reason(text string) string {
	if len(text) <= maxReason {
		return text
	}
	return strings.ToValidUTF8(text[:maxReason-len("…")], "") + "…"
}

// handshake is open, challenge, hello, welcome, in the goroutine of the link.
// It fails with a *refusal, or with the connection's error.
func (l *link) handshake() error {
	deadline := time.Now().Add(l.hub.opts.HandshakeTimeout)
	_ = l.conn.SetReadDeadline(deadline)
	_ = l.conn.SetWriteDeadline(deadline)
	open, err := due[*wire.Open](l, wire.TypeOpen)
	if err != nil {
		return err
	}
	token, err := l.challenge(open)
	if err != nil {
		return err
	}
	nonce := l.nonce
	hello, err := due[*wire.Hello](l, wire.TypeHello)
	if err != nil {
		return err
	}
	if !wire.Verify(token, wire.SideAgent, open.Run, open.Nonce, nonce, hello.Proof) {
		return refuse(wire.CodeProof, wire.TypeHello, websocket.ClosePolicyViolation,
			"the proof is wrong: the agent's session is not of this run; start the app by hdc-runner to hand it a new one")
	}
	if err := checkHello(hello); err != nil {
		return refuse(wire.CodeMalformed, wire.TypeHello, websocket.CloseInvalidFramePayloadData, "%v", err)
	}
	hello.Proof = ""
	return l.hub.admit(l, open.Run, hello)
}

// admit says whose link it is, unless the run has ended meanwhile.
func (h *Hub) admit(l *link, run string, hello *wire.Hello) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.runs[run]; !ok {
		return unknownRun(run)
	}
	l.run, l.hello = run, *hello
	return nil
}

func unknownRun(run string) error {
	return refuse(wire.CodeUnknownRun, wire.TypeOpen, websocket.ClosePolicyViolation,
		"this hub knows no run %q: it belongs to another run, or that run is over", clip(run))
}

// challenge answers the agent's open. An agent of another version is challenged
// as well, so that it can tell the hub's refusal from a stranger's.
func (l *link) challenge(open *wire.Open) ([]byte, error) {
	if len(open.Nonce) != len(l.nonce) {
		return nil, refuse(wire.CodeMalformed, wire.TypeOpen, websocket.CloseInvalidFramePayloadData,
			"the nonce has %d characters, it must have %d", len(open.Nonce), len(l.nonce))
	}
	token, known := l.hub.token(open.Run)
	if !known {
		return nil, unknownRun(open.Run)
	}
	challenge := &wire.Challenge{
		Version: wire.Version, Nonce: l.nonce,
		Proof: wire.Proof(token, wire.SideHub, open.Run, open.Nonce, l.nonce),
	}
	if err := l.send(challenge); err != nil {
		return nil, err
	}
	for _, v := range open.Versions {
		if v == wire.Version {
			return token, nil
		}
	}
	return nil, refuse(wire.CodeVersion, wire.TypeOpen, websocket.ClosePolicyViolation,
		"this hub speaks protocol version %d, the agent %s; install the app and hdc-runner from the same release", wire.Version, versions(open.Versions))
}

func versions(all []int) string {
	if len(all) == 0 {
		return "none"
	}
	if len(all) > 8 {
		all = all[:8]
	}
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(all)), ", "), "[]")
}

// due reads the frame that the handshake is waiting for.
func due[F wire.Frame](l *link, want wire.Type) (F, error) {
	var none F
	b, err := receive(l.conn, 0)
	if err != nil {
		return none, err
	}
	frame, err := intake(b, wire.Origin{})
	if err != nil {
		return none, err
	}
	f, ok := frame.(F)
	if !ok {
		return none, refuse(wire.CodeOrder, frame.FrameType(), websocket.CloseProtocolError,
			"got %s where %s was due: the order is open, challenge, hello, welcome", frame.FrameType(), want)
	}
	return f, nil
}

// checkHello bounds what an agent says of itself: it is repeated in logs and
// reports.
func checkHello(h *wire.Hello) error {
	for name, text := range map[string]string{
		"label": h.Label, "install": h.Install, "agent": h.Agent, "device type": h.Device.Type,
		"model": h.Device.Model, "OS version": h.Device.OSVersion, "boot id": h.Device.BootID,
	} {
		if len(text) > 256 {
			return fmt.Errorf("the %s has %d bytes, at most 256 are taken", name, len(text))
		}
	}
	if h.Label == "" || !plain(h.Install) {
		return errors.New("hello must have a label, and an install " + plainly)
	}
	if h.Role != wire.RoleMain && h.Role != wire.RoleExtension {
		return fmt.Errorf("unknown role %q: it is main or extension", h.Role)
	}
	return nil
}

// clip bounds a text that comes from a peer.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
