/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Functions, exceptions and promises.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

napi_status ark_run(napi_env env, napi_value function, napi_value self, size_t argc, const napi_value *argv,
		    napi_value *result)
{
	struct napi_callback_info_opaque info = {self, argc, argv, function->data};
	napi_handle_scope scope;
	napi_value value;

	/* What the function makes goes with its scope, but for what it returns. */
	napi_open_handle_scope(env, &scope);
	env->depth++;
	value = function->call(env, &info);
	env->depth--;
	if (env->scope != scope)
		ark_abort("a function has left a scope open");
	if (value) {
		ark_check(env, value, "a function's result");
		ark_hold(value);
	}
	napi_close_handle_scope(env, scope);
	if (value) {
		*result = ark_handle(env, value);
		ark_drop(value);
	} else {
		*result = ark_new(env, napi_undefined);
	}
	return env->exception ? napi_pending_exception : napi_ok;
}

napi_status napi_call_function(napi_env env, napi_value self, napi_value function, size_t argc, const napi_value *argv,
			       napi_value *result)
{
	napi_value ignored;
	size_t i;

	ENTER_CODE(env);
	ark_check(env, self, __func__);
	ark_check(env, function, __func__);
	for (i = 0; i < argc; i++)
		ark_check(env, argv[i], __func__);
	if (function->type != napi_function)
		return ARK_FUNCTION_EXPECTED;
	return ark_run(env, function, self, argc, argv, result ? result : &ignored);
}

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *self,
			     void **data)
{
	size_t i;

	ENTER(env);
	if (argc && argv)
		for (i = 0; i < *argc; i++)
			argv[i] = i < info->argc ? info->argv[i] : ark_new(env, napi_undefined);
	if (argc)
		*argc = info->argc;
	if (self)
		*self = info->self;
	if (data)
		*data = info->data;
	return napi_ok;
}

napi_status napi_throw(napi_env env, napi_value error)
{
	ENTER_CODE(env);
	ark_check(env, error, __func__);
	env->exception = ark_hold(error);
	return napi_ok;
}

napi_status napi_get_and_clear_last_exception(napi_env env, napi_value *result)
{
	ENTER(env);
	if (!env->exception)
		return napi_get_undefined(env, result);
	*result = ark_handle(env, env->exception);
	ark_drop(env->exception);
	env->exception = NULL;
	return napi_ok;
}

napi_status napi_create_promise(napi_env env, napi_deferred *deferred, napi_value *promise)
{
	ENTER_CODE(env);
	*promise = ark_new(env, napi_object);
	(*promise)->class = ARK_PROMISE;
	*deferred = ark_memory(sizeof **deferred);
	(*deferred)->life = ARK_LIVE;
	(*deferred)->env = env;
	(*deferred)->promise = ark_hold(*promise);
	env->deferreds++;
	ark_held_add(&ark_held.deferreds, 1);
	return napi_ok;
}

static void add_job(napi_env env, napi_value function, napi_value argument)
{
	ark_job *job = ark_memory(sizeof *job);

	job->function = ark_hold(function);
	job->argument = ark_hold(argument);
	if (env->last_job)
		env->last_job->next = job;
	else
		env->jobs = job;
	env->last_job = job;
}

void ark_run_jobs(napi_env env)
{
	ark_job *job;

	while ((job = env->jobs)) {
		napi_handle_scope scope;
		napi_value result;

		env->jobs = job->next;
		if (!env->jobs)
			env->last_job = NULL;
		napi_open_handle_scope(env, &scope);
		if (ark_run(env, job->function, env->global, 1, &job->argument, &result) != napi_ok)
			ark_abort("a continuation threw, and nobody catches it");
		ark_drop(job->function);
		ark_drop(job->argument);
		free(job);
		napi_close_handle_scope(env, scope);
	}
}

void ark_settle(napi_env env, napi_deferred deferred, napi_value value, ark_state state, const char *function)
{
	napi_value promise;

	ark_enter(env, function);
	ark_check(env, value, function);
	if (!deferred || deferred->life != ARK_LIVE || deferred->env != env)
		ark_abort("%s: a promise that is settled already", function);
	deferred->life = ARK_DEAD;
	env->deferreds--;
	ark_held_add(&ark_held.deferreds, -1);
	promise = deferred->promise;
	promise->state = state;
	promise->settled = ark_hold(value);
	if (promise->reaction)
		add_job(env, promise->reaction, value);
	ark_drop(promise);
}

napi_status napi_resolve_deferred(napi_env env, napi_deferred deferred, napi_value value)
{
	ark_settle(env, deferred, value, ARK_RESOLVED, __func__);
	return napi_ok;
}

napi_status napi_reject_deferred(napi_env env, napi_deferred deferred, napi_value value)
{
	ark_settle(env, deferred, value, ARK_REJECTED, __func__);
	return napi_ok;
}

static void check_promise(napi_env env, napi_value promise, const char *function)
{
	ark_enter(env, function);
	ark_check(env, promise, function);
	if (promise->class != ARK_PROMISE)
		ark_abort("%s: no promise", function);
}

ark_state ark_promise(napi_env env, napi_value promise)
{
	check_promise(env, promise, __func__);
	return promise->state;
}

napi_value ark_settled_with(napi_env env, napi_value promise)
{
	check_promise(env, promise, __func__);
	return promise->settled ? ark_handle(env, promise->settled) : NULL;
}

void ark_then(napi_env env, napi_value promise, napi_callback call, void *data)
{
	napi_value function;

	check_promise(env, promise, __func__);
	function = ark_function(env, call, data);
	if (promise->state != ARK_PENDING)
		add_job(env, function, promise->settled);
	else
		promise->reaction = ark_hold(function);
}

napi_value ark_function(napi_env env, napi_callback call, void *data)
{
	napi_value function;

	ENTER(env);
	function = ark_new(env, napi_function);
	function->call = call;
	function->data = data;
	return function;
}

napi_value ark_call(napi_env env, const char *name, size_t argc, const napi_value *argv)
{
	napi_value function, result;
	napi_status said;

	ENTER(env);
	function = ark_get(env->exports, name);
	if (!function)
		ark_abort("the module exports no %s", name);
	said = napi_call_function(env, env->exports, function, argc, argv, &result);
	if (env->depth == 0 && said == napi_ok)
		ark_run_jobs(env);
	return said == napi_ok ? result : NULL;
}

static double take_apart(napi_value error, char *message, size_t size)
{
	napi_value code = ark_get(error, "code"), text = ark_get(error, "message");

	if (error->class != ARK_ERROR || !text || text->type != napi_string)
		ark_abort("what was thrown is no Error");
	strncpy(message, text->text, size - 1);
	message[size - 1] = 0;
	return code && code->type == napi_number ? code->number : NAN;
}

double ark_caught(napi_env env, char *message, size_t size)
{
	napi_value error;

	ENTER(env);
	if (!env->exception)
		ark_abort("%s: nothing was thrown", __func__);
	napi_get_and_clear_last_exception(env, &error);
	return take_apart(error, message, size);
}

double ark_reason(napi_env env, napi_value promise, char *message, size_t size)
{
	check_promise(env, promise, __func__);
	if (promise->state != ARK_REJECTED)
		ark_abort("%s: the promise is not rejected", __func__);
	return take_apart(promise->settled, message, size);
}
