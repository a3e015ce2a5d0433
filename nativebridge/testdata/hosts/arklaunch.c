/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens the ArkTS host, and with it the engine, as a library: "local", so that the
 * module does not see the engine by RTLD_DEFAULT, as in an app's name space (claim
 * native.napi-symbols), or "global", so that it does.
 *
 *	arklaunch local|global libarkhost.so …
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	int (*run)(int, char **) = NULL;
	void *host;

	if (argc < 3)
		return 2;
	host = dlopen(argv[2], RTLD_NOW | (strcmp(argv[1], "local") ? RTLD_GLOBAL : RTLD_LOCAL));
	if (host)
		*(void **)&run = dlsym(host, "ark_host");
	if (!run) {
		printf("%s\n", dlerror());
		return 2;
	}
	return run(argc - 2, argv + 2);
}
