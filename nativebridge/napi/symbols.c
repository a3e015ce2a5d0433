/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>

#include "symbols.h"

ppnapi_symbols ppnapi;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *missing;

/*
 * In Node the engine is the program itself, which RTLD_DEFAULT sees. On
 * HarmonyOS a library sees what it needs itself and what its name space holds,
 * and RTLD_DEFAULT may miss libace_napi (claim native.napi-symbols): it is
 * opened by name, which finds the copy that is loaded.
 */
static void find(void)
{
	void *engine = RTLD_DEFAULT;

	if (!dlsym(engine, "napi_get_cb_info")) {
		engine = dlopen("libace_napi.z.so", RTLD_NOW);
		if (!engine) {
			missing = "napi_get_cb_info, nor libace_napi.z.so";
			return;
		}
	}
#define FIND(name, parameters)                                                   \
	*(void **)&ppnapi.name = dlsym(engine, #name);                            \
	if (!ppnapi.name && !missing)                                             \
		missing = #name;
	NODE_API_FUNCTIONS(FIND)
#undef FIND
}

const char *ppnapi_resolve(void)
{
	pthread_once(&once, find);
	return missing;
}
