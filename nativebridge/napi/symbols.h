/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PUSHPROOF_NAPI_SYMBOLS_H
#define PUSHPROOF_NAPI_SYMBOLS_H

#include "node_api.h"

/* The engine's functions, found once by name and the same for every environment. */
typedef struct {
#define DECLARE(name, parameters) napi_status(*name) parameters;
	NODE_API_FUNCTIONS(DECLARE)
#undef DECLARE
} ppnapi_symbols;

/* Valid after ppnapi_resolve has returned NULL. */
extern ppnapi_symbols ppnapi;

/*
 * Finds the functions. Returns NULL, or the name of the first that is missing.
 * May be called from any thread and any number of times.
 */
const char *ppnapi_resolve(void);

/* Calls a function of Node-API by its own name. */
#define NAPI(name) (ppnapi.name)

#endif
