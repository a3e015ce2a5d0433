/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What goes into values, and out of them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"

napi_status napi_typeof(napi_env env, napi_value value, napi_valuetype *result)
{
	ENTER(env);
	ark_check(env, value, __func__);
	*result = value->type;
	return napi_ok;
}

napi_status napi_get_undefined(napi_env env, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_undefined);
	return napi_ok;
}

napi_status napi_get_null(napi_env env, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_null);
	return napi_ok;
}

napi_status napi_get_global(napi_env env, napi_value *result)
{
	ENTER(env);
	*result = ark_handle(env, env->global);
	return napi_ok;
}

napi_status napi_get_boolean(napi_env env, bool value, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_boolean);
	(*result)->number = value;
	return napi_ok;
}

napi_status napi_get_value_bool(napi_env env, napi_value value, bool *result)
{
	ENTER(env);
	ark_check(env, value, __func__);
	if (value->type != napi_boolean)
		return ARK_BOOLEAN_EXPECTED;
	*result = value->number != 0;
	return napi_ok;
}

napi_status napi_create_double(napi_env env, double value, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_number);
	(*result)->number = value;
	return napi_ok;
}

napi_status napi_get_value_double(napi_env env, napi_value value, double *result)
{
	ENTER(env);
	ark_check(env, value, __func__);
	if (value->type != napi_number)
		return ARK_NUMBER_EXPECTED;
	*result = value->number;
	return napi_ok;
}

napi_status napi_create_string_utf8(napi_env env, const char *text, size_t length, napi_value *result)
{
	ENTER(env);
	if (!text)
		return ARK_INVALID;
	*result = ark_text(env, text, length);
	return napi_ok;
}

/* As engines do it: with room for the zero, and no character cut in two. */
napi_status napi_get_value_string_utf8(napi_env env, napi_value value, char *buf, size_t size, size_t *result)
{
	size_t n;

	ENTER(env);
	ark_check(env, value, __func__);
	if (value->type != napi_string)
		return ARK_STRING_EXPECTED;
	n = value->length;
	if (buf && size) {
		if (n > size - 1) {
			n = size - 1;
			while (n > 0 && ((unsigned char)value->text[n] & 0xc0) == 0x80)
				n--;
		}
		memcpy(buf, value->text, n);
		buf[n] = 0;
	}
	if (result)
		*result = n;
	return napi_ok;
}

napi_status napi_coerce_to_string(napi_env env, napi_value value, napi_value *result)
{
	napi_value message;
	char text[64];

	ENTER_CODE(env);
	ark_check(env, value, __func__);
	switch (value->type) {
	case napi_string:
		*result = ark_handle(env, value);
		return napi_ok;
	case napi_number:
		snprintf(text, sizeof text, "%.17g", value->number);
		break;
	case napi_object:
		message = ark_get(value, "message");
		if (value->class == ARK_ERROR && message && message->type == napi_string) {
			*result = ark_handle(env, message);
			return napi_ok;
		}
		/* fall through */
	default:
		snprintf(text, sizeof text, "[a value of type %d]", value->type);
	}
	*result = ark_text(env, text, NAPI_AUTO_LENGTH);
	return napi_ok;
}

napi_status napi_create_arraybuffer(napi_env env, size_t length, void **data, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_object);
	(*result)->class = ARK_BUFFER;
	(*result)->text = ark_memory(length);
	(*result)->length = length;
	*data = (*result)->text;
	return napi_ok;
}

napi_status napi_is_arraybuffer(napi_env env, napi_value value, bool *result)
{
	ENTER(env);
	ark_check(env, value, __func__);
	*result = value->type == napi_object && value->class == ARK_BUFFER;
	return napi_ok;
}

napi_status napi_get_arraybuffer_info(napi_env env, napi_value value, void **data, size_t *length)
{
	bool is;

	napi_is_arraybuffer(env, value, &is);
	if (!is)
		return ARK_BUFFER_EXPECTED;
	*data = value->text;
	*length = value->length;
	return napi_ok;
}

napi_status napi_create_external(napi_env env, void *data, napi_finalize finalize, void *hint, napi_value *result)
{
	ENTER(env);
	*result = ark_new(env, napi_external);
	(*result)->data = data;
	(*result)->hint = hint;
	(*result)->finalize = finalize;
	ark_held_add(&ark_held.externals, 1);
	return napi_ok;
}

napi_status napi_get_value_external(napi_env env, napi_value value, void **result)
{
	ENTER(env);
	ark_check(env, value, __func__);
	if (value->type != napi_external)
		return ARK_INVALID;
	*result = value->data;
	return napi_ok;
}

napi_status napi_create_error(napi_env env, napi_value code, napi_value message, napi_value *result)
{
	ENTER(env);
	ark_check(env, message, __func__);
	if (message->type != napi_string)
		return ARK_STRING_EXPECTED;
	*result = ark_new(env, napi_object);
	(*result)->class = ARK_ERROR;
	ark_set(*result, "message", message);
	if (code) {
		ark_check(env, code, __func__);
		if (code->type != napi_string)
			return ARK_STRING_EXPECTED;
		ark_set(*result, "code", code);
	}
	return napi_ok;
}

napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value)
{
	ENTER_CODE(env);
	ark_check(env, object, __func__);
	ark_check(env, value, __func__);
	if (object->type != napi_object && object->type != napi_function)
		return ARK_OBJECT_EXPECTED;
	ark_set(object, name, value);
	return napi_ok;
}

napi_status napi_get_named_property(napi_env env, napi_value object, const char *name, napi_value *result)
{
	napi_value value;

	ENTER_CODE(env);
	ark_check(env, object, __func__);
	if (object->type != napi_object && object->type != napi_function)
		return ARK_OBJECT_EXPECTED;
	value = ark_get(object, name);
	*result = value ? ark_handle(env, value) : ark_new(env, napi_undefined);
	return napi_ok;
}

napi_status napi_define_properties(napi_env env, napi_value object, size_t count, const napi_property_descriptor *p)
{
	size_t i;

	ENTER_CODE(env);
	ark_check(env, object, __func__);
	for (i = 0; i < count; i++) {
		napi_value function;

		if (!p[i].utf8name || !p[i].method)
			ark_abort("%s: a property of a kind that this engine has not", __func__);
		function = ark_new(env, napi_function);
		function->call = p[i].method;
		function->data = p[i].data;
		ark_set(object, p[i].utf8name, function);
	}
	return napi_ok;
}
