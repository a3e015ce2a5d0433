/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * HarmonyOS starts no app by exec: appspawn forks, and the child opens the app's
 * libraries. So do the children here, on their first thread and on another.
 *
 *	fork LIBRARY
 */
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

enum { CHILDREN = 4 };

static const char *path;

static void *open_and_work(void *arg)
{
	host_library go = host_open(path);
	char *text;

	(void)arg;
	CHECK(go.work(200) == 200, "in a child");
	CHECK(go.recover() == 1, "in a child");
	text = go.start();
	printf("%s\n", text);
	fflush(stdout);
	free(text);
	return NULL;
}

static void child(int number)
{
	if (number % 2) {
		host_join(host_thread(open_and_work, NULL));
		CHECK(host_open(path).work(10) == 10, "on the first thread, behind another");
	} else {
		open_and_work(NULL);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int i, status;
	pid_t pid;

	CHECK(argc == 2, "usage: fork LIBRARY");
	path = argv[1];
	for (i = 0; i < CHILDREN; i++) {
		pid = fork();
		CHECK(pid >= 0, "no child");
		if (pid == 0)
			child(i);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0, "child %d ended with %#x", i, status);
	}
	printf("done\n");
	return 0;
}
