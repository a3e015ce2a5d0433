/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>

#include "port.h"
#include "_cgo_export.h"

void ppnapi_port_drop(ppnapi_port *port)
{
	uint32_t i;

	if (__atomic_sub_fetch(&port->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (i = 0; i < port->count; i++) {
		free(port->functions[i].f.name);
		free(port->functions[i].f.usage);
	}
	free(port->functions);
	pthread_mutex_destroy(&port->lock);
	pthread_mutex_destroy(&port->gate);
	free(port);
	ppnapi_count(-1);
}

void ppnapi_port_share(ppnapi_port *port) { __atomic_add_fetch(&port->references, 1, __ATOMIC_RELAXED); }

/* From here on other threads find the port closed, and do not touch the function. */
static void shut(ppnapi_port *port)
{
	ppnapi_message *m, *next;

	pthread_mutex_lock(&port->gate);
	port->gone = true;
	pthread_mutex_unlock(&port->gate);
	pthread_mutex_lock(&port->lock);
	port->closed = true;
	m = port->first;
	port->first = port->last = NULL;
	pthread_mutex_unlock(&port->lock);
	for (; m; m = next) {
		next = m->next;
		ppnapi_message_drop(m);
	}
}

/*
 * Runs while the environment ends, before Node frees the thread-safe function:
 * hooks run last in, first out, and this one was added behind it.
 */
static void on_end(void *arg)
{
	ppnapi_port *port = arg;

	/* Before shut: from then on any thread may free a callback. */
	ppnapi_callbacks_end(port);
	shut(port);
	ppnapiClose(port->instance);
#ifdef __OHOS__
	/* libace_napi adds no hook of its own for a thread-safe function (claim
	 * native.napi-teardown), so nobody else would free it. */
	NAPI(napi_release_threadsafe_function)(port->function, napi_tsfn_abort);
#endif
}

/* Runs when the thread-safe function is freed. */
static void on_freed(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	ppnapi_port_drop(data);
}

static void deliver(ppnapi_port *port, ppnapi_message *m)
{
	napi_env env = port->env;
	napi_handle_scope scope;
	napi_value exception;

	if (NAPI(napi_open_handle_scope)(env, &scope) != napi_ok)
		scope = NULL;
	if (m->release) {
		ppnapi_release_now(port, m->callback);
	} else if (m->callback) {
		ppnapi_call_now(port, m);
	} else {
		ppnapi_settle_now(env, m->deferred, &m->values[0]);
		ppnapi_port_settled(port);
	}
	/* What one message leaves would fail all behind it. */
	NAPI(napi_get_and_clear_last_exception)(env, &exception);
	if (scope)
		NAPI(napi_close_handle_scope)(env, scope);
	ppnapi_message_free(m, true);
}

/*
 * The thread-safe function's own callback. While the function is freed env is
 * NULL, and the port may be gone already.
 */
static void on_wake(napi_env env, napi_value unused, void *context, void *data)
{
	ppnapi_port *port = context;
	ppnapi_message *m, *next;

	(void)unused;
	(void)data;
	if (!env)
		return;
	pthread_mutex_lock(&port->lock);
	m = port->first;
	port->first = port->last = NULL;
	port->woken = false;
	pthread_mutex_unlock(&port->lock);
	for (; m; m = next) {
		next = m->next;
		deliver(port, m);
	}
}

ppnapi_port *ppnapi_port_open(napi_env env)
{
	ppnapi_port *port = calloc(1, sizeof *port);
	napi_value name;

	if (!port)
		return NULL;
	pthread_mutex_init(&port->gate, NULL);
	pthread_mutex_init(&port->lock, NULL);
	port->thread = pthread_self();
	port->env = env;
	port->references = 1;
	ppnapi_count(1);
	if (NAPI(napi_create_string_utf8)(env, "pushproof", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    NAPI(napi_create_threadsafe_function)(env, NULL, NULL, name, 0, 1, port, on_freed, port, on_wake,
						  &port->function) != napi_ok) {
		ppnapi_port_drop(port);
		return NULL;
	}
	/* A library that only listens shall not keep a program alive. */
	NAPI(napi_unref_threadsafe_function)(env, port->function);
	/* Without the hook other threads would use what the end frees. */
	if (NAPI(napi_add_env_cleanup_hook)(env, on_end, port) != napi_ok) {
		shut(port);
		NAPI(napi_release_threadsafe_function)(port->function, napi_tsfn_release);
		return NULL;
	}
	return port;
}

/* The environment could not be opened: what open has made goes again. */
void ppnapi_port_abandon(ppnapi_port *port)
{
	NAPI(napi_remove_env_cleanup_hook)(port->env, on_end, port);
	shut(port);
	NAPI(napi_release_threadsafe_function)(port->function, napi_tsfn_release);
}

void ppnapi_port_hold(ppnapi_port *port)
{
	if (port->pending++ == 0)
		NAPI(napi_ref_threadsafe_function)(port->env, port->function);
	ppnapi_port_share(port);
}

void ppnapi_port_settled(ppnapi_port *port)
{
	if (--port->pending == 0)
		NAPI(napi_unref_threadsafe_function)(port->env, port->function);
}

bool ppnapi_put_locked(ppnapi_port *port, ppnapi_message *m)
{
	bool wake = !port->woken;

	if (port->last)
		port->last->next = m;
	else
		port->first = m;
	port->last = m;
	port->woken = true;
	return wake;
}

static void wake_now(ppnapi_port *port)
{
	bool failed;

	pthread_mutex_lock(&port->gate);
	failed = !port->gone && NAPI(napi_call_threadsafe_function)(port->function, NULL, napi_tsfn_nonblocking) != napi_ok;
	pthread_mutex_unlock(&port->gate);
	if (failed) {
		/* Whoever comes next tries again. */
		pthread_mutex_lock(&port->lock);
		port->woken = false;
		pthread_mutex_unlock(&port->lock);
	}
}

void ppnapi_wake(ppnapi_port *port)
{
	if (!pthread_equal(port->thread, pthread_self())) {
		wake_now(port);
		return;
	}
	/* This may be inside a call of the function. */
	ppnapi_port_share(port);
	ppnapiWakeLater(port);
}

void ppnapi_wake_from_elsewhere(ppnapi_port *port)
{
	wake_now(port);
	ppnapi_port_drop(port);
}

void ppnapi_settle(ppnapi_port *port, uintptr_t deferred, const ppnapi_value *value, const char *text)
{
	static const char unmade[] = "no memory for the result";
	const ppnapi_value failure = {.kind = PPNAPI_ERROR, .length = sizeof unmade - 1};
	ppnapi_message *m = ppnapi_message_new(value, 1, text);
	bool taken, waking = false;

	if (!m) {
		/* A long text may have found none where a short one does. */
		if (value->kind == PPNAPI_EXTERNAL)
			ppnapiDrop(value->handle);
		m = ppnapi_message_new(&failure, 1, unmade);
	}
	pthread_mutex_lock(&port->lock);
	taken = m && !port->closed;
	if (taken) {
		m->deferred = (napi_deferred)deferred;
		waking = ppnapi_put_locked(port, m);
	}
	pthread_mutex_unlock(&port->lock);
	if (waking)
		ppnapi_wake(port);
	if (m && !taken)
		ppnapi_message_free(m, false);
	ppnapi_port_drop(port);
}
