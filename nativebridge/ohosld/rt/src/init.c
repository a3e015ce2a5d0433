/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Go's entry of .init_array wants argc, argv, envp and the auxiliary vector
 * behind them. Only glibc passes those to a library's constructors; the ELF
 * standard does not promise them, and under musl Go reads whatever the
 * registers hold. This takes its place in .init_array and makes them up.
 */
#include <stddef.h>
#include <stdlib.h>
#include <sys/auxv.h>

extern char **environ;

/* The entry that Go's linker wrote. */
__attribute__((visibility("hidden"))) extern void ohosld_rt0_lib(int argc, char **argv);

/* What os.Args[0] says: an app on HarmonyOS has no command line of its own. */
static char program[] = "app";

/*
 * AT_RANDOM is left out: apps are forked from one process and share its bytes.
 * Without it the runtime seeds itself from /dev/urandom.
 */
static const unsigned long auxiliary[] = {
	6,  /* AT_PAGESZ */
	16, /* AT_HWCAP */
	26, /* AT_HWCAP2 */
	23, /* AT_SECURE */
	33, /* AT_SYSINFO_EHDR */
};

#define AUXILIARY (sizeof auxiliary / sizeof *auxiliary)

__attribute__((visibility("hidden"))) void ohosld_lib_init(void)
{
	size_t variables = 0, at = 0, i;
	void **vector;

	while (environ && environ[variables])
		variables++;
	/* argv and its end, the variables and their end, pairs and their end.
	 * Go keeps pointers into it, so it is never freed. */
	vector = malloc((2 + variables + 1 + 2 * (AUXILIARY + 1)) * sizeof *vector);
	if (!vector)
		abort();
	vector[at++] = program;
	vector[at++] = NULL;
	for (i = 0; i < variables; i++)
		vector[at++] = environ[i];
	vector[at++] = NULL;
	for (i = 0; i < AUXILIARY; i++) {
		unsigned long value = getauxval(auxiliary[i]);

		if (value) {
			vector[at++] = (void *)auxiliary[i];
			vector[at++] = (void *)value;
		}
	}
	vector[at++] = NULL;
	vector[at++] = NULL;
	ohosld_rt0_lib(1, (char **)vector);
}
