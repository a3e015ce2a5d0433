/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A port is the one way from other threads into an environment: a thread-safe
 * function behind a lock and a count of references. Node 20 frees a thread-safe
 * function at the end of its environment even while other threads hold it, so
 * nobody may touch one without knowing that the environment still stands.
 */
#ifndef PUSHPROOF_NAPI_PORT_H
#define PUSHPROOF_NAPI_PORT_H

#include <pthread.h>
#include <stdbool.h>

#include "shim.h"
#include "symbols.h"

typedef struct {
	ppnapi_port *port;
	uint32_t index;
	ppnapi_function f;
} ppnapi_bound;

struct ppnapi_port {
	pthread_mutex_t lock;
	/* Under lock. The port is freed with its last reference. */
	int64_t references;
	bool closed;
	napi_threadsafe_function function;

	/* The JavaScript thread's alone. */
	napi_env env;
	int64_t pending;
	uintptr_t instance;
	ppnapi_bound *functions;
	uint32_t count;
};

struct ppnapi_callback {
	ppnapi_port *port;
	napi_ref function;
	/* Under the port's lock. */
	int64_t waiting, limit;
	/* Go lets go, and each message that is under way holds it as well. */
	int64_t references;
};

/* All of these on the JavaScript thread. */
ppnapi_port *ppnapi_port_open(napi_env env);
void ppnapi_port_abandon(ppnapi_port *port);
ppnapi_callback *ppnapi_callback_new(ppnapi_port *port, napi_value function, int64_t limit);
/* Begins and ends a promise that is settled later: holds the port and the loop. */
void ppnapi_port_hold(ppnapi_port *port);
void ppnapi_port_settled(ppnapi_port *port);
void ppnapi_port_drop(ppnapi_port *port);

/* Makes a value, and tells whether the engine could. */
bool ppnapi_to_js(napi_env env, const ppnapi_value *value, napi_value *result);
napi_value ppnapi_error(napi_env env, double code, const char *message, size_t length);
/* Settles at once. */
void ppnapi_settle_now(napi_env env, napi_deferred deferred, const ppnapi_value *value);
/* Counts what is not freed yet. */
void ppnapi_count(int64_t n);

#endif
