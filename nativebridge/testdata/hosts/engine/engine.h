/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the engine know of each other. An environment's fields are its
 * own thread's, but for the loop's.
 */
#ifndef ARK_ENGINE_H
#define ARK_ENGINE_H

#include <pthread.h>

#include "ark.h"

/* What stands at the head of whatever a module holds a pointer to. */
typedef enum { ARK_DEAD = 0xdead, ARK_LIVE = 0x11fe } ark_life;

/* The codes of Node-API that the module's own header has no need of. */
#define ARK_INVALID ((napi_status)1)
#define ARK_OBJECT_EXPECTED ((napi_status)2)
#define ARK_STRING_EXPECTED ((napi_status)3)
#define ARK_FUNCTION_EXPECTED ((napi_status)5)
#define ARK_NUMBER_EXPECTED ((napi_status)6)
#define ARK_BOOLEAN_EXPECTED ((napi_status)7)
#define ARK_FAILURE ((napi_status)9)
#define ARK_BUFFER_EXPECTED ((napi_status)19)

typedef enum { ARK_PLAIN, ARK_ARRAY, ARK_ERROR, ARK_PROMISE, ARK_BUFFER } ark_class;

typedef struct {
	char *name;
	napi_value value;
} ark_property;

/* A value is counted: by scopes, properties, references and whoever else keeps it. */
struct napi_value_opaque {
	ark_life life;
	napi_env env;
	int64_t references;
	napi_value next, previous;

	napi_valuetype type;
	ark_class class;
	double number;
	/* A string's text with a zero behind it, or a buffer's bytes. */
	char *text;
	size_t length;
	/* A function's, or an external's. */
	napi_callback call;
	void *data, *hint;
	napi_finalize finalize;
	ark_property *properties;
	size_t count;
	/* A promise's. */
	ark_state state;
	napi_value settled, reaction;
};

struct napi_handle_scope_opaque {
	ark_life life;
	napi_handle_scope outer;
	napi_value *values;
	size_t count, room;
};

struct napi_ref_opaque {
	ark_life life;
	napi_env env;
	napi_ref next, previous;
	napi_value value;
	uint32_t count;
};

struct napi_deferred_opaque {
	ark_life life;
	napi_env env;
	napi_value promise;
};

struct napi_callback_info_opaque {
	napi_value self;
	size_t argc;
	const napi_value *argv;
	void *data;
};

typedef struct ark_hook {
	struct ark_hook *before;
	void (*run)(void *);
	void *arg;
} ark_hook;

/* A function that waits for the end of the code that runs. */
typedef struct ark_job {
	struct ark_job *next;
	napi_value function, argument;
} ark_job;

struct napi_env_opaque {
	ark_life life;
	pthread_t thread;
	bool hold_lock;
	napi_value exports, global, exception;
	napi_handle_scope scope;
	/* All that live. */
	napi_value values;
	napi_ref references;
	ark_hook *hooks;
	ark_job *jobs, *last_job;
	/* Promises that are not settled; the engine lets them go at the end. */
	int64_t deferreds;
	int depth;

	pthread_mutex_t loop;
	pthread_cond_t woken;
	/* Under loop; the list changes on the environment's thread only. */
	napi_threadsafe_function functions;
};

extern ark_counts ark_held;

/* Ends the program: the module did what an engine may crash of. */
__attribute__((noreturn, format(printf, 1, 2))) void ark_abort(const char *format, ...);
/* Every function that takes an environment begins with it. */
void ark_enter(napi_env env, const char *function);
#define ENTER(env) ark_enter(env, __func__)
/* As ENTER, in a function that could run code: not while an exception waits. */
#define ENTER_CODE(env)                          \
	do {                                     \
		ENTER(env);                      \
		if ((env)->exception)            \
			return napi_pending_exception; \
	} while (0)

void ark_held_add(int64_t *counter, int64_t n);
/* Memory, or the end. */
void *ark_memory(size_t size);

/* value.c. A new value belongs to the innermost scope. */
napi_value ark_new(napi_env env, napi_valuetype type);
napi_value ark_text(napi_env env, const char *text, size_t length);
napi_value ark_hold(napi_value value);
void ark_drop(napi_value value);
/* Puts a value that is held elsewhere into the innermost scope. */
napi_value ark_handle(napi_env env, napi_value value);
void ark_check(napi_env env, napi_value value, const char *function);
void ark_set(napi_value object, const char *name, napi_value value);
napi_value ark_get(napi_value object, const char *name);
void ark_free_all(napi_env env);

/* call.c */
napi_status ark_run(napi_env env, napi_value function, napi_value self, size_t argc, const napi_value *argv,
		    napi_value *result);
void ark_run_jobs(napi_env env);
void ark_settle(napi_env env, napi_deferred deferred, napi_value value, ark_state state, const char *function);

/* json.c */
void ark_add_json(napi_env env);

/* loop.c */
void ark_loop_open(napi_env env);
/* Runs what is left, and counts the functions that nobody has released. */
void ark_loop_close(napi_env env);

#endif
