/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Environments, and how a module gets into one: dlopen runs the library's
 * constructor, which registers it; then its function is called, whose result is
 * ignored (claim native.napi-registration). A second environment finds the
 * library open, and calls the function again.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { MODULES = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static napi_module *modules[MODULES];
static size_t registered;
static bool hold_lock;
static __thread char problem[512];

void napi_module_register(napi_module *module)
{
	pthread_mutex_lock(&lock);
	if (registered == MODULES)
		ark_abort("%s: too many modules", __func__);
	modules[registered++] = module;
	pthread_mutex_unlock(&lock);
}

/* By its name, which must be the file's without lib and .so. */
static napi_module *find(const char *name, size_t length)
{
	napi_module *found = NULL;
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < registered; i++)
		if (strlen(modules[i]->nm_modname) == length && strncmp(modules[i]->nm_modname, name, length) == 0)
			found = modules[i];
	pthread_mutex_unlock(&lock);
	return found;
}

const char *ark_error(void) { return problem; }

void ark_hold_lock(bool hold) { hold_lock = hold; }

static napi_module *load(const char *path)
{
	const char *name = strrchr(path, '/'), *end;
	napi_module *module;

	name = name ? name + 1 : path;
	end = strstr(name, ".so");
	if (strncmp(name, "lib", 3) != 0 || !end) {
		snprintf(problem, sizeof problem, "%s is not called lib….so", path);
		return NULL;
	}
	name += 3;
	if (!dlopen(path, RTLD_LAZY)) {
		snprintf(problem, sizeof problem, "%s", dlerror());
		return NULL;
	}
	module = find(name, (size_t)(end - name));
	if (!module)
		snprintf(problem, sizeof problem, "%s has registered no module of the name %.*s", path, (int)(end - name), name);
	return module;
}

napi_env ark_open(const char *path)
{
	napi_module *module = load(path);
	napi_handle_scope scope;
	napi_env env;

	if (!module)
		return NULL;
	env = ark_memory(sizeof *env);
	env->life = ARK_LIVE;
	env->thread = pthread_self();
	env->hold_lock = hold_lock;
	ark_loop_open(env);
	ark_held_add(&ark_held.environments, 1);
	napi_open_handle_scope(env, &scope);
	env->global = ark_hold(ark_new(env, napi_object));
	env->exports = ark_hold(ark_new(env, napi_object));
	ark_add_json(env);
	module->nm_register_func(env, env->exports);
	if (env->exception) {
		ark_caught(env, problem, sizeof problem);
		napi_close_handle_scope(env, scope);
		ark_close(env);
		return NULL;
	}
	napi_close_handle_scope(env, scope);
	return env;
}

napi_status napi_add_env_cleanup_hook(napi_env env, void (*run)(void *), void *arg)
{
	ark_hook *hook = ark_memory(sizeof *hook);

	ENTER(env);
	hook->run = run;
	hook->arg = arg;
	hook->before = env->hooks;
	env->hooks = hook;
	ark_held_add(&ark_held.hooks, 1);
	return napi_ok;
}

napi_status napi_remove_env_cleanup_hook(napi_env env, void (*run)(void *), void *arg)
{
	ark_hook **at, *hook;

	ENTER(env);
	for (at = &env->hooks; (hook = *at); at = &hook->before) {
		if (hook->run == run && hook->arg == arg) {
			*at = hook->before;
			free(hook);
			ark_held_add(&ark_held.hooks, -1);
			return napi_ok;
		}
	}
	return ARK_INVALID;
}

void ark_close(napi_env env)
{
	ark_hook *hook;

	ENTER(env);
	/* Last in, first out. */
	while ((hook = env->hooks)) {
		env->hooks = hook->before;
		ark_held_add(&ark_held.hooks, -1);
		hook->run(hook->arg);
		free(hook);
	}
	ark_loop_close(env);
	if (env->scope)
		ark_abort("%s: a scope is open", __func__);
	ark_free_all(env);
	ark_held_add(&ark_held.deferreds, -env->deferreds);
	env->life = ARK_DEAD;
	ark_held_add(&ark_held.environments, -1);
}
