/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "port.h"
#include "_cgo_export.h"

/* Calls JSON.parse, so that Go can answer with any plain object. */
static bool parse(napi_env env, const char *text, size_t length, napi_value *result)
{
	napi_value global, json, method, argument;

	return NAPI(napi_get_global)(env, &global) == napi_ok &&
	       NAPI(napi_get_named_property)(env, global, "JSON", &json) == napi_ok &&
	       NAPI(napi_get_named_property)(env, json, "parse", &method) == napi_ok &&
	       NAPI(napi_create_string_utf8)(env, text, length, &argument) == napi_ok &&
	       NAPI(napi_call_function)(env, json, method, 1, &argument, result) == napi_ok;
}

static void finalize_external(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	ppnapiDrop((uintptr_t)data);
}

/*
 * An error as ArkTS's BusinessError: code is a number, which napi_create_error
 * does not take.
 */
napi_value ppnapi_error(napi_env env, double code, const char *message, size_t length)
{
	napi_value text, number, error = NULL;

	if (NAPI(napi_create_string_utf8)(env, message, length, &text) == napi_ok &&
	    NAPI(napi_create_error)(env, NULL, text, &error) == napi_ok &&
	    NAPI(napi_create_double)(env, code, &number) == napi_ok)
		NAPI(napi_set_named_property)(env, error, "code", number);
	return error;
}

bool ppnapi_to_js(napi_env env, const ppnapi_value *v, napi_value *result)
{
	void *bytes;

	switch (v->kind) {
	case PPNAPI_NULL:
		return NAPI(napi_get_null)(env, result) == napi_ok;
	case PPNAPI_BOOL:
		return NAPI(napi_get_boolean)(env, v->number != 0, result) == napi_ok;
	case PPNAPI_NUMBER:
		return NAPI(napi_create_double)(env, v->number, result) == napi_ok;
	case PPNAPI_STRING:
		return NAPI(napi_create_string_utf8)(env, v->length ? v->text : "", v->length, result) == napi_ok;
	case PPNAPI_JSON:
		return parse(env, v->text, v->length, result);
	case PPNAPI_BYTES:
		if (NAPI(napi_create_arraybuffer)(env, v->length, &bytes, result) != napi_ok)
			return false;
		if (v->length)
			memcpy(bytes, v->text, v->length);
		return true;
	case PPNAPI_EXTERNAL:
		if (NAPI(napi_create_external)(env, (void *)v->handle, finalize_external, NULL, result) == napi_ok)
			return true;
		ppnapiDrop(v->handle);
		return false;
	case PPNAPI_ERROR:
		*result = ppnapi_error(env, v->number, v->length ? v->text : "", v->length);
		return *result != NULL;
	default:
		return NAPI(napi_get_undefined)(env, result) == napi_ok;
	}
}

void ppnapi_settle_now(napi_env env, napi_deferred deferred, const ppnapi_value *v)
{
	static const char unmade[] = "the result could not be made into a JavaScript value";
	bool resolve = v->kind != PPNAPI_ERROR;
	napi_value result = NULL, exception;

	if (!ppnapi_to_js(env, v, &result)) {
		NAPI(napi_get_and_clear_last_exception)(env, &exception);
		result = ppnapi_error(env, 0, unmade, sizeof unmade - 1);
		resolve = false;
	}
	if (resolve)
		NAPI(napi_resolve_deferred)(env, deferred, result);
	else
		NAPI(napi_reject_deferred)(env, deferred, result);
}
