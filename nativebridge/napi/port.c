/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "_cgo_export.h"

static int64_t held;

void ppnapi_count(int64_t n) { __atomic_add_fetch(&held, n, __ATOMIC_SEQ_CST); }

int64_t ppnapi_held(void) { return __atomic_load_n(&held, __ATOMIC_SEQ_CST); }

/* A message to the JavaScript thread. Its values' texts lie behind it. */
typedef struct {
	napi_deferred deferred;
	ppnapi_callback *callback;
	bool release;
	size_t count;
	ppnapi_value values[];
} message;

static message *message_new(const ppnapi_value *values, size_t count, const char *texts)
{
	size_t head = sizeof(message) + count * sizeof *values, total = 0, i;
	message *m;
	char *at;

	for (i = 0; i < count; i++)
		total += values[i].length;
	m = calloc(1, head + total);
	if (!m)
		return NULL;
	ppnapi_count(1);
	m->count = count;
	at = (char *)m + head;
	if (total)
		memcpy(at, texts, total);
	for (i = 0; i < count; i++) {
		m->values[i] = values[i];
		m->values[i].flags = 0;
		m->values[i].text = at;
		at += values[i].length;
	}
	return m;
}

/* Drops what a message carries besides its texts, if nobody got it. */
static void message_free(message *m, bool delivered)
{
	size_t i;

	for (i = 0; !delivered && i < m->count; i++)
		if (m->values[i].kind == PPNAPI_EXTERNAL)
			ppnapiDrop(m->values[i].handle);
	free(m);
	ppnapi_count(-1);
}

/* Takes the lock with it. */
static void unref_locked(ppnapi_port *port)
{
	bool last = --port->references == 0;
	uint32_t i;

	pthread_mutex_unlock(&port->lock);
	if (!last)
		return;
	for (i = 0; i < port->count; i++) {
		free(port->functions[i].f.name);
		free(port->functions[i].f.usage);
	}
	free(port->functions);
	pthread_mutex_destroy(&port->lock);
	free(port);
	ppnapi_count(-1);
}

void ppnapi_port_drop(ppnapi_port *port)
{
	pthread_mutex_lock(&port->lock);
	unref_locked(port);
}

/* The lock is held. Frees the callback when nobody has it any more. */
static void callback_unref_locked(ppnapi_callback *callback)
{
	ppnapi_port *port = callback->port;

	if (--callback->references > 0) {
		pthread_mutex_unlock(&port->lock);
		return;
	}
	free(callback);
	ppnapi_count(-1);
	unref_locked(port);
}

/*
 * Runs while the environment ends, before Node frees the thread-safe function:
 * hooks run last in, first out, and this one was added behind it. From here on
 * other threads find the port closed.
 */
static void on_end(void *arg)
{
	ppnapi_port *port = arg;

	pthread_mutex_lock(&port->lock);
	port->closed = true;
	pthread_mutex_unlock(&port->lock);
#ifdef __OHOS__
	/* libace_napi adds no hook of its own for a thread-safe function (claim
	 * native.napi-teardown), so nobody else would free it. */
	NAPI(napi_release_threadsafe_function)(port->function, napi_tsfn_abort);
#endif
	ppnapiClose(port->instance);
}

/* Runs when the thread-safe function is freed. */
static void on_freed(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	ppnapi_port_drop(data);
}

static void release_on_thread(ppnapi_port *port, ppnapi_callback *callback)
{
	NAPI(napi_delete_reference)(port->env, callback->function);
	pthread_mutex_lock(&port->lock);
	callback_unref_locked(callback);
}

static void call_on_thread(ppnapi_port *port, message *m)
{
	napi_env env = port->env;
	ppnapi_callback *callback = m->callback;
	napi_value function = NULL, self, arguments[PPNAPI_MAX_ARGS], result, exception;
	size_t i;

	bool made = NAPI(napi_get_reference_value)(env, callback->function, &function) == napi_ok && function &&
		    NAPI(napi_get_undefined)(env, &self) == napi_ok;
	for (i = 0; made && i < m->count; i++)
		made = ppnapi_to_js(env, &m->values[i], &arguments[i]);
	if (!made || NAPI(napi_call_function)(env, self, function, m->count, arguments, &result) != napi_ok) {
		/* Left pending it would end the process, for a fault of the callback's
		 * author that Go can report. */
		char text[256] = "the call could not be made";
		size_t length = strlen(text);
		napi_value string;

		if (NAPI(napi_get_and_clear_last_exception)(env, &exception) == napi_ok &&
		    NAPI(napi_coerce_to_string)(env, exception, &string) == napi_ok)
			NAPI(napi_get_value_string_utf8)(env, string, text, sizeof text, &length);
		ppnapiThrew(port->instance, text, length);
	}
	pthread_mutex_lock(&port->lock);
	callback->waiting--;
	callback_unref_locked(callback);
}

