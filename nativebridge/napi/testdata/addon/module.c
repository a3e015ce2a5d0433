/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>

#include "module.h"

PPNAPI_MODULE("addon")

void addon_overrun(void);
void addon_lose(void);

/* Writes a byte behind what it has: into the allocator's padding, so that only a
 * checked build notices. */
void addon_overrun(void)
{
	volatile char *memory = malloc(9);

	memory[9] = 1;
	free((char *)memory);
}

/* Forgets memory. */
void addon_lose(void)
{
	volatile char *memory = malloc(1234);

	memory[0] = 1;
}
