/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every function of the module, its errors and their codes, as Index.d.ts has them.
 */
#include <string.h>

#include "arkhost.h"

enum { OTHER = 1, NOT_STARTED = 3, STARTED = 4, STOPPED = 5, TIMEOUT = 11, PARAMETER = 401 };

static napi_value nothing(napi_env env, napi_callback_info info)
{
	(void)env;
	(void)info;
	return NULL;
}

static void check_same(napi_env env, napi_value one, napi_value other)
{
	char a[64] = "", b[64] = "";

	CHECK(napi_get_value_string_utf8(env, one, a, sizeof a, NULL) == napi_ok &&
		      napi_get_value_string_utf8(env, other, b, sizeof b, NULL) == napi_ok && *a && strcmp(a, b) == 0,
	      "%s, and %s", a, b);
}

static void before_start(napi_env env)
{
	ark_fails(env, NOT_STARTED, "call start first", "setStage", ark_string(env, "alive"), NULL, NULL, NULL);
	ark_fails(env, NOT_STARTED, "call start first", "tokenChanged", ark_string(env, "t"), NULL, NULL, NULL);
	ark_rejects(env, ark_deliver(env, 0), NOT_STARTED);
	check_same(env, ark_do(env, "version", NULL, NULL, NULL, NULL), ark_stat(env, "version", napi_string));
}

static void parameters(napi_env env)
{
	napi_value text = ark_string(env, "text"), one = ark_number(env, 1), half = ark_number(env, 0.5);

	ark_fails(env, PARAMETER, "argument 1 is missing", "start", NULL, NULL, NULL, NULL);
	ark_fails(env, PARAMETER, "filesDir", "start", ark_json(env, "{\"filesDir\":\"here\"}"), NULL, NULL, NULL);
	ark_fails(env, PARAMETER, "unknown field", "start", ark_json(env, "{\"filesdirs\":1}"), NULL, NULL, NULL);
	ark_fails(env, PARAMETER, "is no plain object", "start", ark_function(env, nothing, NULL), NULL, NULL, NULL);
	ark_fails(env, PARAMETER, "argument 4 is missing", "deliver", text, text, text, NULL);
	ark_fails(env, PARAMETER, "argument 3 is no string", "deliver", text, text, one, one);
	ark_fails(env, PARAMETER, "argument 4 is no number", "deliver", text, text, text, text);
	ark_fails(env, PARAMETER, "argument 1 is no function", "onCommand", text, NULL, NULL, NULL);
	ark_fails(env, PARAMETER, "is no integer", "reply", half, text, NULL, NULL);
	ark_fails(env, PARAMETER, "is no integer", "fail", one, half, text, NULL);
	ark_fails(env, PARAMETER, "is no JSON", "reply", one, ark_string(env, "{"), NULL, NULL);
	ark_fails(env, PARAMETER, "none of alive", "setStage", text, NULL, NULL, NULL);
}

static void refusals(napi_env env)
{
	napi_value text = ark_string(env, "text"), via = ark_string(env, "DEFAULT"), kind = ark_string(env, "alert"),
		   one = ark_number(env, 1);

	ark_fails(env, PARAMETER, "no JSON of PushPayload", "extensionAnswer", text, NULL, NULL, NULL);
	ark_rejects(env, ark_do(env, "deliver", text, kind, text, one), PARAMETER);
	ark_rejects(env, ark_do(env, "deliver", via, text, text, one), PARAMETER);
	ark_rejects(env, ark_do(env, "deliver", via, kind, text, ark_number(env, -1)), PARAMETER);
	ark_rejects(env, ark_do(env, "deliver", ark_string(env, "onCreate"), kind, text, one), PARAMETER);
	ark_rejects(env, ark_do(env, "click", via, ark_string(env, "{}"), one, NULL), PARAMETER);
	ark_rejects(env, ark_do(env, "click", ark_string(env, "onCreate"), ark_string(env, "[]"), one, NULL), PARAMETER);
	ark_rejects(env, ark_do(env, "flush", ark_number(env, -1), NULL, NULL, NULL), PARAMETER);
}

