/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "_cgo_export.h"

/* Bytes for the texts of one call's arguments; longer ones are malloc'ed. */
#define ARENA 8192

/* How many calls of one callback may wait. */
#define CALLBACK_LIMIT 1024

typedef struct {
	char *at, *end;
	char space[ARENA];
} arena;

/* 401 is HarmonyOS's code for a wrong parameter. */
static void refuse(napi_env env, const ppnapi_bound *bound, size_t argument, const char *what)
{
	char text[512];
	int n = snprintf(text, sizeof text, "%s: argument %zu %s", bound->f.usage, argument + 1, what);

	if (n > (int)sizeof text - 1)
		n = sizeof text - 1;
	NAPI(napi_throw)(env, ppnapi_error(env, 401, text, (size_t)n));
}

/*
 * Copies a string: into the arena if there is room, so that most calls need no
 * memory of their own. An engine says how many bytes it has written, so text
 * that fills all the room may have been cut.
 */
static bool take_string(napi_env env, napi_value v, arena *a, ppnapi_value *out)
{
	size_t room = (size_t)(a->end - a->at), n = 0;
	char *text;

	if (room > 8) {
		if (NAPI(napi_get_value_string_utf8)(env, v, a->at, room, &n) != napi_ok)
			return false;
		if (n < room - 4) {
			out->text = a->at;
			out->length = n;
			a->at += n + 1;
			return true;
		}
	}
	if (NAPI(napi_get_value_string_utf8)(env, v, NULL, 0, &n) != napi_ok)
		return false;
	text = malloc(n + 1);
	if (!text || NAPI(napi_get_value_string_utf8)(env, v, text, n + 1, &n) != napi_ok) {
		free(text);
		return false;
	}
	out->text = text;
	out->length = n;
	out->flags = PPNAPI_OWNED;
	return true;
}

/* Calls JSON.stringify. What has no JSON, such as a function, is refused. */
static bool take_json(napi_env env, napi_value v, arena *a, ppnapi_value *out)
{
	napi_value global, json, method, text;
	napi_valuetype type;

	return NAPI(napi_get_global)(env, &global) == napi_ok &&
	       NAPI(napi_get_named_property)(env, global, "JSON", &json) == napi_ok &&
	       NAPI(napi_get_named_property)(env, json, "stringify", &method) == napi_ok &&
	       NAPI(napi_call_function)(env, json, method, 1, &v, &text) == napi_ok &&
	       NAPI(napi_typeof)(env, text, &type) == napi_ok && type == napi_string &&
	       take_string(env, text, a, out);
}

/* Reads one argument. Returns NULL, or what is wrong with it. */
static const char *take(napi_env env, ppnapi_port *port, int32_t kind, napi_value v, arena *a, ppnapi_value *out)
{
	napi_valuetype type;
	bool flag;
	void *data;

	out->kind = kind;
	switch (kind) {
	case PPNAPI_STRING:
		return take_string(env, v, a, out) ? NULL : "is no string";
	case PPNAPI_NUMBER:
		return NAPI(napi_get_value_double)(env, v, &out->number) == napi_ok ? NULL : "is no number";
	case PPNAPI_BOOL:
		if (NAPI(napi_get_value_bool)(env, v, &flag) != napi_ok)
			return "is no boolean";
		out->number = flag;
		return NULL;
	case PPNAPI_JSON:
		return take_json(env, v, a, out) ? NULL : "is no plain object";
	case PPNAPI_BYTES:
		if (NAPI(napi_is_arraybuffer)(env, v, &flag) != napi_ok || !flag ||
		    NAPI(napi_get_arraybuffer_info)(env, v, &data, &out->length) != napi_ok)
			return "is no ArrayBuffer";
		out->text = data;
		return NULL;
	case PPNAPI_EXTERNAL:
		if (NAPI(napi_typeof)(env, v, &type) != napi_ok || type != napi_external ||
		    NAPI(napi_get_value_external)(env, v, &data) != napi_ok)
			return "is not what this module has made";
		out->handle = (uintptr_t)data;
		return NULL;
	case PPNAPI_CALLBACK:
		if (NAPI(napi_typeof)(env, v, &type) != napi_ok || type != napi_function)
			return "is no function";
		out->callback = ppnapi_callback_new(port, v, CALLBACK_LIMIT);
		return out->callback ? NULL : "could not be kept: no memory";
	}
	return "has a kind that this module does not know";
}

/* Frees what Go did not take: callbacks only when Go was never entered. */
static void free_arguments(ppnapi_value *values, size_t count, bool entered)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (values[i].flags & PPNAPI_OWNED)
			free((char *)values[i].text);
		if (values[i].callback && !entered)
			ppnapi_release(values[i].callback);
	}
}

