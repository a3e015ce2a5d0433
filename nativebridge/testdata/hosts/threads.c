/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls Go from every sort of thread: the main one, some that were there before
 * the library was opened, and 200 that live for one call. Go's threads call
 * back, and the host's own thread-local storage stays what it was.
 *
 *	threads LIBRARY
 */
#include "host.h"

enum { EARLY = 4, SHORT = 200, CALLS = 1000 };

static host_library go;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int ready;

/* The library's thread-local storage must not be laid over this. */
static __thread int own = 1234;

static int add_one(int n) { return go.add(n, 1); }

/* The sum of 1 to n, which is what n calls back return. */
static int expected(int n) { return n * (n + 1) / 2; }

static void *early(void *arg)
{
	int i;

	(void)arg;
	pthread_mutex_lock(&mutex);
	while (!ready)
		pthread_cond_wait(&opened, &mutex);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < CALLS; i++)
		CHECK(go.add(i, 1) == i + 1, "an early thread");
	CHECK(go.work(50) == 50, "an early thread");
	CHECK(own == 1234, "own is %d", own);
	return NULL;
}

static void *brief(void *arg)
{
	own = (int)(long)arg;
	CHECK(go.callback(add_one, 3) == expected(3), "a brief thread");
	CHECK(own == (int)(long)arg, "own is %d, of thread %ld", own, (long)arg);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[EARLY];
	char *text;
	long i;

	CHECK(argc == 2, "usage: threads LIBRARY");
	for (i = 0; i < EARLY; i++)
		threads[i] = host_thread(early, NULL);
	go = host_open(argv[1]);
	text = go.start();
	printf("%s\n", text);
	free(text);
	CHECK(go.work(1000) == 1000, "on the main thread");
	CHECK(go.recover() == 1, "on the main thread");
	CHECK(go.callback(add_one, 20) == expected(20), "on the main thread");

	pthread_mutex_lock(&mutex);
	ready = 1;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < EARLY; i++)
		host_join(threads[i]);
	for (i = 0; i < SHORT; i++)
		host_join(host_thread(brief, (void *)i));
	CHECK(go.work(200) == 200, "after all threads have ended");
	CHECK(own == 1234, "own is %d", own);
	printf("done\n");
	return 0;
}