static void all(napi_env env)
{
	napi_value via = ark_string(env, "onNewWant"), one = ark_number(env, 1), answer;
	napi_valuetype type;

	ark_do(env, "setStage", ark_string(env, "focused"), NULL, NULL, NULL);
	ark_resolves(env, ark_deliver(env, 2));
	/* What is no JSON of a payload is kept as it is. */
	ark_resolves(env, ark_do(env, "deliver", ark_string(env, "BACKGROUND"), ark_string(env, "background"),
				 ark_string(env, "no JSON"), one));
	ark_resolves(env, ark_do(env, "click", via, ark_string(env, "{\"page\":\"detail\"}"), one, NULL));
	ark_resolves(env, ark_do(env, "click", via, ark_string(env, "{\"pushproof.session\":\"end\"}"), one, NULL));
	answer = ark_do(env, "extensionAnswer", ark_string(env, "{\"type\":\"IM\",\"data\":\"{}\"}"), NULL, NULL, NULL);
	CHECK(napi_typeof(env, answer, &type) == napi_ok && type == napi_undefined, "an answer without a session");
	ark_do(env, "tokenChanged", ark_string(env, "MAMzLgIk"), NULL, NULL, NULL);
	ark_do(env, "tokenFailed", ark_number(env, 1000900011), ark_string(env, "no network"), NULL, NULL);
	ark_do(env, "onCommand", ark_function(env, nothing, NULL), NULL, NULL, NULL);
	ark_do(env, "onCommand", ark_function(env, nothing, NULL), NULL, NULL, NULL);
	ark_do(env, "reply", ark_number(env, 7), ark_string(env, ""), NULL, NULL);
	ark_do(env, "fail", ark_number(env, 8), ark_number(env, 401), ark_string(env, "nobody asked"), NULL);
	CHECK(ark_flag(env, ark_stat(env, "running", napi_boolean)), "not running");
	CHECK(!ark_flag(env, ark_stat(env, "connected", napi_boolean)), "connected to nobody");
	/* The session has ended: there is nobody to report to. */
	ark_rejects(env, ark_do(env, "flush", ark_number(env, 60000), NULL, NULL, NULL), OTHER);
}

static void after_stop(napi_env env)
{
	napi_value text = ark_string(env, "x");

	ark_rejects(env, ark_deliver(env, 3), STOPPED);
	ark_rejects(env, ark_do(env, "click", ark_string(env, "onCreate"), ark_string(env, "{\"a\":1}"), ark_number(env, 1), NULL),
		    STOPPED);
	ark_rejects(env, ark_do(env, "flush", ark_number(env, 1), NULL, NULL, NULL), STOPPED);
	ark_fails(env, STOPPED, "stopped", "setStage", ark_string(env, "alive"), NULL, NULL, NULL);
	ark_fails(env, STOPPED, "stopped", "tokenChanged", text, NULL, NULL, NULL);
	ark_fails(env, STOPPED, "stopped", "tokenFailed", ark_number(env, 1), text, NULL, NULL);
	ark_fails(env, STOPPED, "stopped", "extensionAnswer", text, NULL, NULL, NULL);
	ark_fails(env, STOPPED, "stopped", "onCommand", ark_function(env, nothing, NULL), NULL, NULL, NULL);
	ark_do(env, "reply", ark_number(env, 1), ark_string(env, "1"), NULL, NULL);
	ark_do(env, "fail", ark_number(env, 1), ark_number(env, 1), text, NULL);
	CHECK(!ark_flag(env, ark_stat(env, "running", napi_boolean)), "running");
	ark_do(env, "version", NULL, NULL, NULL, NULL);
}

void ark_test_calls(const ark_place *place)
{
	napi_env env = ark_begin(place);
	napi_handle_scope scope;
	napi_value first, second;

	napi_open_handle_scope(env, &scope);
	before_start(env);
	parameters(env);
	ark_start(place, env, 0, place->want);
	ark_fails(env, STARTED, "runs already", "start",
		  ark_json(env, "{\"filesDir\":\"/tmp\",\"role\":\"main\",\"device\":{\"type\":\"phone\"}}"), NULL, NULL, NULL);
	refusals(env);
	/* The session's hub is not there, so that nothing is acknowledged. */
	ark_resolves(env, ark_deliver(env, 1));
	ark_rejects(env, ark_do(env, "flush", ark_number(env, 1), NULL, NULL, NULL), TIMEOUT);
	all(env);
	/* Twice is no harm, at the same time or later. */
	first = ark_do(env, "stop", NULL, NULL, NULL, NULL);
	second = ark_do(env, "stop", NULL, NULL, NULL, NULL);
	ark_resolves(env, first);
	ark_resolves(env, second);
	ark_resolves(env, ark_do(env, "stop", NULL, NULL, NULL, NULL));
	after_stop(env);
	CHECK(!ark_alive(env), "something keeps the loop running");
	napi_close_handle_scope(env, scope);
	ark_finish(place, env);
}
