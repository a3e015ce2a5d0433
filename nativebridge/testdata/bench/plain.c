/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What deliver is measured against: an add-on in plain C. copy takes the same
 * arguments, copies the same and returns a promise that is resolved; joined does
 * so in a thread of its own, for whose end it waits, as add-ons do whose Go must
 * not run on the engine's thread. ping calls a function from another thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node_api.h"

#define DECLARE(name, parameters) napi_status name parameters;
NODE_API_FUNCTIONS(DECLARE)
#undef DECLARE

#define KEPT 1024

typedef struct {
	char via[32], kind[32];
	char *payload;
	size_t length;
	double at;
} message;

/* The newest messages; each takes the place of an old one. */
static message kept[KEPT];
static size_t next;

static void keep(const message *m)
{
	message *place = &kept[next++ % KEPT];

	free(place->payload);
	*place = *m;
}

static bool take(napi_env env, napi_callback_info info, message *m)
{
	napi_value v[4];
	size_t argc = 4, n;

	if (napi_get_cb_info(env, info, &argc, v, NULL, NULL) != napi_ok || argc < 4 ||
	    napi_get_value_string_utf8(env, v[0], m->via, sizeof m->via, &n) != napi_ok ||
	    napi_get_value_string_utf8(env, v[1], m->kind, sizeof m->kind, &n) != napi_ok ||
	    napi_get_value_string_utf8(env, v[2], NULL, 0, &m->length) != napi_ok ||
	    napi_get_value_double(env, v[3], &m->at) != napi_ok)
		return false;
	m->payload = malloc(m->length + 1);
	return m->payload &&
	       napi_get_value_string_utf8(env, v[2], m->payload, m->length + 1, &n) == napi_ok;
}

static napi_value resolved(napi_env env)
{
	napi_deferred deferred;
	napi_value promise, undefined;

	napi_create_promise(env, &deferred, &promise);
	napi_get_undefined(env, &undefined);
	napi_resolve_deferred(env, deferred, undefined);
	return promise;
}

static napi_value copy(napi_env env, napi_callback_info info)
{
	message m;

	if (!take(env, info, &m))
		return NULL;
	keep(&m);
	return resolved(env);
}

static void *work(void *m)
{
	keep(m);
	return NULL;
}

static napi_value joined(napi_env env, napi_callback_info info)
{
	pthread_t thread;
	message m;

	if (!take(env, info, &m) || pthread_create(&thread, NULL, work, &m) != 0)
		return NULL;
	pthread_join(thread, NULL);
	return resolved(env);
}

static napi_threadsafe_function function;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;
static bool ask;

static void call(napi_env env, napi_value callback, void *context, void *data)
{
	struct timespec *at = data;
	napi_value undefined, then;

	(void)context;
	if (env) {
		napi_get_undefined(env, &undefined);
		napi_create_double(env, (double)at->tv_sec * 1e9 + (double)at->tv_nsec, &then);
		napi_call_function(env, undefined, callback, 1, &then, NULL);
	}
	free(at);
}

static void *answer(void *unused)
{
	(void)unused;
	for (;;) {
		struct timespec *at = malloc(sizeof *at);

		pthread_mutex_lock(&lock);
		while (!ask)
			pthread_cond_wait(&asked, &lock);
		ask = false;
		pthread_mutex_unlock(&lock);
		clock_gettime(CLOCK_MONOTONIC, at);
		napi_call_threadsafe_function(function, at, napi_tsfn_nonblocking);
	}
	return NULL;
}

/* listen(callback): what ping's thread calls. */
static napi_value listen(napi_env env, napi_callback_info info)
{
	napi_value v[1], name;
	size_t argc = 1;
	pthread_t thread;

	napi_get_cb_info(env, info, &argc, v, NULL, NULL);
	napi_create_string_utf8(env, "ping", NAPI_AUTO_LENGTH, &name);
	napi_create_threadsafe_function(env, v[0], NULL, name, 0, 1, NULL, NULL, NULL, call, &function);
	pthread_create(&thread, NULL, answer, NULL);
	pthread_detach(thread);
	return NULL;
}

static napi_value ping(napi_env env, napi_callback_info info)
{
	(void)env;
	(void)info;
	pthread_mutex_lock(&lock);
	ask = true;
	pthread_cond_signal(&asked);
	pthread_mutex_unlock(&lock);
	return NULL;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports);
napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	napi_property_descriptor all[] = {
		{"copy", NULL, copy, NULL, NULL, NULL, napi_enumerable, NULL},
		{"joined", NULL, joined, NULL, NULL, NULL, napi_enumerable, NULL},
		{"listen", NULL, listen, NULL, NULL, NULL, napi_enumerable, NULL},
		{"ping", NULL, ping, NULL, NULL, NULL, napi_enumerable, NULL},
	};

	napi_define_properties(env, exports, sizeof all / sizeof *all, all);
	return exports;
}