/* The thread-safe function's own callback. env is NULL while it is freed. */
static void on_message(napi_env env, napi_value unused, void *context, void *data)
{
	ppnapi_port *port = context;
	message *m = data;
	napi_handle_scope scope;

	(void)unused;
	if (!env) {
		if (m->callback) {
			pthread_mutex_lock(&m->callback->port->lock);
			callback_unref_locked(m->callback);
		}
		message_free(m, false);
		return;
	}
	if (NAPI(napi_open_handle_scope)(env, &scope) != napi_ok)
		scope = NULL;
	if (m->release) {
		release_on_thread(port, m->callback);
	} else if (m->callback) {
		call_on_thread(port, m);
	} else {
		ppnapi_settle_now(env, m->deferred, &m->values[0]);
		ppnapi_port_settled(port);
	}
	if (scope)
		NAPI(napi_close_handle_scope)(env, scope);
	message_free(m, true);
}

ppnapi_port *ppnapi_port_open(napi_env env)
{
	ppnapi_port *port = calloc(1, sizeof *port);
	napi_value name;

	if (!port)
		return NULL;
	pthread_mutex_init(&port->lock, NULL);
	port->env = env;
	port->references = 1;
	ppnapi_count(1);
	if (NAPI(napi_create_string_utf8)(env, "pushproof", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    NAPI(napi_create_threadsafe_function)(env, NULL, NULL, name, 0, 1, port, on_freed, port, on_message,
						  &port->function) != napi_ok) {
		ppnapi_port_drop(port);
		return NULL;
	}
	/* A library that only listens shall not keep a program alive. */
	NAPI(napi_unref_threadsafe_function)(env, port->function);
	NAPI(napi_add_env_cleanup_hook)(env, on_end, port);
	return port;
}

/* The environment could not be opened: what open has made goes again. */
void ppnapi_port_abandon(ppnapi_port *port)
{
	NAPI(napi_remove_env_cleanup_hook)(port->env, on_end, port);
	pthread_mutex_lock(&port->lock);
	port->closed = true;
	pthread_mutex_unlock(&port->lock);
	NAPI(napi_release_threadsafe_function)(port->function, napi_tsfn_release);
}

void ppnapi_port_hold(ppnapi_port *port)
{
	if (port->pending++ == 0)
		NAPI(napi_ref_threadsafe_function)(port->env, port->function);
	pthread_mutex_lock(&port->lock);
	port->references++;
	pthread_mutex_unlock(&port->lock);
}

void ppnapi_port_settled(ppnapi_port *port)
{
	if (--port->pending == 0)
		NAPI(napi_unref_threadsafe_function)(port->env, port->function);
}

/* The lock is held. Hands a message over, or frees it. */
static bool post_locked(ppnapi_port *port, message *m)
{
	if (!port->closed && NAPI(napi_call_threadsafe_function)(port->function, m, napi_tsfn_nonblocking) == napi_ok)
		return true;
	return false;
}

void ppnapi_settle(ppnapi_port *port, uintptr_t deferred, const ppnapi_value *value, const char *text)
{
	message *m = message_new(value, 1, text);
	bool posted = false;

	if (m)
		m->deferred = (napi_deferred)deferred;
	pthread_mutex_lock(&port->lock);
	if (m)
		posted = post_locked(port, m);
	unref_locked(port);
	if (m && !posted)
		message_free(m, false);
}

ppnapi_callback *ppnapi_callback_new(ppnapi_port *port, napi_value function, int64_t limit)
{
	ppnapi_callback *callback = calloc(1, sizeof *callback);

	if (!callback)
		return NULL;
	if (NAPI(napi_create_reference)(port->env, function, 1, &callback->function) != napi_ok) {
		free(callback);
		return NULL;
	}
	callback->port = port;
	callback->limit = limit;
	callback->references = 1;
	pthread_mutex_lock(&port->lock);
	port->references++;
	pthread_mutex_unlock(&port->lock);
	ppnapi_count(1);
	return callback;
}

int ppnapi_call(ppnapi_callback *callback, const ppnapi_value *values, size_t count, const char *texts)
{
	ppnapi_port *port = callback->port;
	message *m = message_new(values, count, texts);
	int said = PPNAPI_CALLED;

	if (!m)
		return PPNAPI_NO_MEMORY;
	m->callback = callback;
	pthread_mutex_lock(&port->lock);
	if (port->closed) {
		said = PPNAPI_CLOSED;
	} else if (callback->waiting >= callback->limit) {
		said = PPNAPI_FULL;
	} else if (post_locked(port, m)) {
		callback->waiting++;
		callback->references++;
	} else {
		said = PPNAPI_CLOSED;
	}
	pthread_mutex_unlock(&port->lock);
	if (said != PPNAPI_CALLED)
		message_free(m, false);
	return said;
}

void ppnapi_release(ppnapi_callback *callback)
{
	ppnapi_port *port = callback->port;
	message *m = message_new(NULL, 0, NULL);

	if (m) {
		m->callback = callback;
		m->release = true;
	}
	pthread_mutex_lock(&port->lock);
	/* The reference to the function can be given back on its own thread only.
	 * At the end of an environment the engine frees it. */
	if (m && post_locked(port, m)) {
		pthread_mutex_unlock(&port->lock);
		return;
	}
	callback_unref_locked(callback);
	if (m)
		message_free(m, false);
}
