/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A main package's C file makes its library a native module by
 *
 *	#include "module.h"
 *	PPNAPI_MODULE("name")
 *
 * where name is the file's name without lib and .so: HarmonyOS goes by it.
 * A header cannot do it alone, since a C file of another package would be
 * linked into every program that imports it.
 */
#ifndef PUSHPROOF_NAPI_MODULE_H
#define PUSHPROOF_NAPI_MODULE_H

#include "node_api.h"

/* Fills exports with the functions that Go has registered, and returns it. */
napi_value ppnapi_open(napi_env env, napi_value exports);

/* Node looks this name up in the library. */
#define PPNAPI_NODE                                                                                                  \
	__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports); \
	napi_value napi_register_module_v1(napi_env env, napi_value exports)                                         \
	{                                                                                                            \
		return ppnapi_open(env, exports);                                                                    \
	}

#ifdef __OHOS__
/*
 * HarmonyOS wants a call from a constructor, while it opens the library, and
 * ignores what the function returns: all must be on exports.
 */
void napi_module_register(napi_module *module);

#define PPNAPI_MODULE(name)                                                                            \
	PPNAPI_NODE                                                                                    \
	static napi_module ppnapi_module = {1, 0, NULL, ppnapi_open, name, NULL, {NULL}};              \
	__attribute__((constructor)) static void ppnapi_register(void)                                 \
	{                                                                                              \
		napi_module_register(&ppnapi_module);                                                  \
	}
#else
#define PPNAPI_MODULE(name) PPNAPI_NODE
#endif

#endif