static bool take_all(napi_env env, const ppnapi_bound *bound, size_t argc, napi_value *argv, arena *a,
		     ppnapi_value *values)
{
	size_t i;

	for (i = 0; i < (size_t)bound->f.parameters; i++) {
		napi_valuetype type = napi_undefined;
		const char *wrong;

		memset(&values[i], 0, sizeof values[i]);
		/* Most are what they shall be: looking at the type first would cost
		 * every call what only a missing argument needs. */
		if (i >= argc || (bound->f.flags[i] & PPNAPI_OPTIONAL)) {
			if (i < argc)
				NAPI(napi_typeof)(env, argv[i], &type);
			if (type == napi_undefined || type == napi_null) {
				if (bound->f.flags[i] & PPNAPI_OPTIONAL)
					continue;
				refuse(env, bound, i, "is missing");
				free_arguments(values, i, false);
				return false;
			}
		}
		wrong = take(env, bound->port, bound->f.kinds[i], argv[i], a, &values[i]);
		if (wrong) {
			napi_value exception;

			/* What a getter or toJSON threw says less than this does. */
			NAPI(napi_get_and_clear_last_exception)(env, &exception);
			refuse(env, bound, i, wrong);
			free_arguments(values, i, false);
			return false;
		}
	}
	/* A toJSON may have detached a buffer that was read before. */
	for (i = 0; i < (size_t)bound->f.parameters; i++) {
		void *data = NULL;

		if (values[i].kind != PPNAPI_BYTES)
			continue;
		if (NAPI(napi_get_arraybuffer_info)(env, argv[i], &data, &values[i].length) != napi_ok)
			values[i].length = 0;
		values[i].text = data;
	}
	return true;
}

/* Every function of the module. */
static napi_value invoke(napi_env env, napi_callback_info info)
{
	size_t argc = PPNAPI_MAX_ARGS;
	napi_value argv[PPNAPI_MAX_ARGS], result = NULL;
	napi_deferred deferred = NULL;
	ppnapi_value values[PPNAPI_MAX_ARGS];
	ppnapi_result answer;
	ppnapi_bound *bound;
	void *data;
	arena a;

	if (NAPI(napi_get_cb_info)(env, info, &argc, argv, NULL, &data) != napi_ok)
		return NULL;
	bound = data;
	a.at = a.space;
	a.end = a.space + sizeof a.space;
	if (!take_all(env, bound, argc, argv, &a, values))
		return NULL;
	if (bound->f.promise) {
		if (NAPI(napi_create_promise)(env, &deferred, &result) != napi_ok) {
			free_arguments(values, (size_t)bound->f.parameters, false);
			return NULL;
		}
		ppnapi_port_hold(bound->port);
	}
	answer.value.kind = PPNAPI_UNDEFINED;
	answer.value.flags = 0;
	ppnapiInvoke(bound->port->instance, bound->index, values, (size_t)bound->f.parameters, bound->port,
		     (uintptr_t)deferred, &answer);
	free_arguments(values, (size_t)bound->f.parameters, true);
	if (bound->f.promise) {
		if (answer.value.kind == PPNAPI_PENDING)
			return result;
		ppnapi_settle_now(env, deferred, &answer.value);
		ppnapi_port_settled(bound->port);
		ppnapi_port_drop(bound->port);
	} else if (answer.value.kind == PPNAPI_ERROR) {
		NAPI(napi_throw)(env, ppnapi_error(env, answer.value.number, answer.value.text, answer.value.length));
	} else if (answer.value.kind != PPNAPI_UNDEFINED && !ppnapi_to_js(env, &answer.value, &result)) {
		result = NULL;
	}
	if (answer.value.flags & PPNAPI_OWNED)
		free((char *)answer.value.text);
	return result;
}

static napi_value fail(napi_env env, const char *what)
{
	NAPI(napi_throw)(env, ppnapi_error(env, 0, what, strlen(what)));
	return NULL;
}

napi_value ppnapi_open(napi_env env, napi_value exports)
{
	const char *missing = ppnapi_resolve();
	char *refusal = NULL;
	ppnapi_port *port;
	uint32_t count, i;

	if (missing) {
		/* Without Node-API there is no way to throw. */
		fprintf(stderr, "pushproof: this engine has no %s\n", missing);
		return NULL;
	}
	port = ppnapi_port_open(env);
	if (!port)
		return fail(env, "the native module found no memory");
	port->instance = ppnapiOpen(port, &refusal);
	if (!port->instance) {
		ppnapi_port_abandon(port);
		fail(env, refusal ? refusal : "the native module could not be opened");
		free(refusal);
		return NULL;
	}
	count = ppnapiCount();
	port->functions = calloc(count, sizeof *port->functions);
	if (!port->functions)
		return fail(env, "the native module found no memory");
	port->count = count;
	for (i = 0; i < count; i++) {
		napi_property_descriptor property = {0};
		ppnapi_bound *bound = &port->functions[i];

		bound->port = port;
		bound->index = i;
		ppnapiDescribe(i, &bound->f);
		property.utf8name = bound->f.name;
		property.method = invoke;
		property.attributes = napi_enumerable;
		property.data = bound;
		if (NAPI(napi_define_properties)(env, exports, 1, &property) != napi_ok)
			return fail(env, "the native module's functions could not be defined");
	}
	return exports;
}
