/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A port is the one way from other threads into an environment: a queue, with a
 * thread-safe function that wakes the environment's thread to look into it.
 *
 * Node 20 frees a thread-safe function at the end of its environment even while
 * other threads hold it, so nobody may touch one without knowing that the
 * environment still stands: that is what the gate is for. Versions of HarmonyOS
 * hold the function's own lock while they call back (claim native.napi-tsfn-lock),
 * so the environment's own thread, which may be inside such a call, neither calls
 * the function nor waits for the gate: it takes only the lock, under which nobody
 * calls the engine, and leaves the waking to another thread.
 *
 * The rule reaches into Go: whoever enters ppnapi_call, ppnapi_release or
 * ppnapi_settle from another thread may wait until a call-back has returned, and so
 * holds no lock that a function of the module takes.
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

typedef struct ppnapi_message ppnapi_message;

/* A message to the JavaScript thread. Its values' texts lie behind it. */
struct ppnapi_message {
	ppnapi_message *next;
	napi_deferred deferred;
	ppnapi_callback *callback;
	bool release;
	size_t count;
	ppnapi_value values[];
};

struct ppnapi_port {
	/* Held around each use of the function by other threads; taken before lock. */
	pthread_mutex_t gate;
	bool gone;
	napi_threadsafe_function function;

	/* The port is freed with its last one. Atomic, so that a call that begins a
	 * promise never waits for who settles others. */
	int64_t references;

	pthread_mutex_t lock;
	/* Under lock. */
	bool closed;
	/* What waits, and whether the thread was woken for it. */
	ppnapi_message *first, *last;
	bool woken;

	/* The JavaScript thread's alone. */
	pthread_t thread;
	napi_env env;
	int64_t pending;
	uintptr_t instance;
	ppnapi_callback *callbacks;
	ppnapi_bound *functions;
	uint32_t count;
};

struct ppnapi_callback {
	ppnapi_port *port;
	/* The JavaScript thread's alone: those of a port are a list. */
	napi_ref function;
	ppnapi_callback *next, **before;
	/* What asks that thread to give the function back. */
	ppnapi_message *release;
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
/* One more reference, and one less, from any thread. */
void ppnapi_port_share(ppnapi_port *port);
void ppnapi_port_drop(ppnapi_port *port);

/* Makes a value, and tells whether the engine could. */
bool ppnapi_to_js(napi_env env, const ppnapi_value *value, napi_value *result);
napi_value ppnapi_error(napi_env env, double code, const char *message, size_t length);
/* Settles at once. */
void ppnapi_settle_now(napi_env env, napi_deferred deferred, const ppnapi_value *value);
/* Counts what is not freed yet. */
void ppnapi_count(int64_t n);

/* A message with copies of the values; texts are the values' one behind the other. */
ppnapi_message *ppnapi_message_new(const ppnapi_value *values, size_t count, const char *texts);
/* Frees a message, and what it carries besides its texts if nobody got it. */
void ppnapi_message_free(ppnapi_message *m, bool delivered);
/* Lets a message go that nobody gets, and its hold on the callback. */
void ppnapi_message_drop(ppnapi_message *m);

/*
 * With the port's lock held. Queues a message, and tells whether the thread must be
 * woken for it, which is done without the lock.
 */
bool ppnapi_put_locked(ppnapi_port *port, ppnapi_message *m);
void ppnapi_wake(ppnapi_port *port);
/* With the port's lock held, which it gives back. */
void ppnapi_callback_unref_locked(ppnapi_callback *callback);
/* What a message of a callback asks for, on the JavaScript thread. */
void ppnapi_call_now(ppnapi_port *port, ppnapi_message *m);
void ppnapi_release_now(ppnapi_port *port, ppnapi_callback *callback);
/* Gives all functions back while the environment ends: no engine does. */
void ppnapi_callbacks_end(ppnapi_port *port);

#endif
