/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The event loop and thread-safe functions, as HarmonyOS has them: a function is
 * freed when it is released, and by nothing else; its finalizer runs before what
 * waits for it is dropped; and older versions hold its lock while they call back
 * (claim native.napi-tsfn-lock).
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"

typedef struct ark_item {
	struct ark_item *next;
	void *data;
} ark_item;

struct napi_threadsafe_function_opaque {
	ark_life life;
	napi_env env;
	napi_threadsafe_function next;
	napi_threadsafe_function_call_js call;
	napi_finalize finalize;
	void *finalize_data, *context;

	/* Under the loop's lock. */
	bool woken;
	/* The environment's thread's. */
	bool referenced;

	pthread_mutex_t lock;
	bool closing;
	size_t threads;
	ark_item *first, *last;
};

static void check(napi_threadsafe_function f, const char *function)
{
	if (!f || f->life != ARK_LIVE)
		ark_abort("%s: a thread-safe function that is freed", function);
}

void ark_loop_open(napi_env env)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&env->loop, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&env->woken, &clock);
	pthread_condattr_destroy(&clock);
}

napi_status napi_create_threadsafe_function(napi_env env, napi_value function, napi_value resource, napi_value name,
					    size_t max_queue, size_t threads, void *finalize_data, napi_finalize finalize,
					    void *context, napi_threadsafe_function_call_js call,
					    napi_threadsafe_function *result)
{
	napi_threadsafe_function f;

	ENTER(env);
	ark_check(env, name, __func__);
	/* HarmonyOS takes at most 128 threads. */
	if (function || resource || max_queue || !call || threads < 1 || threads > 128)
		return ARK_INVALID;
	f = ark_memory(sizeof *f);
	f->life = ARK_LIVE;
	f->env = env;
	f->call = call;
	f->finalize = finalize;
	f->finalize_data = finalize_data;
	f->context = context;
	f->threads = threads;
	f->referenced = true;
	pthread_mutex_init(&f->lock, NULL);
	pthread_mutex_lock(&env->loop);
	f->next = env->functions;
	env->functions = f;
	pthread_mutex_unlock(&env->loop);
	ark_held_add(&ark_held.functions, 1);
	*result = f;
	return napi_ok;
}

static void wake(napi_threadsafe_function f)
{
	pthread_mutex_lock(&f->env->loop);
	f->woken = true;
	pthread_cond_signal(&f->env->woken);
	pthread_mutex_unlock(&f->env->loop);
}

napi_status napi_call_threadsafe_function(napi_threadsafe_function f, void *data, napi_threadsafe_function_call_mode mode)
{
	ark_item *item = ark_memory(sizeof *item);

	(void)mode;
	check(f, __func__);
	pthread_mutex_lock(&f->lock);
	if (f->closing) {
		pthread_mutex_unlock(&f->lock);
		free(item);
		return napi_closing;
	}
	item->data = data;
	if (f->last)
		f->last->next = item;
	else
		f->first = item;
	f->last = item;
	wake(f);
	pthread_mutex_unlock(&f->lock);
	return napi_ok;
}

napi_status napi_release_threadsafe_function(napi_threadsafe_function f, napi_threadsafe_function_release_mode mode)
{
	check(f, __func__);
	pthread_mutex_lock(&f->lock);
	if (f->closing || f->threads == 0) {
		pthread_mutex_unlock(&f->lock);
		return f->closing ? napi_closing : ARK_INVALID;
	}
	f->threads--;
	if (mode == napi_tsfn_abort)
		f->closing = true;
	if (f->closing || f->threads == 0)
		wake(f);
	pthread_mutex_unlock(&f->lock);
	return napi_ok;
}

napi_status napi_ref_threadsafe_function(napi_env env, napi_threadsafe_function f)
{
	ENTER(env);
	check(f, __func__);
	f->referenced = true;
	return napi_ok;
}

napi_status napi_unref_threadsafe_function(napi_env env, napi_threadsafe_function f)
{
	ENTER(env);
	check(f, __func__);
	f->referenced = false;
	return napi_ok;
}

static void call_back(napi_threadsafe_function f, napi_env env, void *data)
{
	napi_handle_scope scope;

	if (!env) {
		f->call(NULL, NULL, f->context, data);
		return;
	}
	napi_open_handle_scope(env, &scope);
	env->depth++;
	f->call(env, NULL, f->context, data);
	env->depth--;
	if (env->exception)
		ark_abort("a thread-safe function left an exception, which nobody catches");
	napi_close_handle_scope(env, scope);
	ark_run_jobs(env);
}

/* The end of a function: finalizer first, as HarmonyOS has it. */
static void bury(napi_threadsafe_function f)
{
	napi_env env = f->env;
	napi_threadsafe_function *at = &env->functions;
	ark_item *item;

	pthread_mutex_lock(&env->loop);
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	pthread_mutex_unlock(&env->loop);
	if (f->finalize)
		f->finalize(env, f->finalize_data, f->context);
	while ((item = f->first)) {
		f->first = item->next;
		call_back(f, NULL, item->data);
		free(item);
	}
	f->life = ARK_DEAD;
	ark_held_add(&ark_held.functions, -1);
}

static void process(napi_threadsafe_function f)
{
	napi_env env = f->env;
	bool end;
	ark_item *item, *until;

	pthread_mutex_lock(&f->lock);
	until = f->closing ? NULL : f->last;
	while (until && (item = f->first)) {
		if (!env->hold_lock)
			pthread_mutex_unlock(&f->lock);
		call_back(f, env, item->data);
		if (!env->hold_lock)
			pthread_mutex_lock(&f->lock);
		f->first = item->next;
		if (!f->first)
			f->last = NULL;
		if (item == until)
			until = NULL;
		free(item);
	}
	end = f->closing || (f->threads == 0 && !f->first);
	pthread_mutex_unlock(&f->lock);
	if (end)
		bury(f);
}

/* Takes a function that was woken, NULL if none was. The loop's lock is held. */
static napi_threadsafe_function take(napi_env env)
{
	napi_threadsafe_function f;

	for (f = env->functions; f; f = f->next) {
		if (f->woken) {
			f->woken = false;
			return f;
		}
	}
	return NULL;
}

bool ark_turn(napi_env env, int millis)
{
	napi_threadsafe_function f;
	struct timespec until;

	ENTER(env);
	ark_run_jobs(env);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += millis / 1000;
	until.tv_nsec += (millis % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&env->loop);
	while (!(f = take(env)))
		if (pthread_cond_timedwait(&env->woken, &env->loop, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&env->loop);
	if (f)
		process(f);
	return f != NULL;
}

bool ark_alive(napi_env env)
{
	napi_threadsafe_function f;

	ENTER(env);
	for (f = env->functions; f; f = f->next)
		if (f->referenced)
			return true;
	return false;
}

void ark_loop_close(napi_env env)
{
	while (ark_turn(env, 0))
		;
	pthread_mutex_destroy(&env->loop);
	pthread_cond_destroy(&env->woken);
}
