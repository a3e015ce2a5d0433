/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>

#include "module.h"
#include "_cgo_export.h"

PPNAPI_MODULE("floor")

static void *enter(void *unused)
{
	floorEntered();
	return unused;
}

void floor_joined(void);

void floor_joined(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, enter, NULL) == 0)
		pthread_join(thread, NULL);
}
