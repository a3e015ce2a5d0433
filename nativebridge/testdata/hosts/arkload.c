/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many messages; environments that end in the middle of them; two at once.
 */
#include <dirent.h>
#include <time.h>

#include "arkhost.h"

enum { MESSAGES = 10000, FLIGHT = 500, CHAINED = 500, CHAINS = 8, ENVIRONMENTS = 20, ABANDONED = 300, WORKERS = 4 };

/* Delivers so many, with as many under way as an app could have. */
static void deliver_all(napi_env env, int messages)
{
	napi_handle_scope scope;
	int sent, i;

	for (sent = 0; sent < messages; sent += FLIGHT) {
		napi_value promises[FLIGHT];

		napi_open_handle_scope(env, &scope);
		for (i = 0; i < FLIGHT; i++)
			promises[i] = ark_deliver(env, sent + i);
		CHECK(ark_alive(env), "promises wait, and nothing keeps the loop running");
		for (i = 0; i < FLIGHT; i++)
			ark_resolves(env, promises[i]);
		napi_close_handle_scope(env, scope);
	}
}

static void stop(napi_env env)
{
	napi_handle_scope scope;

	napi_open_handle_scope(env, &scope);
	ark_resolves(env, ark_do(env, "stop", NULL, NULL, NULL, NULL));
	napi_close_handle_scope(env, scope);
}

static void start(const ark_place *place, napi_env env, int number)
{
	napi_handle_scope scope;

	napi_open_handle_scope(env, &scope);
	ark_start(place, env, number, place->want);
	napi_close_handle_scope(env, scope);
}

void ark_test_burst(const ark_place *place)
{
	napi_env env = ark_begin(place);
	ark_counts before, after;

	start(place, env, 0);
	deliver_all(env, FLIGHT);
	before = ark_count();
	deliver_all(env, MESSAGES);
	after = ark_count();
	CHECK(before.values == after.values && before.deferreds == after.deferreds && before.references == after.references,
	      "values grew from %lld to %lld, promises from %lld to %lld", (long long)before.values, (long long)after.values,
	      (long long)before.deferreds, (long long)after.deferreds);
	CHECK(!ark_alive(env), "nothing waits, and something keeps the loop running");
	stop(env);
	ark_finish(place, env);
}

static napi_value nothing(napi_env env, napi_callback_info info)
{
	(void)env;
	(void)info;
	return NULL;
}

/* The continuation of one delivery delivers the next, and changes who answers commands. */
static napi_value again(napi_env env, napi_callback_info info)
{
	int *left;

	CHECK(napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&left) == napi_ok, "no data");
	if (--*left <= 0)
		return NULL;
	ark_do(env, "onCommand", ark_function(env, nothing, NULL), NULL, NULL, NULL);
	ark_then(env, ark_deliver(env, *left), again, left);
	return NULL;
}

void ark_test_continuations(const ark_place *place)
{
	napi_env env = ark_begin(place);
	napi_handle_scope scope;
	int left[CHAINS], i;

	start(place, env, 0);
	napi_open_handle_scope(env, &scope);
	for (i = 0; i < CHAINS; i++) {
		left[i] = CHAINED;
		ark_then(env, ark_deliver(env, i), again, &left[i]);
	}
	for (i = 0; i < CHAINS; i++)
		while (left[i] > 0)
			CHECK(ark_turn(env, PATIENCE), "chain %d waits with %d left", i, left[i]);
	napi_close_handle_scope(env, scope);
	stop(env);
	ark_finish(place, env);
}

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	CHECK(dir, "no /proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/*
 * Environments that end while goroutines settle promises, while a flush waits for
 * a hub that never comes, and without a stop. Each is the module's next one.
 */
void ark_test_ends(const ark_place *place)
{
	const struct timespec pause = {0, 1000000};
	napi_env ended = ark_begin(place);
	int files, i, j;

	start(place, ended, ENVIRONMENTS);
	stop(ended);
	ark_finish(place, ended);
	files = open_files();
	for (i = 0; i < ENVIRONMENTS; i++) {
		napi_env env = ark_begin(place);
		napi_value promises[ABANDONED];
		napi_handle_scope scope;

		start(place, env, i);
		napi_open_handle_scope(env, &scope);
		ark_do(env, "onCommand", ark_function(env, nothing, NULL), NULL, NULL, NULL);
		for (j = 0; j < ABANDONED; j++)
			promises[j] = ark_deliver(env, j);
		ark_do(env, "flush", ark_number(env, 600000), NULL, NULL, NULL);
		/* None of them has its answer, or some have, or all but the flush. */
		if (i % 3)
			ark_resolves(env, promises[i % 3 == 1 ? 0 : ABANDONED - 1]);
		CHECK(ark_alive(env), "promises wait, and nothing keeps the loop running");
		napi_close_handle_scope(env, scope);
		ark_finish(place, env);
	}
	/* The agents end behind their environments: nobody tells when. */
	for (i = 0; open_files() > files; i++) {
		CHECK(i < PATIENCE, "open files grew from %d to %d", files, open_files());
		nanosleep(&pause, NULL);
	}
}

typedef struct {
	const ark_place *place;
	int number;
} worker;

/* As a Worker of ArkTS: an environment on a thread of its own. */
static void *work(void *arg)
{
	const worker *w = arg;
	napi_env env = ark_begin(w->place);

	start(w->place, env, w->number);
	deliver_all(env, 2 * FLIGHT);
	if (w->number % 2)
		stop(env);
	ark_close(env);
	return NULL;
}

void ark_test_workers(const ark_place *place)
{
	worker workers[WORKERS];
	pthread_t threads[WORKERS];
	int i;

	for (i = 0; i < WORKERS; i++) {
		workers[i] = (worker){place, i};
		threads[i] = host_thread(work, &workers[i]);
	}
	for (i = 0; i < WORKERS; i++)
		host_join(threads[i]);
	ark_finish(place, ark_begin(place));
}
