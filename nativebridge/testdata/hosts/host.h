/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the programs share: they open testdata/hostlib at run time, as an app
 * opens a library, and say what was not as it should be.
 */
#ifndef HOST_H
#define HOST_H

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* The functions of hostlib; see its main.go. */
typedef struct {
	void *handle;
	int (*add)(int, int);
	char *(*start)(void);
	int (*work)(int);
	int (*recover)(void);
	int (*callback)(int (*)(int), int);
	char *(*fetch)(const char *, const char *);
	char *(*lookup)(const char *);
} host_library;

/* Ends the program with what it expected. */
#define CHECK(condition, ...)                                                 \
	do {                                                                  \
		if (!(condition)) {                                           \
			printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
			printf(__VA_ARGS__);                                  \
			printf("\n");                                         \
			fflush(stdout);                                       \
			_Exit(1);                                             \
		}                                                             \
	} while (0)

static inline void *host_symbol(void *handle, const char *name)
{
	void *symbol = dlsym(handle, name);

	CHECK(symbol, "%s: %s", name, dlerror());
	return symbol;
}

/* Opens the library as ArkTS does, which names no flag but lazy binding. */
static inline host_library host_open(const char *path)
{
	host_library l = {0};

	l.handle = dlopen(path, RTLD_LAZY);
	CHECK(l.handle, "%s", dlerror());
	*(void **)&l.add = host_symbol(l.handle, "GoAdd");
	*(void **)&l.start = host_symbol(l.handle, "GoStart");
	*(void **)&l.work = host_symbol(l.handle, "GoWork");
	*(void **)&l.recover = host_symbol(l.handle, "GoRecover");
	*(void **)&l.callback = host_symbol(l.handle, "GoCallback");
	*(void **)&l.fetch = host_symbol(l.handle, "GoFetch");
	*(void **)&l.lookup = host_symbol(l.handle, "GoLookup");
	return l;
}

static inline pthread_t host_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, run, arg) == 0, "no thread");
	return thread;
}

static inline void host_join(pthread_t thread)
{
	CHECK(pthread_join(thread, NULL) == 0, "no such thread");
}

#endif
