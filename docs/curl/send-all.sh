#!/bin/sh
# Sends one message of each of the six kinds through Push Kit's REST API v3, with
# curl and openssl only. All are test messages.
#
# The simulated Push Cloud:
#   hdc-runner sim cloud --dir cloud &
#   . cloud/cloud.env && sh docs/curl/send-all.sh cloud/tokens/delivered.txt
#
# The real one:
#   export PUSHPROOF_SERVICE_ACCOUNT=service-account.json
#   sh docs/curl/send-all.sh token.txt
#
# There, a made-up formId is blocked for 30 days, and an activityId cannot be used
# again for 12 hours: a form needs FORM_ID, a live view ACTIVITY_ID, or it is left
# out. Extension, live view and VoIP messages need their rights.
#
# Environment:
#   PUSHPROOF_SERVICE_ACCOUNT  the service-account file of AppGallery Connect
#   PUSHPROOF_PUSH_ENDPOINT    base URL (default: Push Kit's)
#   PUSHPROOF_PUSH_CA          PEM file of the CA to trust (default: the system's)
#   FORM_ID, ACTIVITY_ID       ids that may be used up
#
# Exit code: 0 if every message that was sent was accepted (80000000), else 1.
set -eu

fail() {
	printf 'send-all.sh: %s\n' "$*" >&2
	exit 2
}

[ $# -eq 1 ] || fail 'usage: sh send-all.sh TOKEN_FILE'
account=${PUSHPROOF_SERVICE_ACCOUNT:?set it to the service-account file of AppGallery Connect}
endpoint=${PUSHPROOF_PUSH_ENDPOINT:-https://push-api.cloud.huawei.com}
ca=${PUSHPROOF_PUSH_CA:-}
if [ -n "${PUSHPROOF_PUSH_ENDPOINT:-}" ]; then
	: "${FORM_ID:=423434262}" "${ACTIVITY_ID:=2}"
fi

# What is secret stays in files that nobody else can read: arguments of programs
# are for everyone to see.
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

token=$(head -n 1 "$1" | tr -d '\r')
[ -n "$token" ] || fail "$1 has no Push Token in its first line"

# field NAME prints a text of the service-account file.
field() {
	sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$account" | head -n 1
}

project=$(field project_id)
[ -n "$project" ] || fail "$account has no project_id"
# Some exports have \\n where others have \n.
printf '%b' "$(field private_key | sed 's/\\\\n/\\n/g')" >"$work/key.pem"

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# The JWT is signed by PS256, with a salt of 32 bytes; it is sent as it is.
now=$(date +%s)
header=$(printf '{"kid":"%s","typ":"JWT","alg":"PS256"}' "$(field key_id)" | base64url)
claims=$(printf '{"iss":"%s","aud":"https://oauth-login.cloud.huawei.com/oauth2/v3/token","iat":%s,"exp":%s}' \
	"$(field sub_account)" "$now" "$((now + 3600))" | base64url)
signature=$(printf '%s' "$header.$claims" |
	openssl dgst -sha256 -sign "$work/key.pem" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -binary | base64url)
[ -n "$signature" ] || fail "openssl cannot sign with the private_key of $account"
printf 'Authorization: Bearer %s.%s.%s\n' "$header" "$claims" "$signature" >"$work/authorization"

refused=0

# send NAME PUSH_TYPE PAYLOAD [OPTIONS] sends one message and prints the answer.
send() {
	printf '{"payload":%s,"target":{"token":["%s"]},"pushOptions":{"testMessage":true%s}}' "$3" "$token" "${4:-}" >"$work/body"
	status=$(curl --silent --show-error --max-time 30 --proto =https --tlsv1.2 ${ca:+--cacert "$ca"} \
		--header @"$work/authorization" --header 'Content-Type: application/json' --header "push-type: $2" \
		--data-binary @"$work/body" --output "$work/answer" --write-out '%{http_code}' \
		"$endpoint/v3/$project/messages:send") || status="curl $?"
	printf '%-10s HTTP %s %s\n' "$1" "$status" "$(cat "$work/answer" 2>/dev/null)"
	# HTTP 200 alone says nothing.
	grep -q '"code":"80000000"' "$work/answer" 2>/dev/null || refused=1
	rm -f "$work/answer"
}

notification='"title":"Order 7","body":"is ready","clickAction":{"actionType":0}'

send alert 0 '{"notification":{"category":"MARKETING",'"$notification"'}}' ',"biTag":"send-all"'
if [ -n "${FORM_ID:-}" ]; then
	send form 1 '{"moduleName":"entry","abilityName":"EntryFormAbility","formName":"widget","formId":'"$FORM_ID"',"version":'"$now"',"formData":{"text_key":"new"}}'
else
	echo 'form       left out: FORM_ID is not set'
fi
send extension 2 '{"extraData":"{\"amount\":1}","notification":{"category":"PLAY_VOICE",'"$notification"'}}'
send background 6 '{"extraData":"{\"order\":7}"}'
if [ -n "${ACTIVITY_ID:-}" ]; then
	send liveview 7 '{"activityId":'"$ACTIVITY_ID"',"operation":0,"event":"TAXI","status":"DRIVER_ON_THE_WAY","activityData":{"notificationData":{"type":3,"contentTitle":"{{status}}","contentText":[{"text":"1.2 km"}],"clickAction":{"actionType":0},"richProgress":{"progress":40,"nodeIcons":["a.png","b.png"],"indicatorType":1,"indicatorIcon":"taxi.png"}}}}'
else
	echo 'liveview   left out: ACTIVITY_ID is not set'
fi
send voip 10 '{"extraData":"{\"scene\":\"voice\"}"}' ',"ttl":30'

exit "$refused"
