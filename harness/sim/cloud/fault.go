// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// The business codes that this package gives; their texts are in fixtures.
const (
	codeSuccess   = fixtures.Success
	codePartial   = "80100000"
	codeParameter = "80100001"
	codePayload   = "80100003"
	codeTTL       = "80100004"
	codeAuth      = "80200001"
	codeExpired   = "80200005"
	codeInactive  = "80300002"
	codeTokens    = "80300007"
	codeSize      = "80300008"
	codeCount     = "80300010"
	codeTestQuota = "80300029"
	codeTestCount = "80300030"
	codeLifetime  = "80300036"
	codePenalty   = "80300037"
	codeImage     = "80100022"
	codeInner     = "81000001"
	codeService   = "80000001"

	codeRevokePartial = "80100020"
	codeRevokeApps    = "80300017"
	codeRevokeApp     = "80300028"
	codeRevokeRight   = "80300032"
)

// The reasons for which a token is illegal.
const (
	reasonFormat    = "tokenFormatError"
	reasonProject   = "noRight"
	reasonKind      = "noPushTypeRight"
	reasonPlayVoice = "notSupportPlayVoice"
	reasonLiveView  = "noRightToSendThisLiveNotificationEvent"
	reasonAtomic    = "atomicUnableSendUnsubscribedMsg"
	reasonImage     = "differentImgVerifyPolicy"
	reasonPenalty   = "disableSendHuaweiMsgBecauseOfPenalty"
)

// fault is why a request is refused: the business code, the text that goes
// with it, and what the simulator saw, in its own words.
type fault struct {
	code, msg, detail string
	// status overrides the mode's HTTP status; 0 leaves it.
	status int
	// recorded takes the place of msg in the record when msg holds tokens.
	recorded string
}

// refuse makes a fault with the code's documented text.
func refuse(code, format string, args ...any) *fault {
	return &fault{code: code, msg: textOf(code), detail: fmt.Sprintf(format, args...)}
}

// illegalPayload makes a fault 80100003; tip takes the place of {errorTips}.
// The texts of tips are not published but for a few (claim cloud.error-tips).
func illegalPayload(format string, args ...any) *fault {
	tip := fmt.Sprintf(format, args...)
	msg := strings.Replace(textOf(codePayload), "{errorTips}", tip, 1)
	// The known texts end without the template's full stop.
	return &fault{code: codePayload, msg: strings.TrimSuffix(msg, "."), detail: tip}
}

// wrongCount makes a fault 80300010 with its two numbers.
func wrongCount(have, least, most int) *fault {
	return &fault{
		code:   codeCount,
		msg:    strings.NewReplacer("{0}", fmt.Sprint(least), "{1}", fmt.Sprint(most)).Replace(textOf(codeCount)),
		detail: fmt.Sprintf("%d tokens", have),
	}
}

// busy makes the answer of flow control: HTTP 503 whatever the mode, and no
// business code, since none is documented for it (claim cloud.flow-control).
func busy(format string, args ...any) *fault {
	return &fault{detail: fmt.Sprintf(format, args...), status: http.StatusServiceUnavailable}
}

func textOf(code string) string {
	row, _ := fixtures.CodeOf(code)
	return row.Msg
}

// statusOf returns the HTTP status that goes with a code (claim
// cloud.http-status).
func (m Mode) statusOf(code string) int {
	switch {
	case m == StatusAll200, code == codeSuccess, code == codePartial, code == codeRevokePartial, code == codeImageGood:
		return http.StatusOK
	case strings.HasPrefix(code, "802"):
		return http.StatusUnauthorized
	case code == codeInner, code == codeService:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// answer is what a sender gets for the fault.
func (f *fault) answer() Answer {
	a := Answer{HTTPStatus: f.status, Code: f.code, Msg: f.msg, recorded: f.recorded}
	if f.code == "" {
		a.Raw = []byte(f.detail + "\n")
	}
	return a
}
