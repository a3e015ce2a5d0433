/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the Go half of this package and its C half say to each other. The C half
 * makes every call of Node-API; Go is entered once per call of a function.
 */
#ifndef PUSHPROOF_NAPI_SHIM_H
#define PUSHPROOF_NAPI_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* Most parameters of a function, and arguments of a callback. */
#define PPNAPI_MAX_ARGS 8

typedef struct ppnapi_port ppnapi_port;
typedef struct ppnapi_callback ppnapi_callback;

/* The kinds of values; Go's Kind has the same numbers. */
enum {
	PPNAPI_UNDEFINED = 0,
	PPNAPI_NULL,
	PPNAPI_BOOL,
	PPNAPI_NUMBER,
	PPNAPI_STRING,
	PPNAPI_JSON,
	PPNAPI_BYTES,
	PPNAPI_CALLBACK,
	PPNAPI_EXTERNAL,
	/* Results only. */
	PPNAPI_ERROR,
	PPNAPI_PENDING,
};

/*
 * A value on its way. text is not terminated; who owns it is said where one is
 * handed over. handle is Go's number of an external.
 */
typedef struct {
	int32_t kind;
	int32_t flags;
	double number;
	const char *text;
	size_t length;
	uintptr_t handle;
	ppnapi_callback *callback;
} ppnapi_value;

/* Space for short results, so that they need no memory of their own. */
#define PPNAPI_SMALL 240

/*
 * What Go answers. Text lies in small, or is malloc'ed by Go and freed by C. An
 * error's number is its code.
 */
typedef struct {
	ppnapi_value value;
	char small[PPNAPI_SMALL];
} ppnapi_result;

/* What a function takes and gives. name and usage are malloc'ed by Go, freed by C. */
typedef struct {
	char *name;
	/* As in "deliver(via: string)", for errors. */
	char *usage;
	int32_t promise;
	int32_t parameters;
	int32_t kinds[PPNAPI_MAX_ARGS];
	int32_t flags[PPNAPI_MAX_ARGS];
} ppnapi_function;

/* flags of a value: text is malloc'ed. */
#define PPNAPI_OWNED 1
/* flags of a parameter: it may be left out. */
#define PPNAPI_OPTIONAL 1

/*
 * Settles a promise, from any thread. Takes the port's reference that came with
 * the deferred. Never blocks. Once the environment has ended it does nothing.
 */
void ppnapi_settle(ppnapi_port *port, uintptr_t deferred, const ppnapi_value *value, const char *text);

/* What ppnapi_call says. */
enum { PPNAPI_CALLED = 0, PPNAPI_CLOSED, PPNAPI_FULL, PPNAPI_NO_MEMORY };

/*
 * Calls a JavaScript function, from any thread. The values are copied; their
 * texts stand in texts one behind the other, so that Go hands over no pointers
 * to pointers. Never blocks: at most the callback's limit of calls wait.
 */
int ppnapi_call(ppnapi_callback *callback, const ppnapi_value *values, size_t count, const char *texts);

/* Lets go of a callback, from any thread, once. */
void ppnapi_release(ppnapi_callback *callback);

/*
 * Does what ppnapiWakeLater was asked to, on any thread but the environment's, and
 * gives back the reference that came with it.
 */
void ppnapi_wake_from_elsewhere(ppnapi_port *port);

/* Counts for tests: ports, callbacks and messages that are not freed. */
int64_t ppnapi_held(void);

#endif
