/*
 * Copyright The Pushproof Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stands in for HarmonyOS's libhilog_ndk.z.so: it prints what it was given, a
 * call a line. Like the real one it takes the arguments that fmt asks for.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int OH_LOG_Print(int type, int level, unsigned int domain, const char *tag, const char *fmt, ...)
{
	va_list arguments;
	const char *line = "";

	va_start(arguments, fmt);
	if (strstr(fmt, "s"))
		line = va_arg(arguments, const char *);
	va_end(arguments);
	printf("type=%d level=%d domain=%#x tag=%s fmt=%s %s\n", type, level, domain, tag, fmt, line);
	return fflush(stdout);
}
