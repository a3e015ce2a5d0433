/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many commands of a hub at a time. Each is answered inside the call-back, which
 * also asks for numbers, delivers, and puts another function in its own place: it
 * goes into Go while the engine may hold its lock, for which the goroutines wait
 * that ask the next commands and settle promises (claim native.napi-tsfn-lock).
 */
#include "arkhost.h"

/* As the test asks. */
enum { COMMANDS = 16 * 20 };

static int asked;

/* onCommand: (id, name, args). */
static napi_value on_command(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	size_t argc = 3;

	CHECK(napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc == 3, "%zu arguments", argc);
	asked++;
	ark_do(env, "onCommand", ark_function(env, on_command, NULL), NULL, NULL, NULL);
	ark_stat(env, "commands", napi_number);
	ark_deliver(env, asked);
	ark_do(env, "reply", argv[0], ark_string(env, "{\"badge\":42}"), NULL, NULL);
	return NULL;
}

void ark_test_commands(const ark_place *place)
{
	napi_env env = ark_begin(place);
	napi_handle_scope scope;

	asked = 0;
	napi_open_handle_scope(env, &scope);
	ark_do(env, "onCommand", ark_function(env, on_command, NULL), NULL, NULL, NULL);
	ark_start(place, env, 0, place->want);
	while (asked < COMMANDS)
		CHECK(ark_turn(env, PATIENCE), "the hub has asked %d times", asked);
	/* The test ends it, when it has seen the answers. */
	printf("answered\n");
	CHECK(getchar() != EOF, "the test is gone");
	ark_resolves(env, ark_do(env, "stop", NULL, NULL, NULL, NULL));
	napi_close_handle_scope(env, scope);
	ark_finish(place, env);
}
