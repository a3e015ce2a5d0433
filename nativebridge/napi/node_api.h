/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of Node-API that this package uses, declared from its reference:
 * only what Node 20 and HarmonyOS's libace_napi both have. Types are opaque, so
 * that nothing of an engine's headers is needed to build.
 */
#ifndef PUSHPROOF_NODE_API_H
#define PUSHPROOF_NODE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env_opaque *napi_env;
typedef struct napi_value_opaque *napi_value;
typedef struct napi_ref_opaque *napi_ref;
typedef struct napi_deferred_opaque *napi_deferred;
typedef struct napi_callback_info_opaque *napi_callback_info;
typedef struct napi_handle_scope_opaque *napi_handle_scope;
typedef struct napi_threadsafe_function_opaque *napi_threadsafe_function;

typedef enum {
	napi_ok = 0,
	napi_pending_exception = 10,
	napi_queue_full = 15,
	napi_closing = 16,
} napi_status;

typedef enum {
	napi_undefined,
	napi_null,
	napi_boolean,
	napi_number,
	napi_string,
	napi_symbol,
	napi_object,
	napi_function,
	napi_external,
} napi_valuetype;

typedef enum { napi_tsfn_release, napi_tsfn_abort } napi_threadsafe_function_release_mode;
typedef enum { napi_tsfn_nonblocking, napi_tsfn_blocking } napi_threadsafe_function_call_mode;

typedef enum { napi_default = 0, napi_writable = 1, napi_enumerable = 2, napi_configurable = 4 } napi_property_attributes;

typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
typedef void (*napi_finalize)(napi_env env, void *data, void *hint);
typedef void (*napi_threadsafe_function_call_js)(napi_env env, napi_value callback, void *context, void *data);

typedef struct {
	const char *utf8name;
	napi_value name;
	napi_callback method;
	napi_callback getter;
	napi_callback setter;
	napi_value value;
	napi_property_attributes attributes;
	void *data;
} napi_property_descriptor;

typedef struct napi_module_with_js {
	int nm_version;
	unsigned int nm_flags;
	const char *nm_filename;
	napi_value (*nm_register_func)(napi_env env, napi_value exports);
	const char *nm_modname;
	void *nm_priv;
	void *reserved[4];
} napi_module;

#define NAPI_AUTO_LENGTH SIZE_MAX

/*
 * Every function that is called, once: its result, name and parameters. symbols.c
 * makes of it the table that dlsym fills, so that the library links without an
 * engine.
 */
#define NODE_API_FUNCTIONS(F)                                                                                        \
	F(napi_add_env_cleanup_hook, (napi_env env, void (*fun)(void *), void *arg))                                  \
	F(napi_call_function, (napi_env env, napi_value recv, napi_value func, size_t argc, const napi_value *argv,   \
			       napi_value *result))                                                                    \
	F(napi_call_threadsafe_function,                                                                              \
	  (napi_threadsafe_function func, void *data, napi_threadsafe_function_call_mode mode))                       \
	F(napi_close_handle_scope, (napi_env env, napi_handle_scope scope))                                           \
	F(napi_coerce_to_string, (napi_env env, napi_value value, napi_value *result))                                \
	F(napi_create_arraybuffer, (napi_env env, size_t length, void **data, napi_value *result))                    \
	F(napi_create_double, (napi_env env, double value, napi_value *result))                                       \
	F(napi_create_error, (napi_env env, napi_value code, napi_value msg, napi_value *result))                     \
	F(napi_create_external,                                                                                       \
	  (napi_env env, void *data, napi_finalize finalize, void *hint, napi_value *result))                         \
	F(napi_create_promise, (napi_env env, napi_deferred *deferred, napi_value *promise))                          \
	F(napi_create_reference, (napi_env env, napi_value value, uint32_t count, napi_ref *result))                  \
	F(napi_create_string_utf8, (napi_env env, const char *str, size_t length, napi_value *result))                \
	F(napi_create_threadsafe_function,                                                                            \
	  (napi_env env, napi_value func, napi_value resource, napi_value name, size_t max_queue, size_t threads,     \
	   void *finalize_data, napi_finalize finalize, void *context, napi_threadsafe_function_call_js call_js,      \
	   napi_threadsafe_function *result))                                                                         \
	F(napi_define_properties, (napi_env env, napi_value object, size_t count, const napi_property_descriptor *p)) \
	F(napi_delete_reference, (napi_env env, napi_ref ref))                                                        \
	F(napi_get_and_clear_last_exception, (napi_env env, napi_value *result))                                      \
	F(napi_get_arraybuffer_info, (napi_env env, napi_value value, void **data, size_t *length))                   \
	F(napi_get_boolean, (napi_env env, bool value, napi_value *result))                                           \
	F(napi_get_cb_info, (napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *self, \
			     void **data))                                                                            \
	F(napi_get_global, (napi_env env, napi_value *result))                                                        \
	F(napi_get_named_property, (napi_env env, napi_value object, const char *name, napi_value *result))           \
	F(napi_get_null, (napi_env env, napi_value *result))                                                          \
	F(napi_get_reference_value, (napi_env env, napi_ref ref, napi_value *result))                                 \
	F(napi_get_undefined, (napi_env env, napi_value *result))                                                     \
	F(napi_get_value_bool, (napi_env env, napi_value value, bool *result))                                        \
	F(napi_get_value_double, (napi_env env, napi_value value, double *result))                                    \
	F(napi_get_value_external, (napi_env env, napi_value value, void **result))                                   \
	F(napi_get_value_string_utf8, (napi_env env, napi_value value, char *buf, size_t size, size_t *result))       \
	F(napi_is_arraybuffer, (napi_env env, napi_value value, bool *result))                                        \
	F(napi_open_handle_scope, (napi_env env, napi_handle_scope *result))                                          \
	F(napi_ref_threadsafe_function, (napi_env env, napi_threadsafe_function func))                                \
	F(napi_reject_deferred, (napi_env env, napi_deferred deferred, napi_value reason))                            \
	F(napi_release_threadsafe_function,                                                                           \
	  (napi_threadsafe_function func, napi_threadsafe_function_release_mode mode))                                \
	F(napi_remove_env_cleanup_hook, (napi_env env, void (*fun)(void *), void *arg))                               \
	F(napi_resolve_deferred, (napi_env env, napi_deferred deferred, napi_value resolution))                       \
	F(napi_set_named_property, (napi_env env, napi_value object, const char *name, napi_value value))             \
	F(napi_throw, (napi_env env, napi_value error))                                                               \
	F(napi_typeof, (napi_env env, napi_value value, napi_valuetype *result))                                      \
	F(napi_unref_threadsafe_function, (napi_env env, napi_threadsafe_function func))

#endif
