/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two Go libraries in one process: each has a runtime, thread-local storage and
 * garbage of its own. Threads call both by turns.
 *
 *	two LIBRARY ANOTHER
 */
#include "host.h"

enum { THREADS = 8, CALLS = 2000 };

static host_library first, second;

static int by_second(int n) { return second.add(n, 1); }

static void *both(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < CALLS; i++)
		CHECK(first.add(i, 1) == i + 1 && second.add(i, 2) == i + 2, "call %d", i);
	CHECK(first.work(100) == 100 && second.work(100) == 100, "work");
	/* From the one's goroutines into the other. */
	CHECK(first.callback(by_second, 5) == 15, "from one into the other");
	CHECK(first.recover() == 1 && second.recover() == 1, "faults");
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	int i;

	CHECK(argc == 3, "usage: two LIBRARY ANOTHER");
	first = host_open(argv[1]);
	second = host_open(argv[2]);
	CHECK(first.handle != second.handle && first.add != second.add, "both are the same library");
	both(NULL);
	for (i = 0; i < THREADS; i++)
		threads[i] = host_thread(both, NULL);
	for (i = 0; i < THREADS; i++)
		host_join(threads[i]);
	/* A library with Go stays, whoever closes it. */
	dlclose(first.handle);
	CHECK(first.add(1, 2) == 3, "after it was closed");
	printf("done\n");
	return 0;
}
