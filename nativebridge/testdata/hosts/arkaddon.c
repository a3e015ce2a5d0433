/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What package napi can and the module has no use for, by the addon of its tests:
 * bytes, values of Go that JavaScript holds, faults, and functions of JavaScript
 * that Go calls a great many times.
 */
#include <string.h>

#include "arkhost.h"

enum { EVENTS = 3000, PANIC = 2, LIMIT = 1024, OBJECTS = 100, ENDS = 50 };

static double number(napi_env env, napi_value value)
{
	double n;

	CHECK(napi_get_value_double(env, value, &n) == napi_ok, "no number");
	return n;
}

static void bytes(napi_env env)
{
	napi_value buffer, reversed;
	void *data;
	size_t length;

	CHECK(napi_create_arraybuffer(env, 3, &data, &buffer) == napi_ok, "no buffer");
	memcpy(data, "a\0c", 3);
	reversed = ark_do(env, "reverse", buffer, NULL, NULL, NULL);
	CHECK(napi_get_arraybuffer_info(env, reversed, &data, &length) == napi_ok && length == 3 && !memcmp(data, "c\0a", 3),
	      "%zu bytes", length);
	CHECK(napi_create_arraybuffer(env, 0, &data, &buffer) == napi_ok, "no buffer");
	reversed = ark_do(env, "reverse", buffer, NULL, NULL, NULL);
	CHECK(napi_get_arraybuffer_info(env, reversed, &data, &length) == napi_ok && length == 0, "%zu bytes", length);
	ark_fails(env, 401, "no ArrayBuffer", "reverse", ark_string(env, "abc"), NULL, NULL, NULL);
}

/* A count of the addon's own: held(). */
static double held(napi_env env, const char *name)
{
	napi_value value;

	CHECK(napi_get_named_property(env, ark_do(env, "held", NULL, NULL, NULL, NULL), name, &value) == napi_ok, "%s", name);
	return number(env, value);
}

/* Values of Go go when the engine lets go of theirs. */
static void externals(napi_env env)
{
	napi_handle_scope scope;
	char text[16];
	void *data;
	int i;

	napi_open_handle_scope(env, &scope);
	for (i = 0; i < OBJECTS; i++) {
		napi_value box = ark_do(env, "make", ark_string(env, "inside"), NULL, NULL, NULL),
			   opened = ark_do(env, "open", box, NULL, NULL, NULL);

		CHECK(napi_get_value_string_utf8(env, opened, text, sizeof text, NULL) == napi_ok && !strcmp(text, "inside"),
		      "%s", text);
		CHECK(napi_get_value_external(env, box, &data) == napi_ok && data, "no external");
	}
	CHECK(held(env, "externals") == OBJECTS, "Go holds %g values", held(env, "externals"));
	napi_close_handle_scope(env, scope);
	CHECK(held(env, "externals") == 0, "Go holds %g values", held(env, "externals"));
	ark_fails(env, 401, "is not what this module has made", "open", ark_string(env, "x"), NULL, NULL, NULL);
}

static void faults(napi_env env)
{
	ark_fails(env, PANIC, "panicked", "panic", ark_string(env, "nil"), NULL, NULL, NULL);
	ark_fails(env, PANIC, "on purpose", "panic", ark_string(env, "on purpose"), NULL, NULL, NULL);
	ark_fails(env, 1000900005, "no token", "fail", ark_number(env, 1000900005), ark_string(env, "no token"), NULL, NULL);
	ark_rejects(env, ark_do(env, "refuse", ark_json(env, "false"), NULL, NULL, NULL), 1000900005);
	ark_rejects(env, ark_do(env, "refuse", ark_json(env, "true"), NULL, NULL, NULL), 1000900005);
}

/* Events come in order; some calls throw, which stops none of them. */
static napi_value on_event(napi_env env, napi_callback_info info)
{
	napi_value argv[2], error;
	size_t argc = 2;
	int *next;

	CHECK(napi_get_cb_info(env, info, &argc, argv, NULL, (void **)&next) == napi_ok && argc == 2, "%zu arguments", argc);
	CHECK(number(env, argv[0]) == *next, "event %g, want %d", number(env, argv[0]), *next);
	if (++*next % 100 == 0) {
		napi_create_error(env, NULL, ark_string(env, "thrown on purpose"), &error);
		napi_throw(env, error);
	}
	return NULL;
}

static napi_value count(napi_env env, napi_callback_info info)
{
	int *calls;

	CHECK(napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&calls) == napi_ok, "no data");
	++*calls;
	return NULL;
}

static void callbacks(napi_env env)
{
	char text[64];
	int next = 0, calls = 0;

	ark_resolves(env, ark_do(env, "subscribe", ark_number(env, EVENTS), ark_function(env, on_event, &next), NULL, NULL));
	CHECK(next == EVENTS, "%d events", next);
	CHECK(napi_get_value_string_utf8(env, ark_do(env, "threw", NULL, NULL, NULL, NULL), text, sizeof text, NULL) == napi_ok &&
		      strstr(text, "on purpose"),
	      "Go was told %s", text);
	/* More than may wait are refused, from the environment's own thread too. */
	ark_do(env, "keep", ark_function(env, count, &calls), NULL, NULL, NULL);
	CHECK(napi_get_value_string_utf8(env, ark_do(env, "flood", ark_number(env, 2 * LIMIT), NULL, NULL, NULL), text,
					 sizeof text, NULL) == napi_ok &&
		      !strncmp(text, "1024: too many", 14),
	      "%s", text);
	ark_do(env, "release", NULL, NULL, NULL, NULL);
	ark_do(env, "untaken", ark_function(env, count, &calls), NULL, NULL, NULL);
	/* Behind all of them. */
	ark_resolves(env, ark_do(env, "digest", ark_string(env, "x"), NULL, NULL, NULL));
	CHECK(calls == LIMIT, "%d calls", calls);
}

void ark_test_addon(const ark_place *place)
{
	napi_env env = ark_begin(place);
	napi_handle_scope scope;
	int next, i;

	napi_open_handle_scope(env, &scope);
	bytes(env);
	externals(env);
	faults(env);
	callbacks(env);
	napi_close_handle_scope(env, scope);
	CHECK(!ark_alive(env), "something keeps the loop running");
	ark_finish(place, env);
	/* Environments that end under callbacks, kept functions and promises. */
	for (i = 0; i < ENDS; i++) {
		env = ark_begin(place);
		next = 0;
		napi_open_handle_scope(env, &scope);
		ark_do(env, "make", ark_string(env, "inside"), NULL, NULL, NULL);
		ark_do(env, "keep", ark_function(env, count, &next), NULL, NULL, NULL);
		ark_do(env, "never", NULL, NULL, NULL, NULL);
		ark_do(env, "subscribe", ark_number(env, 1e9), ark_function(env, on_event, &next), NULL, NULL);
		while (next < i)
			CHECK(ark_turn(env, PATIENCE), "%d events", next);
		napi_close_handle_scope(env, scope);
		ark_finish(place, env);
	}
}
