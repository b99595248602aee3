// SPDX-License-Identifier: MIT
/*
 * Runs DPDK's own dmadev_autotest, unchanged, and our tests of the driver, on the devices that the
 * command line names; prints TAP. The arguments are EAL's.
 */
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>

#include "test.h"
#include "tests.h"

static TAILQ_HEAD(, test_command) commands = TAILQ_HEAD_INITIALIZER(commands);

/* DPDK's tests register themselves here; its own program runs them by name. */
void add_test_command(struct test_command *command)
{
	TAILQ_INSERT_TAIL(&commands, command, next);
}

static int number, failed;

void report(int result, const char *name)
{
	failed |= result != 0;
	fflush(stdout);
	printf("\n%sok %d - %s\n", result ? "not " : "", ++number, name);
}

int main(int argc, char **argv)
{
	struct test_command *command;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (rte_eal_init(argc, argv) < 0) {
		printf("1..1\nnot ok 1 - rte_eal_init\n");
		return 1;
	}
	test_pmd();
	TAILQ_FOREACH(command, &commands, next)
	report(command->callback(), command->command);
	rte_eal_cleanup();
	printf("1..%d\n", number);
	return failed;
}
