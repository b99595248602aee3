// SPDX-License-Identifier: MIT
/*
 * Command lines and the exit status they must have, on a machine without the
 * module. 2 is a wrong command line, which must be found out before anything
 * is touched.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static const struct {
	int status;
	const char *arguments;
} lines[] = {
	{2, ""},
	{2, "frobnicate"},
	{2, "--frobnicate"},
	{2, "--frobnicate list"},
	{2, "list --frobnicate"},
	{2, "list dma0chan0"},
	{2, "--json"},
	{2, "help frobnicate"},
	{2, "help list info"},
	{2, "version x"},
	{2, "info"},
	{2, "info a b"},
	{2, "status a b"},
	{2, "copy"},
	{2, "copy a"},
	{2, "copy a b c"},
	{2, "copy --block a b"},
	{2, "copy --block=0 a b"},
	{2, "copy --block=1X a b"},
	{2, "copy --block=2G a b"},
	{2, "copy --block=-1 a b"},
	{2, "copy --depth=0 a b"},
	{2, "copy --depth=257 a b"},
	{2, "copy --depth=x a b"},
	{2, "copy --timeout=1h a b"},
	{2, "copy --channel"},
	{2, "copy --json a -"},
	{2, "--explain copy a -"},
	{2, "fill"},
	{2, "fill a b"},
	{2, "fill --size=x a"},
	{2, "fill --size=9223372036854775808 a"},
	{2, "fill --value=256 a"},
	{2, "fill --value=-1 a"},
	{2, "fill --json --size=1 -"},
	{2, "test"},
	{2, "test --all dma0chan0"},
	{2, "test --op=xor dma0chan0"},
	{2, "test --threads=0 dma0chan0"},
	{2, "test --threads=65 dma0chan0"},
	{2, "test --iterations=0 dma0chan0"},
	{2, "test --seconds=0 dma0chan0"},
	{2, "test --seconds=soon dma0chan0"},
	{2, "test --max-size=0 dma0chan0"},
	{2, "test --max-size=65M dma0chan0"},
	{2, "test --seed=x dma0chan0"},
	{2, "test --timeout=0 dma0chan0"},
	{0, "--help"},
	{0, "--usage"},
	{0, "--version"},
	{0, "help"},
	{0, "help list"},
	{0, "help info"},
	{0, "help copy"},
	{0, "help fill"},
	{0, "help test"},
	{0, "help status"},
	{0, "help help"},
	{0, "help version"},
	{0, "list --help"},
	{0, "copy --help nothing else matters"},
	{0, "copy --usage"},
	{0, "version"},
	{0, "--json version"},
	{0, "version --json"},
	{0, "-q version"},
	{1, "info no-such-channel"},
	{1, "status no-such-channel"},
	{1, "copy /no/such/file /tmp/dmactl-test-target"},
	{1, "copy --block=4M --depth=256 --timeout=0 -c x /no/such/file /tmp/dmactl-test-target"},
	{1, "copy / /tmp/dmactl-test-target"},
	{1, "copy /dev/null /"},
	{1, "copy /dev/null /no/such/directory/file"},
	{1, "fill /no/such/file"},
	{1, "fill /"},
	{1, "fill --size=1 /no/such/directory/file"},
};

Test(cmdline, exit_status)
{
	const char *dmactl = getenv("DMACTL");

	cr_assert(dmactl != NULL, "DMACTL names the program to test");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char command[512];
		int status;

		snprintf(command, sizeof(command), "exec %s %s </dev/null >/dev/null 2>&1", dmactl,
			 lines[i].arguments);
		status = system(command);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == lines[i].status,
			  "dmactl %s: status %d instead of %d", lines[i].arguments,
			  WIFEXITED(status) ? WEXITSTATUS(status) : -1, lines[i].status);
	}
}
