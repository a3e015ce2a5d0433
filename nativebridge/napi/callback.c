/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "_cgo_export.h"

void ppnapi_callback_unref_locked(ppnapi_callback *callback)
{
	ppnapi_port *port = callback->port;

	if (--callback->references > 0) {
		pthread_mutex_unlock(&port->lock);
		return;
	}
	pthread_mutex_unlock(&port->lock);
	free(callback);
	ppnapi_count(-1);
	ppnapi_port_drop(port);
}

/* Gives the reference to the function back, on the JavaScript thread. */
static void forget(ppnapi_callback *callback)
{
	ppnapi_port *port = callback->port;

	*callback->before = callback->next;
	if (callback->next)
		callback->next->before = callback->before;
	NAPI(napi_delete_reference)(port->env, callback->function);
}

void ppnapi_callbacks_end(ppnapi_port *port)
{
	while (port->callbacks)
		forget(port->callbacks);
}

void ppnapi_release_now(ppnapi_port *port, ppnapi_callback *callback)
{
	forget(callback);
	pthread_mutex_lock(&port->lock);
	ppnapi_callback_unref_locked(callback);
}

void ppnapi_call_now(ppnapi_port *port, ppnapi_message *m)
{
	napi_env env = port->env;
	ppnapi_callback *callback = m->callback;
	napi_value function = NULL, self, arguments[PPNAPI_MAX_ARGS], result, exception;
	size_t i = 0;

	bool made = NAPI(napi_get_reference_value)(env, callback->function, &function) == napi_ok && function &&
		    NAPI(napi_get_undefined)(env, &self) == napi_ok;
	for (; made && i < m->count; i++)
		made = ppnapi_to_js(env, &m->values[i], &arguments[i]);
	if (!made)
		for (; i < m->count; i++)
			if (m->values[i].kind == PPNAPI_EXTERNAL)
				ppnapiDrop(m->values[i].handle);
	if (!made || NAPI(napi_call_function)(env, self, function, m->count, arguments, &result) != napi_ok) {
		/* Left pending it would end the process, for a fault of the callback's
		 * author that Go can report. */
		char text[256] = "the call could not be made";
		size_t length = strlen(text);
		napi_value string;

		if (NAPI(napi_get_and_clear_last_exception)(env, &exception) == napi_ok &&
		    NAPI(napi_coerce_to_string)(env, exception, &string) == napi_ok)
			NAPI(napi_get_value_string_utf8)(env, string, text, sizeof text, &length);
		/* To make text of what was thrown runs code, which may throw as well. */
		NAPI(napi_get_and_clear_last_exception)(env, &exception);
		ppnapiThrew(port->instance, text, length);
	}
	pthread_mutex_lock(&port->lock);
	callback->waiting--;
	ppnapi_callback_unref_locked(callback);
}

ppnapi_callback *ppnapi_callback_new(ppnapi_port *port, napi_value function, int64_t limit)
{
	ppnapi_callback *callback = calloc(1, sizeof *callback);

	if (!callback)
		return NULL;
	/* So that letting it go needs no memory. */
	callback->release = ppnapi_message_new(NULL, 0, NULL);
	if (!callback->release)
		goto fail;
	if (NAPI(napi_create_reference)(port->env, function, 1, &callback->function) != napi_ok)
		goto fail_reference;
	callback->release->callback = callback;
	callback->release->release = true;
	callback->before = &port->callbacks;
	callback->next = port->callbacks;
	if (callback->next)
		callback->next->before = &callback->next;
	port->callbacks = callback;
	callback->port = port;
	callback->limit = limit;
	callback->references = 1;
	ppnapi_port_share(port);
	ppnapi_count(1);
	return callback;

fail_reference:
	ppnapi_message_free(callback->release, false);
fail:
	free(callback);
	return NULL;
}

int ppnapi_call(ppnapi_callback *callback, const ppnapi_value *values, size_t count, const char *texts)
{
	ppnapi_port *port = callback->port;
	ppnapi_message *m = ppnapi_message_new(values, count, texts);
	bool waking = false;
	int said = PPNAPI_CALLED;

	if (!m)
		return PPNAPI_NO_MEMORY;
	m->callback = callback;
	pthread_mutex_lock(&port->lock);
	if (port->closed) {
		said = PPNAPI_CLOSED;
	} else if (callback->waiting >= callback->limit) {
		said = PPNAPI_FULL;
	} else {
		callback->waiting++;
		callback->references++;
		waking = ppnapi_put_locked(port, m);
	}
	pthread_mutex_unlock(&port->lock);
	/* The caller holds the callback, and that the port. */
	if (waking)
		ppnapi_wake(port);
	if (said != PPNAPI_CALLED)
		ppnapi_message_free(m, false);
	return said;
}

void ppnapi_release(ppnapi_callback *callback)
{
	ppnapi_port *port = callback->port;
	ppnapi_message *m = callback->release;
	bool waking;

	pthread_mutex_lock(&port->lock);
	if (port->closed) {
		ppnapi_callback_unref_locked(callback);
		ppnapi_message_free(m, false);
		return;
	}
	waking = ppnapi_put_locked(port, m);
	ppnapi_port_share(port);
	pthread_mutex_unlock(&port->lock);
	if (waking)
		ppnapi_wake(port);
	ppnapi_port_drop(port);
}
