// SPDX-License-Identifier: MIT
/*
 * Runs the tests of one program, one at a time, because they change dma-sim's settings and count
 * what the whole system has in use.
 */
#include <criterion/criterion.h>
#include <criterion/options.h>

int main(int argc, char *argv[])
{
	struct criterion_test_set *tests;
	int failed;

	tests = criterion_initialize();
	if (criterion_handle_args(argc, argv, true)) {
		criterion_options.jobs = 1;
		failed = !criterion_run_all_tests(tests);
	} else {
		failed = 0;
	}
	criterion_finalize(tests);
	return failed;
}
