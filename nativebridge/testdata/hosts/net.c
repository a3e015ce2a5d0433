/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * HTTPS by Go's net/http, from a thread of the host's, and a name that the C
 * library resolves. The test that runs this has the server.
 *
 *	net LIBRARY https://… FILE.pem NAME
 */
#include "host.h"

static host_library go;
static char **args;

static void *fetch(void *arg)
{
	char *text = go.fetch(args[2], args[3]);

	(void)arg;
	printf("%s\n", text);
	free(text);
	text = go.lookup(args[4]);
	printf("%s\n", text);
	free(text);
	return NULL;
}

int main(int argc, char **argv)
{
	CHECK(argc == 5, "usage: net LIBRARY URL FILE.pem NAME");
	args = argv;
	go = host_open(argv[1]);
	host_join(host_thread(fetch, NULL));
	printf("done\n");
	return 0;
}
