/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A session with a hub, which the test has: the module connects, answers what the
 * hub asks by onCommand and reply, and the hub gets what was delivered.
 */
#include <string.h>

#include "arkhost.h"

enum { DELIVERED = 3, COMMANDS = 2 };

static int answered;

/* onCommand: (id, name, args). */
static napi_value on_command(napi_env env, napi_callback_info info)
{
	napi_value argv[3], answer;
	size_t argc = 3;
	char name[64];

	CHECK(napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc == 3, "%zu arguments", argc);
	CHECK(napi_get_value_string_utf8(env, argv[1], name, sizeof name, NULL) == napi_ok, "no name");
	answered++;
	if (strcmp(name, "notificationManager.getBadgeNumber") == 0) {
		answer = ark_string(env, "{\"badge\":42}");
		ark_do(env, "reply", argv[0], answer, NULL, NULL);
	} else {
		ark_do(env, "fail", argv[0], ark_number(env, 1600001), ark_string(env, "internal error"), NULL);
	}
	return NULL;
}

void ark_test_session(const ark_place *place)
{
	napi_env env = ark_begin(place);
	napi_handle_scope scope;
	int i;

	answered = 0;
	napi_open_handle_scope(env, &scope);
	ark_do(env, "onCommand", ark_function(env, on_command, NULL), NULL, NULL, NULL);
	ark_start(place, env, 0, place->want);
	ark_do(env, "setStage", ark_string(env, "focused"), NULL, NULL, NULL);
	for (i = 0; i < DELIVERED; i++)
		ark_resolves(env, ark_deliver(env, i));
	/* Resolved when the hub has all. */
	ark_resolves(env, ark_do(env, "flush", ark_number(env, PATIENCE), NULL, NULL, NULL));
	CHECK(ark_flag(env, ark_stat(env, "connected", napi_boolean)), "everything is with the hub, and it is not connected");
	while (answered < COMMANDS)
		CHECK(ark_turn(env, PATIENCE), "the hub has asked %d times", answered);
	/* The test ends it, when it has seen the answers. */
	printf("answered\n");
	CHECK(getchar() != EOF, "the test is gone");
	ark_resolves(env, ark_do(env, "stop", NULL, NULL, NULL, NULL));
	napi_close_handle_scope(env, scope);
	ark_finish(place, env);
}
