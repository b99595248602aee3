/* SPDX-License-Identifier: MIT */
/*
 * The parts of Criterion that tests/uapi uses, for programs without a package of Criterion: 32-bit
 * ones on a 64-bit system.
 */
#ifndef LITE_CRITERION_H
#define LITE_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct lite_options {
	void (*init)(void);
	void (*fini)(void);
	double timeout;
};

struct lite_test {
	const char *suite;
	const char *name;
	void (*body)(void);
	struct lite_options options;
	struct lite_test *next;
};

void lite_register(struct lite_test *test);

#define Test(Suite, Name, ...)                                                                     \
	static void Suite##_##Name##_body(void);                                                   \
	static struct lite_test Suite##_##Name##_test = {                                          \
		.suite = #Suite,                                                                   \
		.name = #Name,                                                                     \
		.body = Suite##_##Name##_body,                                                     \
		.options = {__VA_ARGS__},                                                          \
	};                                                                                         \
	__attribute__((constructor)) static void Suite##_##Name##_add(void)                        \
	{                                                                                          \
		lite_register(&Suite##_##Name##_test);                                             \
	}                                                                                          \
	static void Suite##_##Name##_body(void)

#define cr_assert(cond, ...)                                                                       \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			dprintf(2, __VA_ARGS__);                                                   \
			dprintf(2, "\n");                                                          \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

#define LITE_SKIPPED 77

#define cr_skip_test(...)                                                                          \
	do {                                                                                       \
		dprintf(2, __VA_ARGS__);                                                           \
		dprintf(2, "\n");                                                                  \
		_exit(LITE_SKIPPED);                                                               \
	} while (0)

#endif /* LITE_CRITERION_H */
