/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * JSON.parse and JSON.stringify, by which the module takes and gives objects.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

typedef struct {
	napi_env env;
	const char *at, *end;
	bool wrong;
} parser;

static napi_value parse_value(parser *p);

static napi_value wrong(parser *p)
{
	p->wrong = true;
	return ark_new(p->env, napi_undefined);
}

static void skip(parser *p)
{
	while (p->at < p->end && isspace((unsigned char)*p->at))
		p->at++;
}

static bool next_is(parser *p, char c)
{
	skip(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* Appends a character of the basic plane. */
static char *put_utf8(char *to, unsigned c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

static napi_value parse_string(parser *p)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	char *text = ark_memory((size_t)(p->end - p->at) + 1), *to = text;
	napi_value value;

	while (p->at < p->end && *p->at != '"') {
		const char *name;
		unsigned c;

		if (*p->at != '\\') {
			*to++ = *p->at++;
			continue;
		}
		p->at++;
		if (p->at == p->end)
			break;
		if (*p->at == 'u' && p->end - p->at > 4 && sscanf(p->at + 1, "%4x", &c) == 1) {
			to = put_utf8(to, c);
			p->at += 5;
		} else if ((name = strchr(names, *p->at))) {
			*to++ = values[name - names];
			p->at++;
		} else {
			break;
		}
	}
	value = next_is(p, '"') ? ark_text(p->env, text, (size_t)(to - text)) : wrong(p);
	free(text);
	return value;
}

static napi_value parse_members(parser *p, char close)
{
	napi_value object = ark_new(p->env, napi_object);
	char index[24];
	size_t i;

	object->class = close == ']' ? ARK_ARRAY : ARK_PLAIN;
	if (next_is(p, close))
		return object;
	for (i = 0; !p->wrong; i++) {
		const char *name = index;

		snprintf(index, sizeof index, "%zu", i);
		if (close == '}') {
			napi_value key = next_is(p, '"') ? parse_string(p) : wrong(p);

			if (p->wrong || !next_is(p, ':'))
				return wrong(p);
			name = key->text;
		}
		ark_set(object, name, parse_value(p));
		if (next_is(p, close))
			return object;
		if (!next_is(p, ','))
			break;
	}
	return wrong(p);
}

static bool word(parser *p, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(p->end - p->at) < length || strncmp(p->at, text, length) != 0)
		return false;
	p->at += length;
	return true;
}

static napi_value parse_value(parser *p)
{
	napi_value value;
	char *end;
	double number;

	if (next_is(p, '{'))
		return parse_members(p, '}');
	if (next_is(p, '['))
		return parse_members(p, ']');
	if (next_is(p, '"'))
		return parse_string(p);
	if (word(p, "null"))
		return ark_new(p->env, napi_null);
	if (word(p, "true") || word(p, "false")) {
		napi_get_boolean(p->env, p->at[-2] == 'u', &value);
		return value;
	}
	if (p->at == p->end)
		return wrong(p);
	number = strtod(p->at, &end);
	if (end == p->at || end > p->end)
		return wrong(p);
	p->at = end;
	napi_create_double(p->env, number, &value);
	return value;
}

static napi_value parse(napi_env env, const char *text, size_t length)
{
	parser p = {env, text, text + length, false};
	napi_value value = parse_value(&p);

	skip(&p);
	return p.wrong || p.at != p.end ? NULL : value;
}

napi_value ark_json(napi_env env, const char *text)
{
	napi_value value;

	ENTER(env);
	value = parse(env, text, strlen(text));
	if (!value)
		ark_abort("%s: no JSON: %s", __func__, text);
	return value;
}

static void write_string(FILE *out, const char *text, size_t length)
{
	size_t i;

	fputc('"', out);
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* Writes a value; false for what has no JSON. */
static bool write_value(FILE *out, napi_value v)
{
	bool array = v->class == ARK_ARRAY, some = false;
	size_t i;

	switch (v->type) {
	case napi_null:
		fputs("null", out);
		return true;
	case napi_boolean:
		fputs(v->number != 0 ? "true" : "false", out);
		return true;
	case napi_number:
		if (isfinite(v->number))
			fprintf(out, "%.17g", v->number);
		else
			fputs("null", out);
		return true;
	case napi_string:
		write_string(out, v->text, v->length);
		return true;
	case napi_object:
		break;
	default:
		return false;
	}
	fputc(array ? '[' : '{', out);
	for (i = 0; i < v->count; i++) {
		napi_value member = v->properties[i].value;

		if (!array && (member->type == napi_undefined || member->type == napi_function))
			continue;
		if (some)
			fputc(',', out);
		some = true;
		if (!array) {
			write_string(out, v->properties[i].name, strlen(v->properties[i].name));
			fputc(':', out);
		}
		if (!write_value(out, member))
			fputs("null", out);
	}
	fputc(array ? ']' : '}', out);
	return true;
}

static napi_value js_parse(napi_env env, napi_callback_info info)
{
	napi_value value = info->argc > 0 && info->argv[0]->type == napi_string
				   ? parse(env, info->argv[0]->text, info->argv[0]->length)
				   : NULL;
	napi_value error;

	if (value)
		return value;
	napi_create_error(env, NULL, ark_text(env, "SyntaxError: no JSON", NAPI_AUTO_LENGTH), &error);
	napi_throw(env, error);
	return NULL;
}

static napi_value js_stringify(napi_env env, napi_callback_info info)
{
	napi_value value = NULL;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		ark_abort("no memory");
	if (info->argc > 0 && write_value(out, info->argv[0])) {
		fflush(out);
		value = ark_text(env, text, length);
	}
	fclose(out);
	free(text);
	return value;
}

void ark_add_json(napi_env env)
{
	napi_value json = ark_new(env, napi_object);

	ark_set(json, "parse", ark_function(env, js_parse, NULL));
	ark_set(json, "stringify", ark_function(env, js_stringify, NULL));
	ark_set(env->global, "JSON", json);
}
