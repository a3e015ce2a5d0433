/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens a Go library at run time and calls it from the main thread and from
 * threads that were made before and after.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int (*add)(int, int);
static int (*work)(int);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int ready;

static void *caller(void *arg)
{
	long sum = 0;
	int i;

	(void)arg;
	pthread_mutex_lock(&mutex);
	while (!ready)
		pthread_cond_wait(&opened, &mutex);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < 1000; i++)
		sum += add(i, 1);
	return (void *)(sum + work(50));
}

static void *find(void *library, const char *name)
{
	void *symbol = dlsym(library, name);

	if (!symbol) {
		printf("dlsym %s: %s\n", name, dlerror());
		exit(3);
	}
	return symbol;
}

int main(int argc, char **argv)
{
	pthread_t threads[8];
	void *library, *sum;
	int i;

	if (argc != 2)
		return 2;
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, caller, NULL);
	library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		printf("dlopen: %s\n", dlerror());
		return 3;
	}
	add = (int (*)(int, int))find(library, "GoAdd");
	work = (int (*)(int))find(library, "GoWork");
	printf("%s\n", ((char *(*)(void))find(library, "GoStart"))());
	printf("work %d\n", work(500));
	pthread_mutex_lock(&mutex);
	ready = 1;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&mutex);
	for (i = 4; i < 8; i++)
		pthread_create(&threads[i], NULL, caller, NULL);
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], &sum);
		printf("thread %ld\n", (long)sum);
	}
	return 0;
}
