/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A host that has signal handlers, as HarmonyOS's crash reporter has: its timer
 * signals land in all threads while Go works in them, Go recovers from its own
 * faults, and a fault of the host's code still reaches the host's handler, which
 * was there first.
 *
 * Handlers ask for the alternative stack: without it they would run on the stack
 * of a goroutine, which is too small, on every system.
 *
 *	signals LIBRARY
 */
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "host.h"

enum { THREADS = 6, ROUNDS = 30, PERIOD_MICROS = 700, TICKS = 100 };

static host_library go;
static atomic_int ticks;
static volatile sig_atomic_t faults;
static sigjmp_buf rescue;

static void on_tick(int signal)
{
	(void)signal;
	atomic_fetch_add(&ticks, 1);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
	faults++;
	siglongjmp(rescue, 1);
}

static int add_one(int n) { return go.add(n, 1); }

static void *busy(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS || atomic_load(&ticks) < TICKS; i++) {
		CHECK(go.add(i, 1) == i + 1, "round %d", i);
		CHECK(go.callback(add_one, 2) == 3, "round %d", i);
		CHECK(go.recover() == 1, "round %d", i);
		CHECK(go.work(20) == 20, "round %d", i);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};
	struct itimerval every = {{0, PERIOD_MICROS}, {0, PERIOD_MICROS}}, never = {{0, 0}, {0, 0}};
	pthread_t threads[THREADS];
	int i;

	CHECK(argc == 2, "usage: signals LIBRARY");
	sigaction(SIGSEGV, &fault, NULL);
	go = host_open(argv[1]);
	sigaction(SIGALRM, &tick, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	for (i = 0; i < THREADS; i++)
		threads[i] = host_thread(busy, NULL);
	for (i = 0; i < THREADS; i++)
		host_join(threads[i]);
	setitimer(ITIMER_REAL, &never, NULL);

	CHECK(faults == 0, "Go's own faults reached the host: %d", (int)faults);
	if (!sigsetjmp(rescue, 1))
		*(volatile int *)0 = 1;
	CHECK(faults == 1, "the host's handler ran %d times", (int)faults);
	CHECK(go.recover() == 1, "after a fault of the host");
	printf("done, at least %d signals\n", TICKS);
	return 0;
}
