/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the ArkTS host share. They are to ArkTS as C can be: they see
 * the module's exports, values, promises and exceptions, and nothing of its inside
 * but the count of what its C half holds.
 */
#ifndef ARKHOST_H
#define ARKHOST_H

#include "engine/ark.h"
#include "host.h"

/* How long anything may take, in milliseconds; an emulator is slow. */
enum { PATIENCE = 60000 };

/* The module's library, a folder of the test's, and the want with its session. */
typedef struct {
	const char *library, *folder, *want;
} ark_place;

/* Opens an environment with the module in it. */
napi_env ark_begin(const ark_place *place);
/* Ends it, and waits until the module has let go of everything. */
void ark_finish(const ark_place *place, napi_env env);
/* Checks that neither engine nor module holds anything. */
void ark_nothing_held(const ark_place *place);

/* start, with files in the folder's subfolder of that number; want may be NULL. */
void ark_start(const ark_place *place, napi_env env, int number, const char *want);

napi_value ark_string(napi_env env, const char *text);
napi_value ark_number(napi_env env, double number);
/* Calls a function that must not throw, with up to four arguments, NULL behind the last. */
napi_value ark_do(napi_env env, const char *name, napi_value a, napi_value b, napi_value c, napi_value d);
/* Calls one that must throw an error of that code, whose message has that text. */
void ark_fails(napi_env env, double code, const char *text, const char *name, napi_value a, napi_value b, napi_value c,
	       napi_value d);

/* deliver with a payload of that number; its promise. */
napi_value ark_deliver(napi_env env, int number);
/* Runs the loop until a promise is settled as it should be. */
void ark_resolves(napi_env env, napi_value promise);
void ark_rejects(napi_env env, napi_value promise, double code);

/* The field of stats(), of that type. */
napi_value ark_stat(napi_env env, const char *name, napi_valuetype type);
bool ark_flag(napi_env env, napi_value value);

/* The tests. The last one's library is the addon of package napi's tests. */
void ark_test_calls(const ark_place *place);
void ark_test_burst(const ark_place *place);
void ark_test_continuations(const ark_place *place);
void ark_test_ends(const ark_place *place);
void ark_test_workers(const ark_place *place);
void ark_test_session(const ark_place *place);
void ark_test_commands(const ark_place *place);
void ark_test_addon(const ark_place *place);

#endif
