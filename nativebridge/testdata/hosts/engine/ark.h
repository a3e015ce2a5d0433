/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stand-in for HarmonyOS's ArkTS engine, called libace_napi.z.so as that is: it
 * has every function of Node-API that the module calls, an event loop, and
 * counters of all that is held. It runs no ArkTS. A host in C takes its place: it
 * opens the module as ArkTS does, calls its functions and awaits its promises.
 *
 * It ends the program, and says why, where a real engine would be free to crash:
 * a handle or an environment that is used when it is gone, a call from another
 * thread, a promise that is settled twice, a thread-safe function that is called
 * when it is freed.
 */
#ifndef ARK_H
#define ARK_H

#include "node_api.h"

#define ARK_API __attribute__((visibility("default")))

#define ARK_DECLARE(name, parameters) ARK_API napi_status name parameters;
NODE_API_FUNCTIONS(ARK_DECLARE)
#undef ARK_DECLARE

ARK_API void napi_module_register(napi_module *module);

/* What is held, in all environments. */
typedef struct {
	int64_t environments, values, scopes, references, deferreds, functions, hooks, externals;
} ark_counts;

ARK_API ark_counts ark_count(void);

/*
 * How the engine locks a thread-safe function: true is as older versions of
 * HarmonyOS do, which hold its lock while they call back (claim
 * native.napi-tsfn-lock), false as later ones. For all environments that are
 * opened from here on.
 */
ARK_API void ark_hold_lock(bool hold);

/*
 * Makes an environment on this thread and loads a module into it, as `import` of
 * its file does. NULL if that fails; ark_error says why.
 */
ARK_API napi_env ark_open(const char *path);
ARK_API const char *ark_error(void);

/* Ends an environment: hooks, what the loop still has, values and finalizers. */
ARK_API void ark_close(napi_env env);

/* A function that the module has exported, called. NULL if it threw. */
ARK_API napi_value ark_call(napi_env env, const char *name, size_t argc, const napi_value *argv);

/*
 * Takes the exception, or the reason of a rejected promise, apart: its code, NAN
 * if it has none, and its message.
 */
ARK_API double ark_caught(napi_env env, char *message, size_t size);
ARK_API double ark_reason(napi_env env, napi_value promise, char *message, size_t size);

ARK_API napi_value ark_json(napi_env env, const char *text);
ARK_API napi_value ark_function(napi_env env, napi_callback call, void *data);

typedef enum { ARK_PENDING, ARK_RESOLVED, ARK_REJECTED } ark_state;

ARK_API ark_state ark_promise(napi_env env, napi_value promise);
ARK_API napi_value ark_settled_with(napi_env env, napi_value promise);

/*
 * Calls a function when a promise is settled: as `then` does, behind the code that
 * settles it, within the same turn of the loop.
 */
ARK_API void ark_then(napi_env env, napi_value promise, napi_callback call, void *data);

/*
 * Runs the loop once: waits for at most that long, and returns whether anything
 * was there. alive tells whether something keeps the loop running.
 */
ARK_API bool ark_turn(napi_env env, int millis);
ARK_API bool ark_alive(napi_env env);

#endif
