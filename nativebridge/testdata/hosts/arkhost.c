/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 *	arklaunch … LIBRARY FOLDER TEST WANT
 *
 * WANT is what onCreate gets, with a session in it. Each test is run with both ways
 * in which an engine locks.
 */
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "arkhost.h"

napi_env ark_begin(const ark_place *place)
{
	napi_env env = ark_open(place->library);

	CHECK(env, "%s", ark_error());
	return env;
}

/* What the module's C half holds. */
static int64_t module_holds(const ark_place *place)
{
	void *library = dlopen(place->library, RTLD_LAZY);
	int64_t (*held)(void);

	CHECK(library, "%s", dlerror());
	*(void **)&held = host_symbol(library, "ppnapi_held");
	return held();
}

void ark_finish(const ark_place *place, napi_env env)
{
	const struct timespec pause = {0, 1000000};
	int waited;

	ark_close(env);
	/* What goroutines settle late lets go of the port last; nobody tells when. */
	for (waited = 0; module_holds(place) > 0; waited++) {
		CHECK(waited < PATIENCE, "the module holds %lld", (long long)module_holds(place));
		nanosleep(&pause, NULL);
	}
}

void ark_nothing_held(const ark_place *place)
{
	ark_counts c = ark_count();

	CHECK(c.environments == 0 && c.values == 0 && c.scopes == 0 && c.references == 0 && c.deferreds == 0 &&
		      c.functions == 0 && c.hooks == 0 && c.externals == 0,
	      "the engine holds %lld environments, %lld values, %lld scopes, %lld references, %lld promises, "
	      "%lld thread-safe functions, %lld hooks, %lld externals",
	      (long long)c.environments, (long long)c.values, (long long)c.scopes, (long long)c.references,
	      (long long)c.deferreds, (long long)c.functions, (long long)c.hooks, (long long)c.externals);
	CHECK(module_holds(place) == 0, "the module holds %lld", (long long)module_holds(place));
}

napi_value ark_string(napi_env env, const char *text)
{
	napi_value value;

	CHECK(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok, "%s", text);
	return value;
}

napi_value ark_number(napi_env env, double number)
{
	napi_value value;

	CHECK(napi_create_double(env, number, &value) == napi_ok, "%g", number);
	return value;
}

static napi_value call(napi_env env, const char *name, napi_value a, napi_value b, napi_value c, napi_value d)
{
	const napi_value arguments[] = {a, b, c, d};
	size_t count = 0;

	while (count < 4 && arguments[count])
		count++;
	return ark_call(env, name, count, arguments);
}

napi_value ark_do(napi_env env, const char *name, napi_value a, napi_value b, napi_value c, napi_value d)
{
	napi_value result = call(env, name, a, b, c, d);
	char message[256];

	if (!result) {
		double code = ark_caught(env, message, sizeof message);

		CHECK(false, "%s threw %g: %s", name, code, message);
	}
	return result;
}

void ark_fails(napi_env env, double code, const char *text, const char *name, napi_value a, napi_value b, napi_value c,
	       napi_value d)
{
	char message[256];
	double got;

	CHECK(!call(env, name, a, b, c, d), "%s threw nothing, want %g", name, code);
	got = ark_caught(env, message, sizeof message);
	CHECK(got == code && strstr(message, text), "%s threw %g: %s; want %g: …%s…", name, got, message, code, text);
}

static ark_state await(napi_env env, napi_value promise)
{
	while (ark_promise(env, promise) == ARK_PENDING)
		CHECK(ark_turn(env, PATIENCE), "nothing has settled the promise in time");
	return ark_promise(env, promise);
}

void ark_resolves(napi_env env, napi_value promise)
{
	char message[256];

	if (await(env, promise) != ARK_RESOLVED) {
		double code = ark_reason(env, promise, message, sizeof message);

		CHECK(false, "rejected with %g: %s", code, message);
	}
}

void ark_rejects(napi_env env, napi_value promise, double code)
{
	char message[256];
	double got;

	CHECK(await(env, promise) == ARK_REJECTED, "resolved, want a rejection with %g", code);
	got = ark_reason(env, promise, message, sizeof message);
	CHECK(got == code, "rejected with %g: %s; want %g", got, message, code);
}

void ark_start(const ark_place *place, napi_env env, int number, const char *want)
{
	char dir[512], text[2048];
	napi_value options;

	snprintf(dir, sizeof dir, "%s/%d", place->folder, number);
	mkdir(dir, 0700);
	snprintf(text, sizeof text,
		 "{\"filesDir\":\"%s\",\"tempDir\":\"%s\",\"role\":\"main\",\"device\":{\"type\":\"phone\","
		 "\"model\":\"ark\",\"api\":20,\"osVersion\":\"HarmonyOS 6.0\",\"bootId\":\"boot\"},\"utcOffsetMinutes\":480}",
		 dir, dir);
	options = ark_json(env, text);
	if (want)
		CHECK(napi_set_named_property(env, options, "want", ark_string(env, want)) == napi_ok, "want");
	ark_do(env, "start", options, NULL, NULL, NULL);
}

napi_value ark_deliver(napi_env env, int number)
{
	char payload[256];

	snprintf(payload, sizeof payload,
		 "{\"type\":\"DEFAULT\",\"data\":\"{\\\"nonce\\\":\\\"n-%d\\\",\\\"text\\\":\\\"%0100d\\\"}\"}", number, number);
	return ark_do(env, "deliver", ark_string(env, "DEFAULT"), ark_string(env, "alert"), ark_string(env, payload),
		      ark_number(env, 1.7e12 + number));
}

napi_value ark_stat(napi_env env, const char *name, napi_valuetype type)
{
	napi_value stats = ark_do(env, "stats", NULL, NULL, NULL, NULL), value;
	napi_valuetype got;

	CHECK(napi_get_named_property(env, stats, name, &value) == napi_ok && napi_typeof(env, value, &got) == napi_ok &&
		      got == type,
	      "stats().%s is of type %d", name, got);
	return value;
}

bool ark_flag(napi_env env, napi_value value)
{
	bool flag;

	CHECK(napi_get_value_bool(env, value, &flag) == napi_ok, "no boolean");
	return flag;
}

ARK_API int ark_host(int argc, char **argv);

int ark_host(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const ark_place *);
	} tests[] = {
		{"calls", ark_test_calls},     {"burst", ark_test_burst},     {"continuations", ark_test_continuations},
		{"ends", ark_test_ends},       {"workers", ark_test_workers}, {"session", ark_test_session},
		{"commands", ark_test_commands}, {"addon", ark_test_addon},
	};
	ark_place place;
	int hold;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	CHECK(argc == 5, "usage: LIBRARY FOLDER TEST WANT");
	place.library = argv[1];
	place.want = argv[4];
	for (i = 0; i < sizeof tests / sizeof *tests; i++)
		if (strcmp(tests[i].name, argv[3]) == 0)
			break;
	CHECK(i < sizeof tests / sizeof *tests, "no test is called %s", argv[3]);
	for (hold = 0; hold <= 1; hold++) {
		char folder[512];

		snprintf(folder, sizeof folder, "%s/%d", argv[2], hold);
		mkdir(folder, 0700);
		place.folder = folder;
		ark_hold_lock(hold);
		tests[i].run(&place);
		ark_nothing_held(&place);
	}
	printf("done\n");
	return 0;
}
