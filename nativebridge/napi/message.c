/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "_cgo_export.h"

static int64_t held;

void ppnapi_count(int64_t n) { __atomic_add_fetch(&held, n, __ATOMIC_SEQ_CST); }

int64_t ppnapi_held(void) { return __atomic_load_n(&held, __ATOMIC_SEQ_CST); }

ppnapi_message *ppnapi_message_new(const ppnapi_value *values, size_t count, const char *texts)
{
	size_t head = sizeof(ppnapi_message) + count * sizeof *values, total = 0, i;
	ppnapi_message *m;
	char *at;

	for (i = 0; i < count; i++)
		total += values[i].length;
	m = calloc(1, head + total);
	if (!m)
		return NULL;
	ppnapi_count(1);
	m->count = count;
	at = (char *)m + head;
	if (total)
		memcpy(at, texts, total);
	for (i = 0; i < count; i++) {
		m->values[i] = values[i];
		m->values[i].flags = 0;
		m->values[i].text = at;
		at += values[i].length;
	}
	return m;
}

/* Drops what a message carries besides its texts, if nobody got it. */
void ppnapi_message_free(ppnapi_message *m, bool delivered)
{
	size_t i;

	for (i = 0; !delivered && i < m->count; i++)
		if (m->values[i].kind == PPNAPI_EXTERNAL)
			ppnapiDrop(m->values[i].handle);
	free(m);
	ppnapi_count(-1);
}

void ppnapi_message_drop(ppnapi_message *m)
{
	if (m->callback) {
		pthread_mutex_lock(&m->callback->port->lock);
		ppnapi_callback_unref_locked(m->callback);
	}
	ppnapi_message_free(m, false);
}
