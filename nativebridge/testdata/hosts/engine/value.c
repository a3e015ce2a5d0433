/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values, scopes and references. What is freed keeps its memory until the program
 * ends, so that whoever uses it again is found out.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

ark_counts ark_held;

void ark_abort(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fflush(stdout);
	fputs("engine: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	abort();
}

void *ark_memory(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		ark_abort("no memory");
	return memory;
}

void ark_held_add(int64_t *counter, int64_t n) { __atomic_add_fetch(counter, n, __ATOMIC_SEQ_CST); }

ark_counts ark_count(void) { return ark_held; }

void ark_enter(napi_env env, const char *function)
{
	if (!env || env->life != ARK_LIVE)
		ark_abort("%s: the environment is gone", function);
	if (!pthread_equal(env->thread, pthread_self()))
		ark_abort("%s: called from another thread", function);
}

void ark_check(napi_env env, napi_value value, const char *function)
{
	if (!value || value->life != ARK_LIVE || value->env != env)
		ark_abort("%s: a value that is gone, or of another environment", function);
}

napi_value ark_hold(napi_value value)
{
	value->references++;
	return value;
}

napi_value ark_handle(napi_env env, napi_value value)
{
	napi_handle_scope scope = env->scope;

	if (!scope)
		ark_abort("a value without a scope");
	if (scope->count == scope->room) {
		scope->room = scope->room ? 2 * scope->room : 16;
		scope->values = realloc(scope->values, scope->room * sizeof *scope->values);
		if (!scope->values)
			ark_abort("no memory");
	}
	scope->values[scope->count++] = ark_hold(value);
	return value;
}

napi_value ark_new(napi_env env, napi_valuetype type)
{
	napi_value value = ark_memory(sizeof *value);

	value->life = ARK_LIVE;
	value->env = env;
	value->type = type;
	value->next = env->values;
	if (env->values)
		env->values->previous = value;
	env->values = value;
	ark_held_add(&ark_held.values, 1);
	return ark_handle(env, value);
}

napi_value ark_text(napi_env env, const char *text, size_t length)
{
	napi_value value = ark_new(env, napi_string);

	value->length = length == NAPI_AUTO_LENGTH ? strlen(text) : length;
	value->text = ark_memory(value->length + 1);
	memcpy(value->text, text, value->length);
	return value;
}

/* The engine's own end of a value; what it holds goes with it. */
static void bury(napi_value value)
{
	napi_env env = value->env;
	size_t i;

	value->life = ARK_DEAD;
	if (value->previous)
		value->previous->next = value->next;
	else
		env->values = value->next;
	if (value->next)
		value->next->previous = value->previous;
	if (value->type == napi_external) {
		ark_held_add(&ark_held.externals, -1);
		if (value->finalize)
			value->finalize(env, value->data, value->hint);
	}
	for (i = 0; i < value->count; i++) {
		ark_drop(value->properties[i].value);
		free(value->properties[i].name);
	}
	if (value->settled)
		ark_drop(value->settled);
	if (value->reaction)
		ark_drop(value->reaction);
	free(value->properties);
	free(value->text);
	ark_held_add(&ark_held.values, -1);
}

void ark_drop(napi_value value)
{
	if (value->life != ARK_LIVE)
		return;
	if (--value->references == 0)
		bury(value);
}

void ark_free_all(napi_env env)
{
	while (env->references)
		napi_delete_reference(env, env->references);
	while (env->values)
		bury(env->values);
}

void ark_set(napi_value object, const char *name, napi_value value)
{
	size_t i;

	ark_hold(value);
	for (i = 0; i < object->count; i++) {
		if (strcmp(object->properties[i].name, name) == 0) {
			ark_drop(object->properties[i].value);
			object->properties[i].value = value;
			return;
		}
	}
	object->properties = realloc(object->properties, (object->count + 1) * sizeof *object->properties);
	if (!object->properties)
		ark_abort("no memory");
	object->properties[object->count].name = strdup(name);
	object->properties[object->count++].value = value;
}

napi_value ark_get(napi_value object, const char *name)
{
	size_t i;

	for (i = 0; i < object->count; i++)
		if (strcmp(object->properties[i].name, name) == 0)
			return object->properties[i].value;
	return NULL;
}

napi_status napi_open_handle_scope(napi_env env, napi_handle_scope *result)
{
	ENTER(env);
	*result = ark_memory(sizeof **result);
	(*result)->life = ARK_LIVE;
	(*result)->outer = env->scope;
	env->scope = *result;
	ark_held_add(&ark_held.scopes, 1);
	return napi_ok;
}

napi_status napi_close_handle_scope(napi_env env, napi_handle_scope scope)
{
	size_t i;

	ENTER(env);
	if (scope != env->scope || scope->life != ARK_LIVE)
		ark_abort("%s: not the innermost scope", __func__);
	env->scope = scope->outer;
	for (i = 0; i < scope->count; i++)
		ark_drop(scope->values[i]);
	free(scope->values);
	scope->life = ARK_DEAD;
	ark_held_add(&ark_held.scopes, -1);
	return napi_ok;
}

napi_status napi_create_reference(napi_env env, napi_value value, uint32_t count, napi_ref *result)
{
	napi_ref ref = ark_memory(sizeof *ref);

	ENTER(env);
	ark_check(env, value, __func__);
	if (count == 0)
		ark_abort("%s: a weak reference, which this engine has not", __func__);
	ref->life = ARK_LIVE;
	ref->env = env;
	ref->value = ark_hold(value);
	ref->count = count;
	ref->next = env->references;
	if (env->references)
		env->references->previous = ref;
	env->references = ref;
	ark_held_add(&ark_held.references, 1);
	*result = ref;
	return napi_ok;
}

static void check_reference(napi_env env, napi_ref ref, const char *function)
{
	if (!ref || ref->life != ARK_LIVE || ref->env != env)
		ark_abort("%s: a reference that is gone", function);
}

napi_status napi_delete_reference(napi_env env, napi_ref ref)
{
	ENTER(env);
	check_reference(env, ref, __func__);
	ref->life = ARK_DEAD;
	if (ref->previous)
		ref->previous->next = ref->next;
	else
		env->references = ref->next;
	if (ref->next)
		ref->next->previous = ref->previous;
	ark_held_add(&ark_held.references, -1);
	ark_drop(ref->value);
	return napi_ok;
}

napi_status napi_get_reference_value(napi_env env, napi_ref ref, napi_value *result)
{
	ENTER(env);
	check_reference(env, ref, __func__);
	*result = ark_handle(env, ref->value);
	return napi_ok;
}
